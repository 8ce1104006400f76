"""Who decides whether a call leaves: the thread that would write it, or who gives it up."""

from threading import Lock


class Gate:
    """Opened for one of two, and once: to let a call's first byte out, or to keep it back.

    A call that was given up while a name was looked up, a connection opened or a proxy asked is
    decided: it may have been sent again, even after later ones of its contact, and must never
    leave.
    """

    def __init__(self) -> None:
        self._claim = Lock()
        self._has_left = False

    @property
    def has_left(self) -> bool:
        """Whether any byte of the request could have left for the service."""
        return self._has_left

    def let_out(self) -> bool:
        """Claim the call for writing, before its first byte; False: it was given up."""
        if not self._claim.acquire(blocking=False):
            return False
        self._has_left = True
        return True

    def shut(self) -> bool:
        """Claim the call for giving it up; False: it has left."""
        return self._claim.acquire(blocking=False)
