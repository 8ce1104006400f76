"""Percentiles of very many durations in little memory."""

import math

_LOG_GROWTH = math.log(1.05)
"""Each bucket is 5 % wider than the one before: its middle is at most 2.5 % off."""
_SHORTEST_S = 1e-5
_LONGEST_S = 1e6


class Percentiles:
    """Durations counted in buckets whose widths grow: at most about 520 numbers are kept.

    What is told differs by less than 3 % from the duration of that rank, for durations from
    10 microseconds to 11 days.
    """

    __slots__ = ("_buckets", "_count", "_longest_s", "_shortest_s")

    def __init__(self) -> None:
        self._buckets: dict[int, int] = {}
        self._count = 0
        self._shortest_s = math.inf
        self._longest_s = 0.0

    def add(self, duration_s: float) -> None:
        """Count one duration."""
        bounded_s = min(max(duration_s, _SHORTEST_S), _LONGEST_S)
        bucket = math.floor(math.log(bounded_s) / _LOG_GROWTH)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1
        self._count += 1
        self._shortest_s = min(self._shortest_s, duration_s)
        self._longest_s = max(self._longest_s, duration_s)

    def at(self, share: float) -> float | None:
        """Return the duration in seconds that `share` of all stay within, by nearest rank.

        Args:
            share: Above 0, up to 1: 0.95 for the 95th percentile.

        Returns:
            None where nothing was counted.
        """
        if not self._count:
            return None
        left = math.ceil(share * self._count)
        for bucket in sorted(self._buckets):
            left -= self._buckets[bucket]
            if left <= 0:
                break
        middle_s = math.exp((bucket + 0.5) * _LOG_GROWTH)
        return min(max(middle_s, self._shortest_s), self._longest_s)
