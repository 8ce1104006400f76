"""A run's journal, as written by the process that sends the run.

What is written when, and why that is enough:

- A row that may be repeated is not marked before it is sent: after a crash it would be pending
  again, marked or not. A row that may not is marked *in flight*, and the mark is on the disk
  before the first byte leaves: after a crash, even of the machine, its outcome is *unknown*.
- A row's outcome is committed as soon as it is decided, which survives kill -9. It is synced with
  the next commit after `SYNC_EVERY_S`: a power failure can undo that much of a run's work, and a
  row that was accepted is then sent again if it may be repeated, else it is unknown.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from types import TracebackType
from typing import Self

from sendx_cli.clock import Clock
from sendx_cli.core.contact.contact import Contact
from sendx_cli.core.contact.payloads import UNDO, contact_from
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.work_time import Noted
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.journal.adoption import Arrivals
from sendx_cli.journal.before import ContactsBefore
from sendx_cli.journal.comparing import ContactsCompared
from sendx_cli.journal.database import Database
from sendx_cli.journal.lock import RunLock
from sendx_cli.journal.old_rows import OldRows
from sendx_cli.journal.overtaken import MARK_OVERTAKEN, OVERTAKEN
from sendx_cli.journal.rows import InputRead, LeftOut, State, content_of, digest_of, storable
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.unknown_rows import UnknownRows
from sendx_cli.journal.upgrading import damage_reported
from sendx_cli.journal.verifying import damaged
from sendx_cli.journal.view import CRASHED, SENT, RunView

SYNC_EVERY_S = 0.25

_BATCH_ROWS = 5000
_CHUNK_ROWS = 1000
_MAX_MESSAGE_LENGTH = 300
_PENDING = """
SELECT rows.number, line, digest, payload, sent FROM rows LEFT JOIN fates USING (number)
WHERE rows.number > ? AND fates.number IS NULL ORDER BY rows.number LIMIT ?
"""
_DECIDE = "INSERT OR REPLACE INTO fates VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_NOTE_PAUSE = """
INSERT INTO pauses VALUES (?, ?, 1) ON CONFLICT (second, code) DO UPDATE SET count = count + 1
"""
_RECOVER = """
UPDATE fates SET state = 'unknown', code = ?, attempts = max(attempts, 1), settled_at = ?,
    message = 'sendx or the machine ended while the request was under way'
