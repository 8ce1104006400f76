"""The sandbox on a port, for any HTTP client on this machine."""

import random
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sendx_cli.errors import InvalidValue
from sendx_cli.sandbox.account import Account
from sendx_cli.sandbox.app import BASE_PATH, App
from sendx_cli.sandbox.beginning import begin_with
from sendx_cli.sandbox.connection import Connection, SandboxService
from sendx_cli.sandbox.faults import Faults
from sendx_cli.sandbox.injected_faults import FaultSource
from sendx_cli.sandbox.log import Entry
from sendx_cli.sandbox.store import Store

HOST = "127.0.0.1"
_BACKLOG = 512
_MAX_PORT = 65_535
_GRACE_S = 2.0
_PAUSE_S = 0.05
_STOPPING = (signal.SIGINT, signal.SIGTERM)
_SIGNAL_DELAY_S = 0.5
"""The longest wait: on Windows no signal interrupts it, and its handler runs only afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """The options of the server.

    Args:
        path: The sandbox's file.
        port: Port on the loopback address; 0 takes a free one.
        key: The only key that is taken; None takes any that is not empty.
        faults: What goes wrong on purpose.
        seed: Makes the random faults repeatable; None: they differ each time.
        account: The team to begin with, in an empty sandbox; None: it continues as it is.
    """

    path: Path
    port: int = 0
    key: str | None = None
    faults: Faults = field(default_factory=Faults)
    seed: int | None = None
    account: Account | None = None


class Server:
    """A listening socket, and a thread for each connection.

    Args:
        options: How it is served.
        on_request: Told of each request before its answer goes out, from any thread.

    Raises:
        InvalidValue: The port cannot be used, or a sandbox with contacts shall begin anew.
        SetupError: The sandbox's file cannot be used.
    """

    def __init__(
        self, options: ServeOptions, on_request: Callable[[Entry], None] | None = None
    ) -> None:
        self._listener = _listen(options.port)
        try:
            if options.account is not None:
                begin_with(options.path, options.account)
            self._store = Store(options.path)
        except BaseException:
            self._listener.close()
            raise
        random_share = random.Random(options.seed).random  # noqa: S311 - no secret
        fault_source = FaultSource(options.faults, time.monotonic, random_share)
        self._stopped = threading.Event()
        self._service = SandboxService(
            App(self._store, options.key), fault_source, on_request, self._stopped
        )
        self._woken, self._waker = socket.socketpair()
        self._connections: dict[threading.Thread, Connection] = {}

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://{HOST}:{self._listener.getsockname()[1]}{BASE_PATH}"

    def run(self) -> None:
        """Serve until `stop`; requests under way are answered first."""
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._listener, selectors.EVENT_READ)
                selector.register(self._woken, selectors.EVENT_READ)
                while not self._stopped.is_set():
                    ready = selector.select(_SIGNAL_DELAY_S)
                    if any(key.fileobj is self._listener for key, _ in ready):
                        self._accept()
        finally:
            self._close()

    def stop(self) -> None:
        """End `run`; may be called from a signal handler or any thread."""
        self._stopped.set()
        with suppress(OSError):
            self._waker.send(b"x")

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except OSError:
            # It went away again, or no more files may be opened: then the others go on.
            self._stopped.wait(_PAUSE_S)
            return
        connection = Connection(peer, self._service)
        thread = threading.Thread(target=self._converse, args=(connection,), daemon=True)
        self._connections[thread] = connection
        thread.start()

    def _converse(self, connection: Connection) -> None:
        try:
            connection.run()
        finally:
            self._connections.pop(threading.current_thread(), None)

    def _close(self) -> None:
        self._stopped.set()
        self._listener.close()
        deadline = time.monotonic() + _GRACE_S
        under_way = list(self._connections.items())
        for _, connection in under_way:
            connection.stop_reading()
        for thread, _ in under_way:
            thread.join(max(deadline - time.monotonic(), 0))
        self._store.close()
        self._woken.close()
        self._waker.close()


def serve(
    options: ServeOptions,
    *,
    on_ready: Callable[[str], None],
    on_request: Callable[[Entry], None] | None = None,
) -> signal.Signals:
    """Serve until SIGINT or SIGTERM comes, and return which; for the main thread.

    Args:
        options: How it is served.
        on_ready: Told the base URL once connections are taken.
        on_request: Told of each request before its answer goes out, from any thread.

    Raises:
        InvalidValue: The port cannot be used, or a sandbox with contacts shall begin anew.
        SetupError: The sandbox's file cannot be used.
    """
    received: list[signal.Signals] = []
    server = Server(options, on_request)

    def stop(number: int, _frame: object) -> None:
        received.append(signal.Signals(number))
        server.stop()

    with _on_signals(stop):
        on_ready(server.url)
        server.run()
    return received[0]


@contextmanager
def _on_signals(act: Callable[[int, object], None]) -> Iterator[None]:
    before = {number: signal.signal(number, act) for number in _STOPPING}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _listen(port: int) -> socket.socket:
    if not 0 <= port <= _MAX_PORT:
        raise _port_refused(port, f"ports end at {_MAX_PORT}")
    try:
        return socket.create_server((HOST, port), backlog=_BACKLOG)
    except OSError as error:
        # create_server adds the address to the reason, which the message has already.
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise _port_refused(port, f"{reason[:1].lower()}{reason[1:]}") from None


def _port_refused(port: int, reason: str) -> InvalidValue:
    hint = "remove --port to use a free one"
    return InvalidValue(f"cannot listen on port {port}: {reason}", hint=hint)
