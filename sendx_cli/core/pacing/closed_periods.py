"""Periods in which the service accepts nothing, as one does that counts by fixed windows."""

import math

_LONGEST_PAUSE_S = 10.0
_MOST_DOUBLINGS = 12
_IS_CLOSED_FROM = 2


class ClosedPeriods:
    """Counts 429s with nothing accepted between them, and measures whole cycles of them.

    A service with a token bucket always accepts something; one that counts 100 calls in each
    second is closed for the rest of it. From one closing to the next, the accepted calls divided
    by the time are its limit, however fast they were sent while it was open.

    The pause after the n-th 429 in a row is `first_s * 2^(n-1)`, at most 10 s; or what the service
    asks for, from the second 429 on: the `Retry-After` of a single one concerns its own contact
    (if all calls obeyed it, that would cost a third of a limit of 100/s).
    """

    __slots__ = ("_accepted", "_shut_at", "count")

    def __init__(self) -> None:
        self.count = 0
        self._shut_at: float | None = None
        self._accepted = 0

    @property
    def is_closed(self) -> bool:
        """Whether only one call at a time may be in flight."""
        return self.count > 0

    def state(self) -> tuple[float, float, float]:
        """Return its state, for `restore`."""
        shut_at = -math.inf if self._shut_at is None else self._shut_at
        return float(self.count), shut_at, float(self._accepted)

    def restore(self, state: tuple[float, float, float]) -> None:
        """Take over the state of another one."""
        count, shut_at, accepted = state
        self.count = int(count)
        self._shut_at = None if shut_at == -math.inf else shut_at
        self._accepted = int(accepted)

    def idled(self, idle_s: float) -> None:
        """Leave out a time in which there was no call to make."""
        if self._shut_at is not None:
            self._shut_at += idle_s

    def accepted(self) -> bool:
        """Count an accepted call; tell whether it ends a closed period."""
        was_shut = self.count >= _IS_CLOSED_FROM
        self.count = 0
        self._accepted += 1
        return was_shut

    def refused(self, *, first_s: float, asked_s: float | None) -> float:
        """Count a 429 with nothing accepted since the last; return the pause in seconds.

        Args:
            first_s: The pause after the first one.
            asked_s: What the service asks for, if it does.
        """
        self.count += 1
        if asked_s is not None and self.count >= _IS_CLOSED_FROM:
            return asked_s
        doublings: int = min(self.count - 1, _MOST_DOUBLINGS)
        return min(first_s * 2.0**doublings, _LONGEST_PAUSE_S)

    def limit_per_s(self, now: float) -> float | None:
        """Return the limit that a whole cycle has shown, at the 429 that begins a closed period."""
        if self.count != _IS_CLOSED_FROM:
            return None
        before, accepted = self._shut_at, self._accepted
        self._shut_at = now
        self._accepted = 0
        if before is None or not accepted:
            return None
        return accepted / (now - before)
