"""Waiting for sockets to be ready, or for a wake-up that may come at any time."""

import contextlib
import os
import sys
from collections.abc import Iterator
from math import ceil, inf

from sendx_cli.api.polling import POLLIN, POLLOUT, Poll, poll

_MS = 1000
_DRAIN_BYTES = 4096


class WatchedSockets:
    """Sockets by their descriptor, and a pipe by which a wait can be ended.

    A wake-up is a byte in the pipe, so that one sent before the wait ends it as well.
    """

    def __init__(self) -> None:
        self._poll: Poll = poll()
        self._wake_reader, self._wake_writer = os.pipe()
        for end in (self._wake_reader, self._wake_writer):
            if sys.platform != "win32":
                os.set_blocking(end, False)
        self._poll.register(self._wake_reader, POLLIN)
        self.was_woken = False

    def watch(self, number: int, *, for_reading: bool, for_writing: bool) -> None:
        """Report socket `number` when it is ready for what is asked, and nothing else."""
        wanted = POLLIN if for_reading else 0
        self._poll.register(number, wanted | (POLLOUT if for_writing else 0))

    def forget(self, number: int) -> None:
        """Stop reporting the socket."""
        with contextlib.suppress(KeyError):
            self._poll.unregister(number)

    def ready(self, timeout_s: float) -> Iterator[tuple[int, bool, bool, bool]]:
        """Yield each ready socket: its number; readable, writable, broken.

        Waits at most `timeout_s`, which may be infinite. `was_woken` then tells whether there
        was a wake-up since the last call.
        """
        self.was_woken = False
        timeout_ms = None if timeout_s == inf else max(0, ceil(timeout_s * _MS))
        for number, seen in self._poll.poll(timeout_ms):
            if number == self._wake_reader:
                self._drain()
                continue
            is_broken = bool(seen & ~(POLLIN | POLLOUT))
            yield number, bool(seen & POLLIN), bool(seen & POLLOUT), is_broken

    def wake(self) -> None:
        """End the current wait, or else the next one; may be called from a signal handler."""
        with contextlib.suppress(OSError):  # full: it is awake already; closed: nobody waits
            os.write(self._wake_writer, b"\0")

    def close(self) -> None:
        """Close the pipe."""
        ends = self._wake_reader, self._wake_writer
        # A later wake-up must not write to a file that gets these descriptors next.
        self._wake_reader = self._wake_writer = -1
        for end in ends:
            os.close(end)

    def _drain(self) -> None:
        self.was_woken = True
        with contextlib.suppress(BlockingIOError):
            while len(os.read(self._wake_reader, _DRAIN_BYTES)) == _DRAIN_BYTES:
                pass