WHERE state = 'in_flight'
"""
_REOPEN = "DELETE FROM fates WHERE number >= 0 AND state = ?"


class RunJournal:
    """Records each row of a run before it is sent and once it is decided.

    It implements `delivery.rows.Journal`.

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
        self.before = ContactsBefore(database)
        self.is_sealed = self.view.is_sealed

    def add(self, rows: Iterable[Row]) -> None:
        """Add pending rows, thousands at a time, before anything is sent."""
        for batch in _batches(rows):
            with self._database.transaction() as connection:
                contents = map(content_of, batch)
                connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", contents)

    def leave_out(self, rows: Iterable[LeftOut]) -> None:
        """Record rows of the file that are not sent."""
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO left_out VALUES (?, ?, ?, ?)", rows)

    def add_read(self, rows: Sequence[Row], left_out: Sequence[LeftOut], read: InputRead) -> None:
        """Add rows of a stream, and how far its input was read, in one transaction.

        Raises:
            PassingTrouble: It cannot be written: they must not be sent.
        """
        facts = (
            ("read_to_line", str(read.line)),
            ("input_ended", str(int(read.has_ended))),
            ("first_row_line", str(read.first_row_line)),
        )
        with self._database.transaction() as connection:
            connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", map(content_of, rows))
            connection.executemany("INSERT OR REPLACE INTO left_out VALUES (?, ?, ?, ?)", left_out)
            connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts)

    def seal(self) -> None:
        """Record that all rows are in the journal: from now on the run counts as started."""
        with self._database.transaction(is_synced=True, is_first_synced=True) as connection:
            connection.execute("INSERT OR IGNORE INTO facts VALUES ('sealed', '1')")
        self.is_sealed = True

    def pending(self) -> Iterator[Row]:
        """Yield the rows that are to be sent, in the file's order, a thousand read at a time.

        Raises:
            InputError: A row does not match its digest: the file was damaged since it was opened.
        """
        action, last = self.view.header.action, -1
        while chunk := self._database.read(_PENDING, (last, _CHUNK_ROWS)):
            for number, line, digest, payload, sent in chunk:
                if self._digest(action, payload) != digest:
                    raise damaged(self.path)
                body = sent or payload
                yield Row(number, contact_from(action, json.loads(body)), line, body.encode())
            last = chunk[-1][0]

    def _digest(self, action: str, payload: str) -> bytes:
        """Return the digest that a row should have; an undo has rows of both actions."""
        if action != UNDO:
            return digest_of(action, payload)
        with damage_reported(self.path):
            return digest_of(contact_from(action, json.loads(payload)).action, payload)

    def mark_sending(self, rows: Sequence[Row]) -> None:
        """Mark these rows as in flight, synced, unless they may be repeated.

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
        """Record the outcomes of these rows; those that were skipped are pending again.

        Raises:
            PassingTrouble: It cannot be written.
        """
        self.put_back([one.row for one in rows if one.outcome is Outcome.SKIPPED])
        decided_at = int(self._clock.unix())
        outcomes = [
            _outcome_values(one, decided_at) for one in rows if one.outcome is not Outcome.SKIPPED
        ]
        if not outcomes:
            return
        now = self._clock.now()
        is_synced = now - self._synced_at >= SYNC_EVERY_S
        with self._database.transaction(is_synced=is_synced) as connection:
            connection.executemany(_DECIDE, outcomes)
        self._marked.difference_update(one.row.number for one in rows)
        if is_synced:
            self._synced_at = now

    def note_pauses(self, codes: Sequence[str]) -> None:
        """Record that rows had to wait to be sent again, by the code of each verdict.

        Raises:
            PassingTrouble: It cannot be written.
        """
        if not codes:
            return
        second = int(self._clock.unix())
        with self._database.transaction() as connection:
            connection.executemany(_NOTE_PAUSE, [(second, code) for code in codes])

    def put_back(self, rows: Sequence[Row]) -> None:
        """Make rows pending again that the service certainly did not act on."""
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

    def reopen_rows(self, numbers: Sequence[int]) -> None:
        """Make these rows pending."""
        with self._database.transaction(is_synced=True) as connection:
            connection.executemany(
                "DELETE FROM fates WHERE number = ?", [(number,) for number in numbers]
            )

    def stop_overtaken(self) -> int:
        """Reject pending rows of whose contact a later row was sent; return how many.

        Such a row was corrected or reopened meanwhile: sent now, it would undo the later one.
        """
        with self._database.transaction(is_synced=True) as connection:
            values = (OVERTAKEN, int(self._clock.unix()))
            connection.execute(MARK_OVERTAKEN, values)
            # `rowcount` knows no statement that begins with WITH.
            ((count,),) = connection.execute("SELECT changes()").fetchall()
            return int(count)

    def compared(self, is_always_sent: Callable[[Contact], bool]) -> ContactsCompared:
        """Return the contacts whose pending rows may turn out to change nothing.

        Args:
            is_always_sent: As for `ContactsCompared`.
        """
        return ContactsCompared(self._database, self.view.header.action, is_always_sent)

    def unknown_rows(self) -> UnknownRows:
        """Return the rows whose outcome is unknown, to be settled."""
        return UnknownRows(self._database, self.view.header.action)

    def old_rows(self) -> OldRows:
        """Return what removes old rows, and makes a journal of its own format of this one.

        It must be asked for before the run is sealed: no reader has seen the journal then.
        """
        header = self.view.header
        return OldRows(self._database, header.action, header.started_at)

    def note_sending(self) -> None:
        """Record that this process begins to send the run."""
        self._write_sent([*self.view.sending_times, (round(self._clock.unix(), 3), None)])

    def note_sent(self, elapsed_s: float) -> None:
        """Record that this process has sent the run, for as long as it will.

        Args:
            elapsed_s: Since `note_sending`, by a clock that never jumps.
        """
        *earlier, (began_at, _) = self.view.sending_times
        self._write_sent([*earlier, (began_at, round(began_at + elapsed_s, 3))])

    def _write_sent(self, times: Sequence[Noted]) -> None:
        with self._database.transaction() as connection:
            value = (SENT, json.dumps(times))
            connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", value)

    def note_finished(self, *, is_finished: bool) -> None:
        """Record whether all is done for the run, its failed rows handed back included."""
        with self._database.transaction() as connection:
            value = (str(int(is_finished)),)
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('finished', ?)", value)

    def note_header(self, header: RunHeader) -> None:
        """Record, synced, what identifies the run from now on."""
        self._database.note_header(header.to_text())
        with self._database.transaction(is_synced=True) as connection:
            connection.execute(
                "UPDATE facts SET value = ? WHERE name = 'header'", (header.to_text(),)
            )

    def note_undone(self, by: str) -> None:
        """Record, synced, that the run with the id `by` takes this one back."""
        with self._database.transaction(is_synced=True) as connection:
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('undone_by', ?)", (by,))

    def arrivals(self, rows: Iterable[Row]) -> Arrivals:
        """Stage the rows of an edited or sorted file, beside those of the run."""
        arrivals = Arrivals(self._database)
        for batch in _batches(rows):
            arrivals.add(map(content_of, batch))
        return arrivals

    @property
    def id(self) -> str:
        """The run's id, such as `20261123-1405-k3f9`."""
        return self.path.stem

    def close(self) -> None:
        """Sync what is committed and release the run; idempotent."""
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
        """Make rows unknown that were in flight when the process or the machine ended."""
        with self._database.transaction(is_synced=True) as connection:
            values = (CRASHED, int(self._clock.unix()))
            connection.execute(_RECOVER, values)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _BATCH_ROWS)):
        yield batch


def _outcome_values(decided: Decided, decided_at: int) -> tuple[object, ...]:
    verdict = decided.verdict
    return (
        decided.row.number,
        decided.outcome,
        verdict and verdict.status,
        decided.attempts,
        verdict and verdict.code,
        verdict and storable(verdict.message[:_MAX_MESSAGE_LENGTH]),
        round(decided.elapsed_s * 1000, 1),
        decided_at,
    )
