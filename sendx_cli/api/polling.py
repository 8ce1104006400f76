"""The system's poll(). Windows has none: libcurl's engine, which needs it, is never taken there."""

import sys
from typing import Protocol

if sys.platform == "win32":
    POLLIN, POLLOUT = 1, 4

    def poll() -> "Poll":
        """Refuse to make one."""
        raise NotImplementedError
else:
    from select import POLLIN, POLLOUT, poll

__all__ = ("POLLIN", "POLLOUT", "Poll", "poll")


class Poll(Protocol):
    """Files to be watched, by their descriptors."""

    def register(self, fd: int, eventmask: int, /) -> None:
        """Watch for these events, and no longer for others."""

    def unregister(self, fd: int, /) -> None:
        """Watch no longer."""

    def poll(self, timeout: float | None, /) -> list[tuple[int, int]]:
        """Return who is ready for what, after this many milliseconds at the latest."""
