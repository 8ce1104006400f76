"""What the scripted server lacks: TLS, and a proxy before it."""

import contextlib
import select
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Self

from tests.servers import ScriptedServer


@dataclass
class TlsServer(ScriptedServer):
    """A scripted server behind TLS."""

    context: ssl.SSLContext = field(default_factory=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))

    @property
    def url(self) -> str:
        return super().url.replace("http:", "https:").replace("127.0.0.1", "localhost")

    @property
    def url_by_number(self) -> str:
        return self.url.replace("localhost", "127.0.0.1")

    def _serve(self, connection: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            self.context.wrap_socket(connection, server_side=True) as secured,
        ):
            super()._serve(secured)


@dataclass
class Proxy:
    """Answers CONNECT with `refusal`, or opens the tunnel where there is none.

    With a context it is spoken to by TLS, at `localhost`. A silent one answers after `open_up`.
    """

    refusal: bytes | None = None
    context: ssl.SSLContext | None = None
    is_silent: bool = False
    heads: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._opened = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.open_up()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def url(self) -> str:
        port = self._listener.getsockname()[1]
        return f"https://localhost:{port}" if self.context else f"http://127.0.0.1:{port}"

    def open_up(self) -> None:
        """End the silence."""
        self._opened.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            if self.context is None:
                self._answer(client)
                return
            with self.context.wrap_socket(client, server_side=True) as secured:
                self._answer(secured)

    def _answer(self, client: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (byte := client.recv(1)):
                return
            head += byte
        self.heads.append(head)
        if self.is_silent:
            self._opened.wait(60.0)
        if self.refusal is not None:
            client.sendall(self.refusal)
        else:
            host, _, port = head.split()[1].decode().partition(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                _pour(client, server)


def _pour(client: socket.socket, server: socket.socket) -> None:
    """Hand on what comes from either side until one ends, in one thread: TLS bears no two."""
    while True:
        held = isinstance(client, ssl.SSLSocket) and client.pending()
        ready = [client] if held else select.select([client, server], [], [])[0]
        for source in ready:
            if not (part := source.recv(65536)):
                return
            (server if source is client else client).sendall(part)
