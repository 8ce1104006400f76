"""Decides a race once: a call is either written by its thread, or given up before it is sent."""

import contextlib
import socket
from threading import Lock
from typing import Protocol


class Connection(Protocol):
    """A connection, as exposed by httpcore."""

    def get_extra_info(self, info: str) -> object:
        """Return a property of the connection: `is_readable`, `socket`, ..."""


class Gate:
    """Claimed once, either to send a call's first byte or to give the call up.

    A call that was given up during a name lookup, a connect or a proxy's CONNECT is decided: its
    row may have been sent again, even after later rows of its contact, so it must never be sent.
    """

    def __init__(self) -> None:
        self._claim = Lock()
        self._has_left = False
        self._connection: Connection | None = None
        self._is_broken_off = False

    @property
    def has_left(self) -> bool:
        """Whether any byte of the request could have been sent to the service."""
        return self._has_left

    @property
    def is_broken_off(self) -> bool:
        """Whether its connection was ended from here."""
        return self._is_broken_off

    def let_out(self) -> bool:
        """Claim the call for writing, before its first byte; False: it was given up."""
        if not self._claim.acquire(blocking=False):
            return False
        self._has_left = True
        return True

    def shut(self) -> bool:
        """Claim the call for giving it up; False: it has been sent."""
        return self._claim.acquire(blocking=False)

    def goes_over(self, connection: Connection) -> None:
        """Note what the call goes over, to the service or a proxy; the last one noted counts."""
        self._connection = connection
        if self._is_broken_off:
            self.break_off()

    def break_off(self) -> None:
        """End the connection under the thread that waits for it, now or once there is one.

        The thread sees it closed by the other side, and closes it itself.
        """
        self._is_broken_off = True
        ours = self._connection and self._connection.get_extra_info("socket")
        if isinstance(ours, socket.socket):
            with contextlib.suppress(OSError):  # the thread has closed it already
                # TLS sockets forget their keys in a method of their own by this name, amid a read.
                socket.socket.shutdown(ours, socket.SHUT_RDWR)
