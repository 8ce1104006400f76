"""Counts over time, kept in few slots however long it takes, and their picture in one line."""

import math
from collections.abc import Sequence

MAX_SLOTS = 60
"""A picture of so many characters still fits a line with a word before it."""

_FIRST_WIDTH_S = 1.0
_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = "_.:-=+*#"


def sparkline(values: Sequence[float], *, ascii_only: bool = False) -> str:
    """Draw a character for each value, from 0 to the highest: only 0 gets the lowest bar."""
    bars = _ASCII_BARS if ascii_only else _BARS
    highest = max(values, default=0)
    if highest <= 0:
        return bars[0] * len(values)
    steps = len(bars) - 1
    return "".join(bars[math.ceil(value / highest * steps)] for value in values)


class Slots:
    """Counts in slots of equal width; when there are too many, each two become one.

    Args:
        began_at: When the first slot begins, in seconds on the caller's clock.
    """

    __slots__ = ("_began_at", "_counts", "width_s")

    def __init__(self, began_at: float) -> None:
        self._began_at = began_at
        self._counts = [0]
        self.width_s = _FIRST_WIDTH_S

    @property
    def counts(self) -> tuple[int, ...]:
        """What each slot has counted, the earliest first; the last slot is not over."""
        return tuple(self._counts)

    def add(self, count: int, now: float) -> None:
        """Count `count`, which may be 0, at `now`."""
        elapsed_s = max(now - self._began_at, 0.0)
        while elapsed_s >= self.width_s * MAX_SLOTS:
            self._halve()
        place = int(elapsed_s / self.width_s)
        self._counts += [0] * (place + 1 - len(self._counts))
        self._counts[place] += count

    def _halve(self) -> None:
        self.width_s *= 2
        self._counts = [sum(self._counts[at : at + 2]) for at in range(0, len(self._counts), 2)]
