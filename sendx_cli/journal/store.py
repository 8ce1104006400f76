"""A run's journal, as the process writes it that sends the run.

What is written when, and why that is enough:

- A row that may be repeated is not marked before it is sent: after a crash it would be pending
  again, marked or not. A row that may not is marked *in flight*, and the mark is on the disk
  before the first byte leaves: after a crash, even of the machine, its outcome is *unknown*.
- A row's fate is committed as soon as it is known, which outlives kill -9. It is synced with the
  next commit after `SYNC_EVERY_S`: a power failure can undo that much of a run's work, and a row
  that was accepted is then sent again if it may be repeated, else it is unknown.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Self

from sendx_cli.clock import Clock
from sendx_cli.core.contact.payloads import contact_from
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.journal.adoption import Arrivals
from sendx_cli.journal.database import Database
from sendx_cli.journal.lock import RunLock
from sendx_cli.journal.overtaken import MARK_OVERTAKEN, OVERTAKEN
from sendx_cli.journal.rows import InputRead, LeftOut, State, content_of, digest_of
from sendx_cli.journal.verifying import damaged
from sendx_cli.journal.view import RunView

SYNC_EVERY_S = 0.25
CRASHED = "crashed"
"""The code of a row that was in flight when the process or the machine ended."""

_BATCH_ROWS = 5000
_CHUNK_ROWS = 1000
_MAX_MESSAGE_LENGTH = 300
_PENDING = """
SELECT rows.number, line, digest, payload FROM rows LEFT JOIN fates USING (number)
WHERE rows.number > ? AND fates.number IS NULL ORDER BY rows.number LIMIT ?
"""
_SETTLE = "INSERT OR REPLACE INTO fates VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_RECOVER = """
UPDATE fates SET state = 'unknown', code = ?, attempts = max(attempts, 1), settled_at = ?,
    message = 'sendx or the machine ended while the request was under way'
