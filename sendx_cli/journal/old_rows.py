"""Removing decided rows that are old from the journal of a stream; their numbers are kept.

All rows of a contact stay from the first one on that is not decided for good, or not old: a resume
compares an open row with the later ones of its contact, so that it undoes none of them. What is
removed of a contact is thus always the beginning of its rows.

Rows and their numbers change hands in one transaction: whatever ends the process, each row is
counted once.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sendx_cli.core.contact.payloads import contact_from
from sendx_cli.journal.database import Database
from sendx_cli.journal.removed import REMOVED_BEFORE
from sendx_cli.journal.rows import LeftOut, LeftOutKind, State
from sendx_cli.journal.verifying import FORMAT_VERSION
from sendx_cli.journal.view import CRASHED, PACED

_CHUNK_ROWS = 500
"""Rows looked at in one step, which then takes a few milliseconds."""
_EXACT_S = 1024
"""A part of a run that is removed is told in so many parts of its age, or in seconds."""
_FOR_GOOD = frozenset({State.ACCEPTED, State.REJECTED, State.UNCHANGED})
_TABLES = (
    """CREATE TABLE IF NOT EXISTS removed_rows (state TEXT, code TEXT, count INTEGER NOT NULL,
       attempts INTEGER NOT NULL, retried INTEGER NOT NULL, number INTEGER, line INTEGER,
       payload TEXT, status INTEGER, message TEXT, PRIMARY KEY (state, code))""",
    """CREATE TABLE IF NOT EXISTS removed_elapsed (ms REAL PRIMARY KEY, count INTEGER NOT NULL)
       WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS removed_seconds (second INTEGER PRIMARY KEY,
       accepted INTEGER NOT NULL, decided INTEGER NOT NULL, elapsed_ms REAL NOT NULL,
       throttled INTEGER NOT NULL, paused INTEGER NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS removed_left_out (kind TEXT PRIMARY KEY, count INTEGER NOT NULL)",
    f"PRAGMA user_version = {FORMAT_VERSION}",
)
_READ = """
SELECT rows.number, line, payload, state, settled_at, attempts, code, message, elapsed_ms, status
FROM rows LEFT JOIN fates USING (number) WHERE rows.number > ? ORDER BY rows.number LIMIT ?
"""
_COUNT = """
INSERT INTO removed_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (state, code) DO UPDATE SET count = count + excluded.count,
    attempts = attempts + excluded.attempts, retried = retried + excluded.retried
"""
_COUNT_ELAPSED = """
INSERT INTO removed_elapsed VALUES (?, 1) ON CONFLICT (ms) DO UPDATE SET count = count + 1
"""
_COUNT_SECOND = """
INSERT INTO removed_seconds VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (second) DO UPDATE SET accepted = accepted + excluded.accepted,
    decided = decided + excluded.decided, elapsed_ms = elapsed_ms + excluded.elapsed_ms,
    throttled = throttled + excluded.throttled, paused = paused + excluded.paused
"""
_COUNT_LEFT_OUT = """
INSERT INTO removed_left_out VALUES (?, 1) ON CONFLICT (kind) DO UPDATE SET count = count + 1
"""
_READ_LEFT_OUT = """
SELECT line, kind, email, message FROM left_out WHERE line <= ? ORDER BY line LIMIT ?
"""


class _Row(NamedTuple):
    number: int
    line: int | None
    payload: str
    state: str | None
    settled_at: int | None
    attempts: int | None
    code: str | None
    message: str | None
    elapsed_ms: float | None
    status: int | None

    @property
    def is_for_good(self) -> bool:
        return self.state in _FOR_GOOD


