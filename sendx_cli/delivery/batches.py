"""Rows that wait for their call: who goes next, and who goes with whom."""

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from sendx_cli.delivery.attempts import Attempt


class Batches:
    """Holds the rows that may be sent, now or from a moment on, and joins them into calls.

    Rows that go alone go first: they are few, or the rest of a batch that was taken apart, and
    meanwhile the others fill up the next batch. No two of the rows concern the same contact:
    the lanes see to that.

    Args:
        size: Rows in a call, at most; it may become less.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._alone: deque[Attempt] = deque()
        self._joinable: deque[Attempt] = deque()
        self._later: list[tuple[float, int, Attempt]] = []

    @property
    def ready(self) -> int:
        """Rows that may be sent now."""
        return len(self._alone) + len(self._joinable)

    @property
    def due_at(self) -> float | None:
        """When the next of the rows that wait for a moment may be sent."""
        return self._later[0][0] if self._later else None

    def __bool__(self) -> bool:
        """Whether there is any row."""
        return bool(self._alone or self._joinable or self._later)

    def __iter__(self) -> Iterator[Attempt]:
        """Yield all rows."""
        yield from (item[2] for item in self._later)
        yield from self._alone
        yield from self._joinable

    def add(self, attempt: Attempt) -> None:
        """Put a row behind those that may be sent now."""
        (self._joinable if attempt.may_join else self._alone).append(attempt)

    def put_off(self, attempt: Attempt, until: float) -> None:
        """Keep a row back until a moment, from which on it goes before the others."""
        heappush(self._later, (until, attempt.row.number, attempt))

    def take_due(self, now: float) -> None:
        """Make rows ready whose moment has come."""
        while self._later and self._later[0][0] <= now:
            self._add_first(heappop(self._later)[2])

    def take(self) -> list[Attempt]:
        """Take out the rows of the next call; there must be one that is ready."""
        if self._alone:
            return [self._alone.popleft()]
        count = min(len(self._joinable), self.size)
        return [self._joinable.popleft() for _ in range(count)]

    def part(self, attempts: Iterable[Attempt]) -> None:
        """Make these rows ready, each for a call of its own, before all others."""
        for attempt in reversed(list(attempts)):
            self._alone.appendleft(attempt)

    def _add_first(self, attempt: Attempt) -> None:
        (self._joinable if attempt.may_join else self._alone).appendleft(attempt)
