"""Whether a kept connection is still usable, checked right before a request is written.

libcurl itself only checks a connection that has been idle for a second or more. The outcome of a
request written to one that the server has just closed is unknown, although it was never read.
"""

import contextlib
import time
from collections.abc import Sequence

from sendx_cli.api.keep_alive import KeepAlive
from sendx_cli.api.polling import POLLIN, Poll, poll

IDLE_EXPIRY_S = 4
"""Idle connections are dropped before common servers drop them (5 s)."""


class KeptConnections:
    """The socket of each connection, by its local port, and what the server does with them."""

    def __init__(self) -> None:
        self._number_at: dict[int, int] = {}
        self._port_of: dict[int, int] = {}
        self._answers_at: dict[int, int] = {}
        self._answered_once: dict[int, float] = {}
        self._keep_alive = KeepAlive()

    @property
    def are_worth_trying(self) -> bool:
        """Whether connections are to be kept; see `KeepAlive`."""
        return self._keep_alive.is_worth_trying

    def add(self, local_port: int, opened: Sequence[int]) -> None:
        """Record a new connection, whose socket is the one of those `opened` that has its port."""
        for number in opened:
            if len(opened) == 1 or _local_port_of(number) == local_port:
                former = self._port_of.pop(number, -1)
                self._number_at.pop(former, None)
                self.note_use(former)
                self._number_at[local_port] = number
                self._port_of[number] = local_port
        self._answers_at[local_port] = 0

    def note_answer(self, local_port: int) -> None:
        """Record that a whole answer came over the connection."""
        answers = self._answers_at.get(local_port, 0) + 1
        self._answers_at[local_port] = answers
        if answers == 1 and self.are_worth_trying and local_port in self._number_at:
            self._answered_once[local_port] = time.monotonic()
        if answers == 2:  # noqa: PLR2004 - the second
            self._keep_alive.was_used_again()

    def note_closed(self) -> None:
        """Record the connections that the server has closed since their first answer.

        libcurl before 8.20 leaves them by itself, and does not tell. Those that are idle for long
        are not used again in any case.
        """
        if not self._answered_once:
            return
        now, watched = time.monotonic(), poll()
        for port, answered_at in list(self._answered_once.items()):
            if now - answered_at > IDLE_EXPIRY_S:
                self.note_use(port)
            else:
                watched.register(self._number_at[port], POLLIN)
        for number, _ in watched.poll(0):
            port = self._port_of[number]
            if _local_port_of(number) == port:
                self.note_end(port)
            else:  # libcurl has closed it, and the number may be another file's
                self.note_use(port)

    def note_end(self, local_port: int) -> None:
        """Record that a kept connection was found closed, or broke under a request."""
        self.note_use(local_port)
        if self._answers_at.pop(local_port, 0) == 1:
            self._keep_alive.was_closed()

    def note_use(self, local_port: int) -> None:
        """Record that a request goes out over the connection."""
        self._answered_once.pop(local_port, None)

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
