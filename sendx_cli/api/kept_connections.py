"""Whether a kept connection is still good, asked at the moment before a request is written.

libcurl itself looks only where a connection has been idle for a second or more. A request
written to one that the server has just closed is lost in doubt, though nobody ever read it.
"""

import contextlib
import select
from collections.abc import Sequence


class KeptConnections:
    """The socket behind each connection's own end, which is its local port."""

    def __init__(self) -> None:
        self._number_at: dict[int, int] = {}
        self._port_of: dict[int, int] = {}

    def add(self, local_port: int, opened: Sequence[int]) -> None:
        """Note a new connection; which of the sockets `opened` for it won is found by its port."""
        for number in opened:
            if len(opened) == 1 or _local_port_of(number) == local_port:
                self._number_at.pop(self._port_of.pop(number, -1), None)
                self._number_at[local_port] = number
                self._port_of[number] = local_port

    def is_quiet(self, local_port: int) -> bool:
        """Whether nothing has come over the idle connection: no end, no reset, no stray byte."""
        number = self._number_at.get(local_port)
        if number is None:
            return True
        poll = select.poll()
        poll.register(number, select.POLLIN)
        return not poll.poll(0)


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
