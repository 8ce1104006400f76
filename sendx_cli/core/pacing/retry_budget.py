"""A limit on the number of retries, however many rows need one."""


class RetryBudget:
    """Limits retries to a tenth of the calls, after an initial allowance.

    Each first attempt adds a tenth of a retry; a retry takes a whole one. The budget starts at 100
    and never has more, so that n first attempts in a row allow `100 + n / 10` retries and no more:
    a service that fails every call is not called five times for each row. A trickle of one in five
    seconds lets a run's last rows be retried when no first attempt is left.

    Args:
        now: The current time, in seconds of a monotonic clock.
        share: Retries added by one first attempt.
        most: Retries at the start, and at most.
        trickle_per_s: Retries added per second.
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
        """Take one retry; return False if there is none left."""
        self._trickle(now)
        # Ten times a tenth is slightly less than one in floating point.
        if self._left < 1.0 - 1e-9:
            return False
        self._left -= 1.0
        return True

    def wait_s(self, now: float) -> float:
        """Seconds until the trickle alone provides one retry; 0.0 if there is one."""
        self._trickle(now)
        missing = 1.0 - 1e-9 - self._left
        return missing / self._trickle_per_s if missing > 0.0 else 0.0

    def _trickle(self, now: float) -> None:
        self._left = min(self._left + self._trickle_per_s * (now - self._at), self._most)
        self._at = now
