"""When a run worked, second by second: a stop of hours between its resumes is no work."""

from collections.abc import Iterable, Sequence
from math import ceil

LONGEST_LULL_S = 60
"""So long may nothing be decided, as in an outage; a longer time is left out."""


def by_second(noted: Iterable[tuple[int, int]]) -> list[int]:
    """Return a count for each second of work.

    Args:
        noted: Seconds in which something was decided, the earliest first, with what is counted.

    Returns:
        The counts; lulls are zeros, longer stops are left out.
    """
    counts: list[int] = []
    last: int | None = None
    for second, count in noted:
        lull_s = 0 if last is None else second - last - 1
        if lull_s <= LONGEST_LULL_S:
            counts += [0] * lull_s
        counts.append(count)
        last = second
    return counts


def in_slots(counts: Sequence[int], most: int) -> tuple[int, tuple[int, ...]]:
    """Fold counts of seconds into at most so many slots; return a slot's width in seconds, too."""
    width_s = max(1, ceil(len(counts) / most))
    starts = range(0, len(counts), width_s)
    return width_s, tuple(sum(counts[start : start + width_s]) for start in starts)
