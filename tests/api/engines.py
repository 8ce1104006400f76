"""The engines that stand behind the exchange, each made in the same way."""

import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sendx_cli.api.carrier import HttpCarrier, open_transport
from sendx_cli.api.exchange import LONGEST_LIFE_S, Exchange, Reply
from sendx_cli.api.proxies import proxy_for
from sendx_cli.api.requests import Call, headers_for
from sendx_cli.api.threaded_exchange import ThreadedExchange
from tests.tools import need_libcurl

KEY = "Key0of1the2tests"
HEADERS = headers_for(KEY, None)
Open = Callable[[str, float, Path | None, Mapping[str, str], float], Exchange]


def open_threads(
    base_url: str,
    timeout_s: float,
    ca_file: Path | None = None,
    headers: Mapping[str, str] = HEADERS,
    longest_life_s: float = LONGEST_LIFE_S,
) -> Exchange:
    trusted = ssl.create_default_context(cafile=ca_file) if ca_file else None

    def open_carrier() -> HttpCarrier:
        transport = open_transport(base_url, trusted)
        return HttpCarrier(transport, headers, timeout_s, secret=KEY, longest_life_s=longest_life_s)

    return ThreadedExchange(open_carrier, timeout_s)


def open_curl(
    base_url: str,
    timeout_s: float,
    ca_file: Path | None = None,
    headers: Mapping[str, str] = HEADERS,
    longest_life_s: float = LONGEST_LIFE_S,
) -> Exchange:
    need_libcurl()
    from sendx_cli.api.curl_exchange import CurlExchange

    return CurlExchange(
        headers,
        timeout_s,
        secret=KEY,
        proxy=proxy_for(base_url),
        ca_file=str(ca_file) if ca_file else None,
        longest_life_s=longest_life_s,
    )


ENGINES: dict[str, Open] = {"threads": open_threads, "curl": open_curl}


@contextmanager
def engine(
    name: str,
    base_url: str,
    *,
    timeout_s: float = 20.0,
    ca_file: Path | None = None,
    headers: Mapping[str, str] = HEADERS,
    longest_life_s: float = LONGEST_LIFE_S,
) -> Iterator[Exchange]:
    opened = ENGINES[name](base_url, timeout_s, ca_file, headers, longest_life_s)
    with closing(opened) as exchange:
        yield exchange


def post(base_url: str, body: bytes = b'{"email":"a@b.co"}') -> Call:
    return Call("POST", base_url + "/contact/track", body)


def ask(exchange: Exchange, call: Call, ticket: int = 1) -> Reply:
    """Hand in one call and wait for its reply."""
    exchange.submit(ticket, call)
    (reply,) = some(exchange)
    assert reply.ticket == ticket
    return reply


def some(exchange: Exchange) -> list[Reply]:
    """Wait for replies; fails where none come for half a minute."""
    until = time.monotonic() + 30.0
    while not (replies := exchange.wait(max(until - time.monotonic(), 0.0))):
        assert time.monotonic() < until, "no reply came"
    return replies


def wait_for_threads(before: Collection[threading.Thread]) -> None:
    """Return when all threads of exchanges that are closed have ended, with what they did.

    Args:
        before: Those of earlier tests, which may still wait for a server of theirs.
    """
    for thread in threading.enumerate():
        if "(_work)" in thread.name and thread not in before:
            thread.join(60.0)
            assert not thread.is_alive(), "a thread still carries a call"
