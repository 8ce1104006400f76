"""What the pages that were read tell: where the collection ends, and what is missing before."""

from bisect import bisect_right, insort
from collections.abc import Collection, Sequence

PAGE_LIMIT = 100
"""Members asked for in one page: the most that is documented (GET /contact, /tag, ...)."""

_LEAST_LIMIT = 10
"""Members in a page where nothing is asked for: a page with fewer was not cut off by a limit."""
_MOST_REPEATS = 3
"""Pages in a row with nothing new, after which no further one is expected to have any."""

_EMPTY_WITHIN = "a page before the end was empty"
_REPEATED = "it returns the same page repeatedly"
_GAPS = "its pages have gaps between them"


class PagesSeen:
    """The pages that were asked for, by their offsets, and what came.

    The end is an empty page with nothing new behind it, or the first of three with nothing new.
    All was seen where the pages before it touch each other. A service may also count members that
    it does not show: then a page spans more than it has, and the page asked for at its end begins
    with one of its last members.
    """

    def __init__(self) -> None:
        self.stride = 0
        """Members of the longest page; 0 before there is one."""
        self._asked: list[int] = []
        self._lengths: dict[int, int] = {}
        self._new_to = -1
        self._empty: set[int] = set()
        self._repeats: set[int] = set()
        self._asked_again: set[int] = set()
        self._short_ends: set[int] = set()
        self._first = ""
        self._beginnings: set[str] = set()
        self._hides_some = False
        self._begins_anew = False

    @property
    def next_offset(self) -> int:
        """Where the page behind all those asked for begins."""
        if not self._asked:
            return 0
        last = self._asked[-1]
        length = 0 if self._hides_some else self._lengths.get(last, 0)
        return last + (length or self.stride)

    @property
    def end_at(self) -> int | None:
        """Where the collection ends, as far as is known; None: not known yet."""
        ends = [offset for offset in self._empty if offset > self._new_to]
        repeats = [offset for offset in self._repeats if offset > self._new_to]
        if len(repeats) >= _MOST_REPEATS:
            ends.append(min(repeats))
        return min(ends, default=None)

    def may_be_last(self, length: int) -> bool:
        """Whether a page of this length may be the last one."""
        usual = self.stride or PAGE_LIMIT
        return length < (usual / 2 if self._hides_some else usual)

    def ask(self, offset: int) -> None:
        """Record that a page is asked for."""
        insort(self._asked, offset)

    def take(self, offset: int, names: Sequence[str], new: Collection[str]) -> list[int]:
        """Record what came for a page; return the offsets that are to be asked for because of it.

        Args:
            offset: Where the page begins.
            names: What tells its members apart, in their order.
            new: Those of them that no page had before.
        """
        limit = self.stride or PAGE_LIMIT
        self.stride = max(self.stride, len(names))
        if not names:
            self._empty.add(offset)
            return self._holes()
        if self._is_overlap(offset, names[0], new):
            self._hides_some = True
        self._begins_anew = self._begins_anew or names[0] == self._first
        self._first = self._first or names[0]
        self._beginnings.add(names[0])
        self._lengths[offset] = len(names)
        if len(names) < limit:
            self._short_ends.add(offset + len(names))
        if not new:
            self._repeats.add(offset)
            return []
        self._new_to = max(self._new_to, offset)
        return [*self._gap(offset), *self._holes()]

    def doubt(self, end: int) -> str | None:
        """Return why there may be members before `end` that were not seen; None: there are none."""
        if any(offset < self._new_to for offset in self._empty):
            return _EMPTY_WITHIN
        repeats = {offset for offset in self._repeats if offset < end}
        if self._hides_some:
            return _REPEATED if repeats - self._short_ends else None
        if self._is_cut_off():
            return _REPEATED
        reached = 0
        for offset in sorted(self._lengths.keys() - self._repeats):
            if offset > reached:
                break
            reached = max(reached, offset + self._lengths[offset])
        if reached >= end:
            return None
        return _REPEATED if repeats else _GAPS

    def _is_overlap(self, offset: int, first: str, new: Collection[str]) -> bool:
        """Whether a page begins with a member from amid the page at whose end it was asked for."""
        return offset in self._short_ends and first not in new and first not in self._beginnings

    def _is_cut_off(self) -> bool:
        """Whether the first page comes whatever is asked for, and may be only a part of all."""
        return self._begins_anew and _LEAST_LIMIT <= self._lengths.get(0, 0) <= PAGE_LIMIT

    def _gap(self, offset: int) -> list[int]:
        """Return where a page ends, if that is before the one asked for behind it."""
        end = offset + self._lengths[offset]
        place = bisect_right(self._asked, offset)
        if self._hides_some or place == len(self._asked) or end >= self._asked[place]:
            return []
        self.ask(end)
        return [end]

    def _holes(self) -> list[int]:
        """Return the empty pages before others that are not, each once: it may be a mistake."""
        holes = {offset for offset in self._empty if offset < self._new_to} - self._asked_again
        self._asked_again |= holes
        self._empty -= holes
        return sorted(holes)
