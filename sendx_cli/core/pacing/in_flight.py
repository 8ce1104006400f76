"""How many calls may be in flight: fewer calls help a slow service, later ones do not."""

_FEWEST = 4
_FIRST_INTERVAL_CALLS = 8
_INTERVAL_CALLS = 10
_INTERVAL_S = 0.25
_TOLERANCE = 2.0
_SHARPEST_CUT = 0.7
_FELL = 0.9


class InFlight:
    """Finds how many calls in flight the service can handle, from the latency alone.

    An interval is at least 0.25 s, ten calls, and as many calls as may be in flight; the first is
    the eight calls at the start. With `m` its mean latency and `b` the lowest of any interval:

    - `m > 2 b`: `allowed *= max(0.7, 2 b / m)`, never under 4. The next interval still contains
      calls that were sent before, and is ignored; if in the one after it the calls a second have
      fallen by a tenth, they had not merely queued: the latency is not due to this client, so the
      cut is undone and `b` becomes `m`.
    - else, if calls had to wait because of it: `allowed += 1`, up to the configured concurrency.

    Args:
        most: The configured concurrency: never more calls in flight than this.
        now: The current time.
    """

    __slots__ = ("_allowed", "_base_s", "_count", "_cut", "_is_settling", "_most", "_since_s",
                 "_sum_s", "was_full")  # fmt: skip

    def __init__(self, most: int, now: float) -> None:
        self.was_full = False
        self._most = most
        self._allowed = float(most)
        self._base_s = 0.0
        self._cut: tuple[float, float] | None = None
        self._is_settling = False
        self._since_s = now
        self._sum_s = 0.0
        self._count = 0

    @property
    def allowed(self) -> int:
        """Calls that may be in flight now."""
        return int(self._allowed)

    def answered(self, now: float, latency_s: float) -> None:
        """Record one answer that was not throttled."""
        self._sum_s += latency_s
        self._count += 1
        if not self._is_interval_over(now):
            return
        mean_s = self._sum_s / self._count
        per_s = self._count / max(now - self._since_s, 1e-6)
        self._sum_s = 0.0
        self._count = 0
        self._since_s = now
        if self._is_settling:
            self._is_settling = False
        else:
            self._adjust(mean_s, per_s)
        self.was_full = False

    def _is_interval_over(self, now: float) -> bool:
        if self._base_s == 0.0:
            return self._count >= _FIRST_INTERVAL_CALLS
        is_long = now - self._since_s >= _INTERVAL_S
        return is_long and self._count >= max(_INTERVAL_CALLS, self._allowed)

    def _adjust(self, mean_s: float, per_s: float) -> None:
        if self._cut is not None:
            before, per_s_before = self._cut
            self._cut = None
            if per_s < _FELL * per_s_before:
                self._allowed = before
                self._base_s = mean_s
                return
        if self._base_s == 0.0 or mean_s < self._base_s:
            self._base_s = mean_s
        if mean_s > _TOLERANCE * self._base_s:
            self._cut_down(mean_s, per_s)
        elif self.was_full:
            self._allowed = min(self._allowed + 1.0, float(self._most))

    def _cut_down(self, mean_s: float, per_s: float) -> None:
        factor = max(_SHARPEST_CUT, _TOLERANCE * self._base_s / mean_s)
        fewer = max(self._allowed * factor, float(min(_FEWEST, self._most)))
        if fewer < self._allowed:
            self._cut = (self._allowed, per_s)
            self._is_settling = True
            self._allowed = fewer