WHERE state = 'in_flight'
"""
_REOPEN = "DELETE FROM fates WHERE number >= 0 AND state = ?"


class RunJournal:
    """Notes each row of a run before it is sent and after it is decided (`sender.Journal`).

    Args:
        database: The run's file.
        lock: The run's lock, which is held.
        clock: What time it is.
    """

    def __init__(self, database: Database, lock: RunLock, clock: Clock) -> None:
        self._database = database
        self._lock = lock
        self._clock = clock
        self._marked: set[int] = set()
        self._synced_at = -SYNC_EVERY_S + clock.now()
        self._is_closed = False
        self.path = database.path
        self.view = RunView(database)
        self.is_sealed = self.view.is_sealed

    def add(self, rows: Iterable[Row]) -> None:
        """Record rows, thousands at a time, before anything is sent."""
        for batch in _batches(rows):
            with self._database.transaction() as connection:
                contents = map(content_of, batch)
                connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", contents)

    def leave_out(self, rows: Iterable[LeftOut]) -> None:
        """Record rows of the file that are not sent, for the account of the run."""
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO left_out VALUES (?, ?, ?, ?)", rows)

    def take_in(self, rows: Sequence[Row], left_out: Sequence[LeftOut], read: InputRead) -> None:
        """Record rows as they come, and how far their input was read: all of it, or nothing.

        Raises:
            PassingTrouble: It cannot be written: they must not be sent.
        """
        facts = (
            ("read_to_line", str(read.line)),
            ("input_ended", str(int(read.has_ended))),
            ("first_row_line", str(read.first_row_line)),
        )
        with self._database.transaction() as connection:
            connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", map(content_of, rows))
            connection.executemany("INSERT OR REPLACE INTO left_out VALUES (?, ?, ?, ?)", left_out)
            connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts)

    def seal(self) -> None:
        """Say that all rows are in: from now on the run counts as started."""
        with self._database.transaction(is_synced=True, is_first_synced=True) as connection:
            connection.execute("INSERT OR IGNORE INTO facts VALUES ('sealed', '1')")
        self.is_sealed = True

    def pending(self) -> Iterator[Row]:
        """Yield the rows that are to be sent, in the file's order, a thousand read at a time.

        Raises:
            InputError: A row is not as it went in: its file was damaged since it was opened.
        """
        action, last = self.view.header.action, -1
        while chunk := self._database.read(_PENDING, (last, _CHUNK_ROWS)):
            for number, line, digest, payload in chunk:
                if digest_of(action, payload) != digest:
                    raise damaged(self.path)
                contact = contact_from(action, json.loads(payload))
                yield Row(number, contact, line, payload.encode())
            last = chunk[-1][0]

    def mark_sending(self, rows: Sequence[Row]) -> None:
        """Note that these rows are about to be sent; on the disk if they may not be repeated.

        Raises:
            PassingTrouble: It cannot be written: they must not be sent.
        """
        fresh = {row.number for row in rows if not row.contact.is_repeatable} - self._marked
        if not fresh:
            return
        with self._database.transaction(is_synced=True) as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO fates (number, state) VALUES (?, 'in_flight')",
                [(number,) for number in sorted(fresh)],
            )
        self._synced_at = self._clock.now()
        self._marked |= fresh

    def record(self, rows: Sequence[Decided]) -> None:
        """Note what became of these rows; those that were skipped are pending again.

        Raises:
            PassingTrouble: It cannot be written.
        """
        self.put_back([one.row for one in rows if one.outcome is Outcome.SKIPPED])
        settled_at = int(self._clock.unix())
        fates = [_fate(one, settled_at) for one in rows if one.outcome is not Outcome.SKIPPED]
        if not fates:
            return
        now = self._clock.now()
        is_synced = now - self._synced_at >= SYNC_EVERY_S
        with self._database.transaction(is_synced=is_synced) as connection:
            connection.executemany(_SETTLE, fates)
        self._marked.difference_update(one.row.number for one in rows)
        if is_synced:
            self._synced_at = now

    def put_back(self, rows: Sequence[Row]) -> None:
        """Make rows pending again that are known not to have been acted upon."""
        marked = [row.number for row in rows if row.number in self._marked]
        if not marked:
            return
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM fates WHERE number = ?", [(number,) for number in marked]
            )
        self._marked.difference_update(marked)

    def reopen(self, state: State) -> int:
        """Make all rows in this state (failed, unknown or rejected) pending; return how many."""
        if state not in {State.FAILED, State.UNKNOWN, State.REJECTED}:
            raise ValueError(state)
        with self._database.transaction(is_synced=True) as connection:
            return connection.execute(_REOPEN, (state,)).rowcount

    def stop_overtaken(self) -> int:
        """Reject pending rows of whose contact a later row was sent; return how many.

        A row that was mended or is repeated comes late: sent now, it would undo what the later
        row of the file said.
        """
        with self._database.transaction(is_synced=True) as connection:
            values = (OVERTAKEN, int(self._clock.unix()))
            connection.execute(MARK_OVERTAKEN, values)
            # `rowcount` knows no statement that begins with WITH.
            ((count,),) = connection.execute("SELECT changes()").fetchall()
            return int(count)

    def arrivals(self, rows: Iterable[Row]) -> Arrivals:
        """Record the rows of a mended or sorted file, beside those of the run."""
        arrivals = Arrivals(self._database)
        for batch in _batches(rows):
            arrivals.add(map(content_of, batch))
        return arrivals

    @property
    def id(self) -> str:
        """By which the run is named, such as `20261123-1405-k3f9`."""
        return self.path.stem

    def close(self) -> None:
        """Sync what is committed and let go of the run; once closed, nothing more happens."""
        if self._is_closed:
            return
        self._is_closed = True
        is_moved = False
        try:
            is_moved = self._database.sync()
        finally:
            if is_moved:
                self._database.close()
            else:
                self._database.close_unmoved()
            self._lock.release()

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def recover(self) -> None:
        """Make what was in flight when the process or the machine ended unknown."""
        with self._database.transaction(is_synced=True) as connection:
            values = (CRASHED, int(self._clock.unix()))
            connection.execute(_RECOVER, values)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH_ROWS)):
        yield batch


def _fate(settled: Decided, settled_at: int) -> tuple[object, ...]:
    verdict = settled.verdict
    return (
        settled.row.number,
        settled.outcome,
        verdict and verdict.status,
        settled.attempts,
        verdict and verdict.code,
        verdict and verdict.message[:_MAX_MESSAGE_LENGTH],
        round(settled.elapsed_s * 1000, 1),
        settled_at,
    )
