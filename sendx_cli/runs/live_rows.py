"""Rows of standard input as they come: read and checked by a thread, journalled, handed out."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Semaphore, Thread
from typing import NamedTuple

from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.source_rows import OptedOut, RowError
from sendx_cli.delivery.rows import Row
from sendx_cli.files.live import LiveSource
from sendx_cli.files.row_checker import CheckedRow, RowChecker, read_checked
from sendx_cli.journal.rows import InputRead, LeftOutKind
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.writer import Output
from sendx_cli.runs.reading import left_out

_MAX_READ_AHEAD = 100
"""Rows taken from the input and not in the journal yet: a crash counts them as not read."""

_Checked = CheckedRow | RowError | OptedOut


class _Taken(NamedTuple):
    """What was taken from the input.

    Args:
        row: What is to become of a row; None: there is none any more.
        line: The last line that needs not be read again once the row is in the journal.
        is_last: Whether nothing is taken behind it.
        bug: What nobody foresaw; raised again where rows are taken.
    """

    row: _Checked | None
    line: int
    is_last: bool = False
    bug: BaseException | None = None


class LiveRows:
    """Rows that a thread reads and checks; each is in the journal before it is handed out.

    The thread takes no further row while `_MAX_READ_AHEAD` are not in the journal yet. The
    journal takes in with the rows how far they reach: whatever ends the run, it is known which
    line is the first that is not in it.

    Args:
        source: The input.
        checker: Makes contacts of its rows.
        mapping: What its columns are for.
        journal: Takes in each row.
        output: Where bad rows are told.

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
    ) -> None:
        self._source = source
        self._checked = read_checked(source, checker, mapping)
        self._journal = journal
        self._output = output
        self._queue: SimpleQueue[_Taken] = SimpleQueue()
        self._room = Semaphore(_MAX_READ_AHEAD)
        self._is_stopped = False
        self._is_over = False
        self._count = 0
        self._wake: Callable[[], None] = lambda: None
        first_line = source.layout.first_line
        self.read = InputRead(first_line - 1, has_ended=False, first_row_line=first_line)
        """How far the rows in the journal reach."""
        journal.take_in([], [], self.read)

    def start(self, wake: Callable[[], None]) -> None:
        """Begin to read; `wake` is called whenever a row has come."""
        self._wake = wake
        Thread(target=self._read, daemon=True).start()

    def __iter__(self) -> Iterator[Row | None]:
        """Yield rows; None where none is there yet.

        Raises:
            PassingTrouble: The journal cannot be written.
        """
        while not self._is_over:
            rows: list[Row | None] = [*self._noted()]
            yield from rows or [None]

    def stop(self) -> None:
        """Read no further; rows that were read go into the journal: a resume has them.

        Raises:
            PassingTrouble: The journal cannot be written.
        """
        self._is_stopped = True
        self._room.release()  # the thread may wait for room, and is to end
        while not self._is_over and not self._queue.empty():
            self._noted()

    def _read(self) -> None:
        """Take rows while there is room for them, until the input ends or must not be trusted."""
        try:
            while self._has_room():
                row = next(self._checked, None)
                is_structural = isinstance(row, RowError) and row.is_structural
                line = row.line - 1 if row is not None and is_structural else self._source.line
                taken = _Taken(row, line, is_last=row is None or is_structural)
                self._hand_over(taken)
                if taken.is_last:
                    return
        except (OSError, UnicodeError) as error:
            reason = str(error.strerror if isinstance(error, OSError) else error).lower()
            broken = RowError(self._source.line + 1, f"cannot be read on: {reason}")
            self._hand_over(_Taken(broken, self._source.line, is_last=True))
        except Exception as bug:  # noqa: BLE001 - raised again where rows are taken
            self._hand_over(_Taken(None, self._source.line, is_last=True, bug=bug))

    def _has_room(self) -> bool:
        self._room.acquire()
        return not self._is_stopped

    def _hand_over(self, taken: _Taken) -> None:
        self._queue.put(taken)
        self._wake()

    def _taken(self) -> list[_Taken]:
        taken: list[_Taken] = []
        with suppress(Empty):
            while True:
                taken.append(self._queue.get_nowait())
        return taken

    def _noted(self) -> list[Row]:
        """Put the rows that are there into the journal; return those to send."""
        taken = self._taken()
        if not taken:
            return []
        checked = [one.row for one in taken if one.row is not None]
        rows = self._numbered(checked)
        others = [left_out(row) for row in checked if not isinstance(row, CheckedRow)]
        last = taken[-1]
        # Behind rows that could not be noted none may be: what was read would have a gap.
        self._is_over = True
        if last.bug is None:
            self.read = self.read._replace(
                line=last.line, has_ended=last.is_last and last.row is None
            )
        self._journal.take_in(rows, others, self.read)
        self._is_over = last.is_last
        self._room.release(len(taken))
        for other in others:
            if other.kind is LeftOutKind.BAD:
                self._output.complain(f"{self._source.name}:{other.line}", other.message)
        if last.bug is not None:
            raise last.bug
        return rows

    def _numbered(self, checked: list[_Checked]) -> list[Row]:
        sound = [row for row in checked if isinstance(row, CheckedRow)]
        rows = [Row(number, row.contact, row.line) for number, row in enumerate(sound, self._count)]
        self._count += len(rows)
        return rows
