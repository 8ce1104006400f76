"""A server that answers with the bytes it is told to, or not at all."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Request:
    """A request as it came over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)

    @property
    def is_page(self) -> bool:
        return self.method == "GET" and "offset=" in self.path


@dataclass(frozen=True)
class Reset:
    """Answer by breaking the connection off, after some bytes."""

    sent: bytes = b""


Answering = bytes | Reset | None
"""Bytes as they go over the wire; a reset; or None: say nothing and keep the connection."""


def answer(
    status: int, body: bytes = b"", headers: dict[str, str] | None = None, reason: str = "X"
) -> bytes:
    """Return an HTTP/1.1 answer."""
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def json_answer(status: int, body: object, headers: dict[str, str] | None = None) -> bytes:
    """Return an HTTP/1.1 answer with a JSON body."""
    return answer(
        status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}
    )


OK = json_answer(200, {"status": "200", "message": "OK"})
EMPTY_PAGE = json_answer(200, [])


@dataclass
class ScriptedServer:
    """Listens on a free loopback port; `script` says what to answer to the n-th request.

    Pages of the account are no part of the script: `pages` answers them, usually as an account
    that holds nothing, and `reads` has them.
    """

    script: Callable[[Request, int], Answering] = lambda _request, _number: OK
    requests: list[Request] = field(default_factory=list)
    pages: Callable[[Request], Answering] = lambda _request: EMPTY_PAGE
    reads: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.close_connections()  # to close one alone does not end the thread that reads it
        for connection in self._open:
            connection.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/api/v1/rest"

    def close_connections(self) -> None:
        """Close every connection that is open, without a word."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def wait_until_closed(self) -> None:
        """Wait until the other side has closed every connection."""
        until = time.monotonic() + 30.0
        while any(connection.fileno() >= 0 for connection in self._open):
            assert time.monotonic() < until, "a connection is still open"
            time.sleep(0.01)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError, ValueError),
            connection,
            connection.makefile("rb") as stream,
        ):
            while True:
                request_line = stream.readline().decode("latin-1").split()
                if not request_line:
                    return
                headers = {}
                while line := stream.readline().decode("latin-1").strip():
                    name, _, value = line.partition(":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", 0)))
                request = Request(request_line[0], request_line[1], headers, body)
                if request.is_page:
                    self.reads.append(request)
                    self._answer(connection, self.pages(request))
                    continue
                with self._lock:
                    self.requests.append(request)
                    number = len(self.requests)
                self._answer(connection, self.script(request, number))

    def _answer(self, connection: socket.socket, answering: Answering) -> None:
        if isinstance(answering, bytes):
            connection.sendall(answering)
        elif answering is not None:
            connection.sendall(answering.sent)
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.shutdown(socket.SHUT_RDWR)
            connection.close()
            raise ConnectionError("broken off")
