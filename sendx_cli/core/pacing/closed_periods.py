"""Spells in which the service takes nothing at all, as one does that counts by fixed windows."""

import math

_LONGEST_PAUSE_S = 10.0
_MOST_DOUBLINGS = 12
_IS_CLOSED_FROM = 2


class ClosedPeriods:
    """Refusals with nothing accepted between them, and what whole cycles of them tell.

    A service with a token bucket always lets something through; one that counts 100 calls in
    each second is shut for the rest of it. From one shutting to the next the calls accepted,
    divided by the time, are its limit, however fast they were sent while it was open.

    The pause before the n-th refusal in a row is tried again: `first_s * 2^(n-1)`, at most
    10 s; where the service says how long, that, from the second refusal on: a single refusal's
    `Retry-After` concerns its own contact (obeyed by all it costs a third of a limit of 100/s).
    """

    __slots__ = ("_accepted", "_shut_at", "count")

    def __init__(self) -> None:
        self.count = 0
        self._shut_at: float | None = None
        self._accepted = 0

    @property
    def is_closed(self) -> bool:
        """Whether one call at a time is all that makes sense."""
        return self.count > 0

    def state(self) -> tuple[float, float, float]:
        """Return all that it knows, for `restore`."""
        shut_at = -math.inf if self._shut_at is None else self._shut_at
        return float(self.count), shut_at, float(self._accepted)

    def restore(self, state: tuple[float, float, float]) -> None:
        """Know what another one knew."""
        count, shut_at, accepted = state
        self.count = int(count)
        self._shut_at = None if shut_at == -math.inf else shut_at
        self._accepted = int(accepted)

    def idled(self, idle_s: float) -> None:
        """Leave out a time in which no call was to be made."""
        if self._shut_at is not None:
            self._shut_at += idle_s

    def accepted(self) -> bool:
        """Count an accepted call; say whether it ended a spell that deserves the name."""
        was_shut = self.count >= _IS_CLOSED_FROM
        self.count = 0
        self._accepted += 1
        return was_shut

    def refused(self, *, first_s: float, told_s: float | None) -> float:
        """Count a refusal with nothing accepted since the last; return the pause in seconds."""
        self.count += 1
        if told_s is not None and self.count >= _IS_CLOSED_FROM:
            return told_s
        doublings: int = min(self.count - 1, _MOST_DOUBLINGS)
        return min(first_s * 2.0**doublings, _LONGEST_PAUSE_S)

    def limit_per_s(self, now: float) -> float | None:
        """Say what a whole cycle has shown, at the refusal that makes this a closed spell."""
        if self.count != _IS_CLOSED_FROM:
            return None
        before, accepted = self._shut_at, self._accepted
        self._shut_at = now
        self._accepted = 0
        if before is None or not accepted:
            return None
        return accepted / (now - before)
