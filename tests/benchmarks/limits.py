"""What a service allows, by the clock that it is handed."""

from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Limit:
    """Calls a second, in steps; spare ones are kept up to `burst`, or lapse with each window.

    Args:
        steps: Seconds since the first call from which a rate holds, and the rate in calls a second.
        burst: How many calls may come at once after a pause.
        window_s: Length of a fixed window; without it, the limit is a token bucket.
    """

    steps: tuple[tuple[float, float], ...]
    burst: float = 1.0
    window_s: float | None = None

    def rate(self, after_s: float) -> float:
        """Return the calls a second that are allowed so long after the first call."""
        return [rate for since_s, rate in self.steps if since_s <= after_s][-1]

    def refill(self, after_s: float) -> float:
        """Return how many calls the steps are worth from the first call until then."""
        bounds = [since_s for since_s, _ in self.steps if since_s < after_s] + [after_s]
        return sum((end - start) * self.rate(start) for start, end in pairwise(bounds))

    def allowed(self, after_s: float) -> float:
        """Return the most calls that could have been accepted until then."""
        if self.window_s is None:
            return self.burst + self.refill(after_s)
        windows = int(after_s / self.window_s) + 1
        return sum(self._in_window(number) for number in range(windows))

    def _in_window(self, number: int) -> float:
        assert self.window_s is not None
        return self.rate(number * self.window_s) * self.window_s


def steady(rate: float, burst: float) -> Limit:
    """Return a token bucket whose rate never changes."""
    return Limit(steps=((0.0, rate),), burst=burst)


@dataclass(slots=True)
class Gate:
    """Admits calls under a limit; the first one starts its clock."""

    limit: Limit
    _began_s: float | None = field(default=None, init=False)
    _asked_s: float = field(default=0.0, init=False)
    _spare: float = field(default=0.0, init=False)
    _window: int = field(default=-1, init=False)

    def admits(self, now_s: float) -> bool:
        """Say whether a call that arrives now is accepted."""
        if self._began_s is None:
            self._began_s = now_s
            self._spare = self.limit.burst
        after_s = now_s - self._began_s
        self._add_spare(after_s)
        if self._spare < 1:
            return False
        self._spare -= 1
        return True

    def _add_spare(self, after_s: float) -> None:
        limit = self.limit
        if limit.window_s is None:
            gained = limit.refill(after_s) - limit.refill(self._asked_s)
            self._spare = min(limit.burst, self._spare + gained)
            self._asked_s = after_s
        elif self._window != (window := int(after_s / limit.window_s)):
            self._window = window
            self._spare = limit.rate(window * limit.window_s) * limit.window_s
