"""Decides a race once: a call is either written by its thread, or given up before it is sent."""

from threading import Lock


class Gate:
    """Claimed once, either to send a call's first byte or to give the call up.

    A call that was given up during a name lookup, a connect or a proxy's CONNECT is decided: its
    row may have been sent again, even after later rows of its contact, so it must never be sent.
    """

    def __init__(self) -> None:
        self._claim = Lock()
        self._has_left = False

    @property
    def has_left(self) -> bool:
        """Whether any byte of the request could have been sent to the service."""
        return self._has_left

    def let_out(self) -> bool:
        """Claim the call for writing, before its first byte; False: it was given up."""
        if not self._claim.acquire(blocking=False):
            return False
        self._has_left = True
        return True

    def shut(self) -> bool:
        """Claim the call for giving it up; False: it has been sent."""
        return self._claim.acquire(blocking=False)
