"""Rows ready to be sent or waiting to be retried, and how they are grouped into calls."""

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush

from sendx_cli.delivery.attempts import Attempt


class Batches:
    """Holds the rows that may be sent, now or from some time on, and groups them into calls.

    Rows that need a call of their own go first: they are few, or come from a batch that was
    split, and meanwhile the others fill up the next batch. No two of the rows concern the same
    contact: `ContactQueues` guarantees that.

    Args:
        size: Rows in a call, at most; may be lowered later.
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
        """When the next of the postponed rows may be sent; None if there is none."""
        return self._later[0][0] if self._later else None

    def __bool__(self) -> bool:
        """Whether there is any row, ready or postponed."""
        return bool(self._alone or self._joinable or self._later)

    def __iter__(self) -> Iterator[Attempt]:
        """Yield all rows, the postponed ones first."""
        yield from (item[2] for item in self._later)
        yield from self._alone
        yield from self._joinable

    def add(self, attempt: Attempt) -> None:
        """Append a row to those that may be sent now."""
        (self._joinable if attempt.may_join else self._alone).append(attempt)

    def put_off(self, attempt: Attempt, until: float) -> None:
        """Postpone a row; from `until` on it goes before the others."""
        heappush(self._later, (until, attempt.row.number, attempt))

    def take_due(self, now: float) -> None:
        """Make the postponed rows ready that are due at `now`."""
        while self._later and self._later[0][0] <= now:
            self._add_first(heappop(self._later)[2])

    def take(self) -> list[Attempt]:
        """Remove and return the rows of the next call; at least one row must be ready."""
        if self._alone:
            return [self._alone.popleft()]
        count = min(len(self._joinable), self.size)
        return [self._joinable.popleft() for _ in range(count)]

    def split(self, attempts: Iterable[Attempt]) -> None:
        """Make the rows of a batch ready, each for a call of its own, before all others."""
        for attempt in reversed(list(attempts)):
            self._alone.appendleft(attempt)

    def _add_first(self, attempt: Attempt) -> None:
        (self._joinable if attempt.may_join else self._alone).appendleft(attempt)
