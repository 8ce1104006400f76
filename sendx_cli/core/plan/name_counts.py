"""How often each name (a tag, a custom field, a reason) occurs, however many there are."""

from collections.abc import Iterable
from typing import NamedTuple

_MAX_SIZE = 4_000_000
_SIZE_OF_ENTRY = 160
"""Bytes that a name takes beside its letters: about 25,000 short names are kept, in 4 MB."""


class NameCounts(NamedTuple):
    """Names with their counts.

    Args:
        names: Each with its count, the most frequent first.
        further: How often names occurred that were too many to keep.
    """

    names: tuple[tuple[str, int], ...] = ()
    further: int = 0

    @property
    def total(self) -> int:
        """How often any name occurred."""
        return sum(count for _, count in self.names) + self.further


NO_NAMES = NameCounts()


class NameCounter:
    """Counts names. A column of free text that is mapped to tags must not fill the memory."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._size_left = _MAX_SIZE
        self._further = 0

    def add(self, names: Iterable[str]) -> None:
        """Count each of `names` once."""
        counts = self._counts
        for name in names:
            if name in counts:
                counts[name] += 1
            elif self._size_left > 0:
                self._size_left -= len(name) + _SIZE_OF_ENTRY
                counts[name] = 1
            else:
                self._further += 1

    def result(self) -> NameCounts:
        """Return the counts as they stand; names as frequent as each other by the alphabet."""
        ordered = sorted(self._counts.items(), key=lambda entry: (-entry[1], entry[0]))
        return NameCounts(tuple(ordered), self._further)
