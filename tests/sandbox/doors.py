"""The sandbox's two doors, behind one client."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from sendx_cli.sandbox.account import Account
from sendx_cli.sandbox.faults import Faults
from sendx_cli.sandbox.log import Entry
from sendx_cli.sandbox.server import ServeOptions, Server
from sendx_cli.sandbox.transport import SandboxTransport

KEY_HEADER = {"X-Team-ApiKey": "key-of-the-test"}


@contextmanager
def serving(
    path: Path,
    *,
    key: str | None = None,
    faults: Faults | None = None,
    account: Account | None = None,
    on_request: Callable[[Entry], None] | None = None,
) -> Iterator[str]:
    """Serve from a thread; yields the base URL."""
    options = ServeOptions(path=path, key=key, faults=faults or Faults(), seed=1, account=account)
    server = Server(options, on_request)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()


@contextmanager
def on_a_port(path: Path) -> Iterator[httpx.Client]:
    """A client of the server."""
    with serving(path) as url, client_of(url) as client:
        yield client


@contextmanager
def in_the_process(path: Path) -> Iterator[httpx.Client]:
    """A client of the sandbox inside this process."""
    transport = SandboxTransport(path)
    with httpx.Client(
        transport=transport, base_url="https://sandbox.invalid/api/v1/rest", headers=KEY_HEADER
    ) as client:
        yield client


def client_of(url: str) -> httpx.Client:
    """Return a client that asks nobody but the server."""
    return httpx.Client(base_url=url, headers=KEY_HEADER, trust_env=False, timeout=20)


DOORS = {"in_the_process": in_the_process, "on_a_port": on_a_port}
