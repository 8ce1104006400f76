"""Whether a kept connection is still usable, checked right before a request is written.

libcurl itself only checks a connection that has been idle for a second or more. The outcome of a
request written to one that the server has just closed is unknown, although it was never read.
"""

import contextlib
from collections.abc import Sequence

from sendx_cli.api.polling import POLLIN, Poll, poll


class KeptConnections:
    """The socket of each connection, by its local port."""

    def __init__(self) -> None:
        self._number_at: dict[int, int] = {}
        self._port_of: dict[int, int] = {}

    def add(self, local_port: int, opened: Sequence[int]) -> None:
        """Record a new connection, whose socket is the one of those `opened` that has its port."""
        for number in opened:
            if len(opened) == 1 or _local_port_of(number) == local_port:
                self._number_at.pop(self._port_of.pop(number, -1), None)
                self._number_at[local_port] = number
                self._port_of[number] = local_port

    def is_quiet(self, local_port: int) -> bool:
        """Whether the idle connection was neither closed nor reset, and has no unread bytes."""
        number = self._number_at.get(local_port)
        if number is None:
            return True
        watched: Poll = poll()
        watched.register(number, POLLIN)
        return not watched.poll(0)


def _local_port_of(number: int) -> int | None:
    """Return the port; the socket stays open and libcurl's."""
    with contextlib.suppress(OSError, ImportError):
        import socket

        borrowed = socket.socket(fileno=number)
        try:
            return int(borrowed.getsockname()[1])
        finally:
            borrowed.detach()
    return None
