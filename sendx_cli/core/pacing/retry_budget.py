"""A bound on what retries may cost, however many rows want one."""


class RetryBudget:
    """Lets retries be at most a tenth of the calls, bar a short start.

    Each first attempt pays in a tenth of a retry; a retry takes out a whole one. It begins with
    100 and never holds more, so any stretch of n first attempts can have `100 + n / 10` retries
    and no more: a service that fails every call is not asked five times for each row. A trickle
    of one in five seconds lets a run's last rows be tried again when no first attempt is left.

    Args:
        now: The moment it begins, in seconds of a clock that only goes forward.
        share: Retries paid for by one first attempt.
        most: Retries it begins with, and holds at the most.
        trickle_per_s: Retries a second that come by themselves.
    """

    __slots__ = ("_at", "_left", "_most", "_share", "_trickle_per_s")

    def __init__(
        self, now: float, *, share: float = 0.1, most: float = 100.0, trickle_per_s: float = 0.2
    ) -> None:
        self._share = share
        self._most = most
        self._trickle_per_s = trickle_per_s
        self._left = most
        self._at = now

    def called(self) -> None:
        """Record a first attempt."""
        self._left = min(self._left + self._share, self._most)

    def take(self, now: float) -> bool:
        """Take out one retry; False where there is none left."""
        self._trickle(now)
        # A tenth added ten times is a hair less than one.
        if self._left < 1.0 - 1e-9:
            return False
        self._left -= 1.0
        return True

    def wait_s(self, now: float) -> float:
        """Seconds until the trickle alone has one retry ready; 0.0 where there is one."""
        self._trickle(now)
        missing = 1.0 - 1e-9 - self._left
        return missing / self._trickle_per_s if missing > 0.0 else 0.0

    def _trickle(self, now: float) -> None:
        self._left = min(self._left + self._trickle_per_s * (now - self._at), self._most)
        self._at = now
