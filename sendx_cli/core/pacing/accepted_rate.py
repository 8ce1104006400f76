"""How many calls a second the service has been accepting lately."""

import math

_SPAN_S = 0.2
_FEWEST = 5


class AcceptedRate:
    """Counts accepted calls over intervals of at least 0.2 s, one round trip and five calls.

    `per_s` is the rate of the last complete interval. It is infinite before there is one, so that
    it limits nothing.
    """

    __slots__ = ("_count", "_since_s", "per_s")

    def __init__(self, now: float) -> None:
        self.per_s = math.inf
        self._count = 0
        self._since_s = now

    def state(self) -> tuple[float, float, float]:
        """Return its state, for `restore`."""
        return self.per_s, float(self._count), self._since_s

    def restore(self, state: tuple[float, float, float]) -> None:
        """Take over the state of another one."""
        self.per_s, count, self._since_s = state
        self._count = int(count)

    def idled(self, idle_s: float) -> None:
        """Leave out a time in which there was no call to make."""
        self._since_s += idle_s

    def add(self, now: float, round_trip_s: float) -> float | None:
        """Count one accepted call.

        Returns:
            When the interval began that this call completes, or None if it completes none.
        """
        self._count += 1
        span_s = now - self._since_s
        if self._count < _FEWEST or span_s < _SPAN_S or span_s < round_trip_s:
            return None
        began = self._since_s
        self.per_s = self._count / span_s
        self._count = 0
        self._since_s = now
        return began