class OldRows:
    """Removes rows a few at a time, in one pass over the journal after another.

    Args:
        database: The run's file, which becomes one of the format that has removed rows.
        action: The run's action.
        began_at: When the run began, in Unix time.
    """

    def __init__(self, database: Database, action: str, began_at: float) -> None:
        self._database = database
        self._action = action
        self._began_at = int(began_at)
        self._last = -1
        self._staying: set[str] = set()
        with database.transaction() as connection:
            for statement in _TABLES:
                connection.execute(statement)
        database.version = FORMAT_VERSION

    def remove_some(self, before: int) -> bool:
        """Remove a few rows that were decided before a moment, and the pauses of that time.

        Args:
            before: The moment, in Unix time.

        Returns:
            Whether there may be more; else the next call begins a new pass.

        Raises:
            PassingTrouble: The journal cannot be written.
        """
        chunk = [_Row(*row) for row in self._database.read(_READ, (self._last, _CHUNK_ROWS))]
        is_over = len(chunk) < _CHUNK_ROWS
        old: list[_Row] = []
        for row in chunk:
            is_young = row.is_for_good and (row.settled_at or 0) >= before
            keys = contact_from(self._action, json.loads(row.payload)).contact_keys
            if row.is_for_good and not is_young and self._staying.isdisjoint(keys):
                old.append(row)
            else:
                self._staying.update(keys)
                is_over = is_over or is_young
        self._last = chunk[-1].number if chunk else -1
        if old:
            self._remove(old, before)
        is_over = not self._remove_pauses(before) and is_over
        if is_over:
            self._last = -1
            self._staying.clear()
        return not is_over

    def remove_left_out(self, last_line: int, before: int) -> list[LeftOut]:
        """Remove a few of the rows that were not sent; return them.

        Args:
            last_line: The last line that had been read at that moment.
            before: The moment, in Unix time.

        Raises:
            PassingTrouble: The journal cannot be written.
        """
        found = self._database.read(_READ_LEFT_OUT, (last_line, _CHUNK_ROWS))
        removed = [LeftOut(line, LeftOutKind(kind), *rest) for line, kind, *rest in found]
        if removed:
            with self._database.transaction() as connection:
                connection.executemany(_COUNT_LEFT_OUT, [(row.kind,) for row in removed])
                connection.executemany(
                    "DELETE FROM left_out WHERE line = ?", [(row.line,) for row in removed]
                )
                _note_removed(connection, before)
        return removed

    def _remove(self, rows: Sequence[_Row], before: int) -> None:
        numbers = [(row.number,) for row in rows]
        with self._database.transaction() as connection:
            connection.executemany(_COUNT, _counted(rows))
            connection.executemany(_COUNT_ELAPSED, _elapsed(rows))
            connection.executemany(_COUNT_SECOND, self._seconds(rows))
            connection.executemany("DELETE FROM fates WHERE number = ?", numbers)
            connection.executemany("DELETE FROM rows WHERE number = ?", numbers)
            _note_removed(connection, before)

    def _remove_pauses(self, before: int) -> bool:
        """Remove a few pauses that began before a moment; tell whether there may be more."""
        query = "SELECT second, code, count FROM pauses WHERE second < ? LIMIT ?"
        found = self._database.read(query, (before, _CHUNK_ROWS))
        if not found:
            return False
        with self._database.transaction() as connection:
            for second, code, count in found:
                throttled = count if code in PACED else 0
                part = self._part_of(second)
                connection.execute(_COUNT_SECOND, (part, 0, 0, 0.0, throttled, count - throttled))
            connection.executemany(
                "DELETE FROM pauses WHERE second = ? AND code = ?", [row[:2] for row in found]
            )
        return len(found) == _CHUNK_ROWS

    def _seconds(self, rows: Iterable[_Row]) -> Iterable[tuple[object, ...]]:
        for row in rows:
            if row.settled_at is not None and _was_sent(row):
                is_accepted = row.state == State.ACCEPTED
                second = self._part_of(row.settled_at)
                yield second, int(is_accepted), 1, row.elapsed_ms, 0, 0

    def _part_of(self, second: int) -> int:
        """Return where the part of the run begins that a second is told in.

        Its width grows with its distance from the start, so that the parts of a year are few.
        """
        width = 1 << max((second - self._began_at) // _EXACT_S, 1).bit_length() - 1
        return second - second % width


def _was_sent(row: _Row) -> bool:
    return bool(row.attempts) and row.code != CRASHED


def _counted(rows: Iterable[_Row]) -> Iterable[tuple[Any, ...]]:
    """Yield the numbers of the rows of each state and code, with the first as the example."""
    groups: dict[tuple[str | None, str], list[_Row]] = {}
    for row in rows:
        groups.setdefault((row.state, row.code or ""), []).append(row)
    for (state, code), same in groups.items():
        first = same[0]
        attempts = [row.attempts or 0 for row in same]
        retried = sum(count > 1 for count in attempts)
        is_told = state == State.REJECTED
        example = (first.line, first.payload, first.status, first.message) if is_told else _NONE
        yield state, code, len(same), sum(attempts), retried, first.number, *example


_NONE = (None, None, None, None)


def _elapsed(rows: Iterable[_Row]) -> Iterable[tuple[float]]:
    """Yield how long each row took, to three digits, so that few different ones are counted."""
    for row in rows:
        if _was_sent(row):
            yield (float(f"{row.elapsed_ms:.3g}"),)


def _note_removed(connection: sqlite3.Connection, before: int) -> None:
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (REMOVED_BEFORE, str(before)))
