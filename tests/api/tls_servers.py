"""What the scripted server lacks: TLS, and a proxy before it."""

import contextlib
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
    """Answers CONNECT with `refusal`, or opens the tunnel where there is none."""

    refusal: bytes | None = None
    heads: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            self.heads.append(head)
            if self.refusal is not None:
                client.sendall(self.refusal)
                return
            host, _, port = head.split()[1].decode().partition(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                threading.Thread(target=_pour, args=(server, client), daemon=True).start()
                _pour(client, server)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
