"""Rows of standard input as they arrive: read and checked in a thread, journalled, yielded."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Semaphore, Thread
from typing import NamedTuple

from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.source_rows import OptedOut, RowError
from sendx_cli.delivery.rows import Row
from sendx_cli.errors import AccountUnread
from sendx_cli.files.live import LiveSource
from sendx_cli.files.row_checker import CheckedRow, RowChecker, read_checked
from sendx_cli.journal.rows import InputRead, LeftOut, LeftOutKind
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.annotations import Annotations
from sendx_cli.output.writer import Output
from sendx_cli.runs.reading import left_out

_MAX_READ_AHEAD = 100
"""Rows read and not in the journal yet, at most: after a crash they count as not read."""

_Checked = CheckedRow | RowError | OptedOut


class _Read(NamedTuple):
    """What the thread read.

    Args:
        row: A checked row; None: none is left.
        line: The last line that need not be read again once the row is in the journal.
        is_last: Whether nothing is read behind it.
        bug: An unexpected exception, to be raised again by the consumer.
    """

    row: _Checked | None
    line: int
    is_last: bool = False
    bug: BaseException | None = None


class LiveRows:
    """Rows that a thread reads and checks; each is in the journal before it is yielded.

    The thread reads no further row while `_MAX_READ_AHEAD` are not in the journal yet. The
    journal records with the rows how far they reach: whatever ends the run, it is known which
    line is the first that is not in it.

    Args:
        source: The input.
        checker: Makes contacts of its rows.
        mapping: What its columns are for.
        journal: Records each row.
        output: Where bad rows are shown.
        annotations: Shows them at their lines.

    Raises:
        PassingTrouble: The journal cannot be written.
    """

    def __init__(
        self,
        source: LiveSource,
        checker: RowChecker,
        mapping: ColumnMapping,
        journal: RunJournal,
        output: Output,
        *,
        annotations: Annotations,
    ) -> None:
        self._source = source
        self._checked = read_checked(source, checker, mapping)
        self._journal = journal
        self._output = output
        self._annotations = annotations
        self._queue: SimpleQueue[_Read] = SimpleQueue()
        self._room = Semaphore(_MAX_READ_AHEAD)
        self._is_stopped = False
        self._is_over = False
        self._count = 0
        self._wake: Callable[[], None] = lambda: None
        first_line = source.layout.first_line
        self.read = InputRead(first_line - 1, has_ended=False, first_row_line=first_line)
        """How far the input has been journalled."""
        journal.add_read([], [], self.read)

    def start(self, wake: Callable[[], None]) -> None:
        """Start to read; `wake` is called whenever a row has been read."""
        self._wake = wake
        Thread(target=self._read, daemon=True).start()

    def __iter__(self) -> Iterator[Row | None]:
        """Yield rows; None while none is available.

        Raises:
            PassingTrouble: The journal cannot be written.
        """
        while not self._is_over:
            rows: list[Row | None] = [*self._journal_queued()]
            yield from rows or [None]

    def stop(self) -> None:
        """Stop reading, and journal the rows that were read, so that a resume sends them.

        Raises:
            PassingTrouble: The journal cannot be written.
        """
        self._is_stopped = True
        self._room.release()  # the thread may be waiting for room
        while not self._is_over and not self._queue.empty():
            self._journal_queued()

    def _read(self) -> None:
        """Read rows while there is room for them, until the input ends or is broken.

        It ends as well before a row that needs what could not be read of the account.
        """
        reached = self.read.line
        try:
            while self._has_room():
                row = next(self._checked, None)
                is_structural = isinstance(row, RowError) and row.is_structural
                line = row.line - 1 if row is not None and is_structural else self._source.line
                read = _Read(row, line, is_last=row is None or is_structural)
                self._enqueue(read)
                reached = read.line
                if read.is_last:
                    return
        except AccountUnread as error:
            unknown = RowError(reached + 1, error.message, hint=error.hint, is_structural=True)
            self._enqueue(_Read(unknown, reached, is_last=True))
        except (OSError, UnicodeError) as error:
            reason = str(error.strerror if isinstance(error, OSError) else error).lower()
            broken = RowError(self._source.line + 1, f"cannot be read further: {reason}")
            self._enqueue(_Read(broken, self._source.line, is_last=True))
        except Exception as bug:  # noqa: BLE001 - raised again by the consumer
            self._enqueue(_Read(None, self._source.line, is_last=True, bug=bug))

    def _has_room(self) -> bool:
        self._room.acquire()
        return not self._is_stopped

    def _enqueue(self, read: _Read) -> None:
        self._queue.put(read)
        self._wake()

    def _dequeue_all(self) -> list[_Read]:
        found: list[_Read] = []
        with suppress(Empty):
            while True:
                found.append(self._queue.get_nowait())
        return found

    def _journal_queued(self) -> list[Row]:
        """Put the rows read so far into the journal; return those to send."""
        found = self._dequeue_all()
        if not found:
            return []
        checked = [one.row for one in found if one.row is not None]
        rows = self._numbered(checked)
        others = [left_out(row) for row in checked if not isinstance(row, CheckedRow)]
        last = found[-1]
        # Should the journal fail here, no later rows may be added: they would leave a gap.
        self._is_over = True
        if last.bug is None:
            self.read = self.read._replace(
                line=last.line, has_ended=last.is_last and last.row is None
            )
        self._journal.add_read(rows, others, self.read)
        self._is_over = last.is_last
        self._room.release(len(found))
        for other in others:
            if other.kind is LeftOutKind.BAD:
                self._show_bad(other)
        if last.bug is not None:
            raise last.bug
        return rows

    def _show_bad(self, row: LeftOut) -> None:
        name, place = self._source.name, f"{self._source.name}:{row.line}"
        message = f"{place}: {row.message}"
        if not self._annotations.error(name, line=row.line, message=message):
            self._output.complain(place, row.message)

    def _numbered(self, checked: list[_Checked]) -> list[Row]:
        sound = [row for row in checked if isinstance(row, CheckedRow)]
        rows = [
            Row(number, row.contact, row.line, original=row.original)
            for number, row in enumerate(sound, self._count)
        ]
        self._count += len(rows)
        return rows
