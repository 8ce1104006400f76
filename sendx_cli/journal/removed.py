"""The numbers of rows that were removed from the journal of a stream, as they were decided."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sendx_cli.core.totals.timeline import Slot
from sendx_cli.journal.database import Database
from sendx_cli.journal.rows import LeftOutKind

REMOVED_BEFORE = "removed_before"
"""The fact that says before which moment rows were decided that are no longer kept."""


class Removed(NamedTuple):
    """The rows that a journal no longer has.

    Args:
        rows: How many, those that were not sent included.
        before: All of them were decided before this moment, in Unix time.
    """

    rows: int
    before: int


class RemovedRows:
    """Reads the numbers of removed rows; there are none in a journal of an earlier format.

    Args:
        database: The run's file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self) -> dict[str, int]:
        """Return how many rows were removed, by state."""
        return dict(self._read("SELECT state, sum(count) FROM removed_rows GROUP BY state"))

    def attempts(self) -> tuple[int, int]:
        """Return how many requests were made for them, and for how many rows more than one."""
        ((made, retried),) = self._read(
            "SELECT coalesce(sum(attempts), 0), coalesce(sum(retried), 0) FROM removed_rows"
        ) or [(0, 0)]
        return made, retried

    def count_left_out(self, kind: LeftOutKind) -> int:
        """Count the removed rows that were not sent for this reason."""
        found = self._read("SELECT count FROM removed_left_out WHERE kind = ?", kind)
        return int(found[0][0]) if found else 0

    def count_elapsed(self) -> int:
        """Count the removed rows whose time counts."""
        ((count,),) = self._read("SELECT coalesce(sum(count), 0) FROM removed_elapsed") or [(0,)]
        return int(count)

    def seconds(self) -> dict[int, Slot]:
        """Return what happened, by the second in which a part of the run begins (Unix time)."""
        columns = "second, accepted, decided, elapsed_ms, throttled, paused"
        found = self._read(f"SELECT {columns} FROM removed_seconds")  # noqa: S608 - our own
        return {second: Slot(*counts) for second, *counts in found}

    def rejected(self) -> Iterator[tuple[str | None, int, tuple[Any, ...]]]:
        """Yield the code and the number of the rows of each reason, and the first one's columns."""
        query = """SELECT nullif(code, ''), count, number, line, payload, state, status, 1,
                   nullif(code, ''), message, 0.0 FROM removed_rows WHERE state = 'rejected'"""
        for code, count, *first in self._read(query):
            yield code, count, tuple(first)

    def summary(self) -> Removed | None:
        """Return how many there are, and how old they are; None if there are none."""
        rows = sum(self.counts().values()) + sum(map(self.count_left_out, LeftOutKind))
        if not rows:
            return None
        found = self._read("SELECT value FROM facts WHERE name = ?", REMOVED_BEFORE)
        return Removed(rows, int(found[0][0]) if found else 0)

    def _read(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        return self._database.read(query, arguments) if self._database.has_removed else []
