"""`--stream`: rows from standard input, checked and sent as they come."""

from collections.abc import Iterator
from queue import Empty, Queue
from threading import Thread
from typing import TYPE_CHECKING

from sendx_cli import __version__
from sendx_cli.bulk.checking import CheckedRow, RowChecker, read_checked
from sendx_cli.bulk.journal.header import RunHeader
from sendx_cli.bulk.journal.opening import create_journal
from sendx_cli.bulk.journal.rows import LeftOutKind
from sendx_cli.bulk.journal.runs import forget_never_started
from sendx_cli.bulk.journal.store import RunJournal
from sendx_cli.bulk.rows import Row
from sendx_cli.bulk.sources.live import LiveSource, open_live, settle_live_mapping
from sendx_cli.core.columns import Mapping
from sendx_cli.core.source_rows import Departed, RowError
from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode
from sendx_cli.output.plan_text import mapping_lines
from sendx_cli.output.writer import Output
from sendx_cli.runs.account import give_account
from sendx_cli.runs.commission import Commission
from sendx_cli.runs.consent import ask
from sendx_cli.runs.reading import left_out, stdin_of
from sendx_cli.runs.sending import send_rows
from sendx_cli.runs.starting import fingerprint_of, mapping_text, origin_of
from sendx_cli.settings.paths import runs_directory

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_READ_AHEAD = 100
"""Rows taken from the input and not noted in the journal yet: these a crash would lose."""

_Checked = CheckedRow | RowError | Departed


def stream_run(commission: Commission) -> ExitCode | Ending:
    """Send the rows of standard input as they come, until it ends.

    Returns:
        What the process tells its caller.

    Raises:
        SendxError: The input has no header that can be read, or the journal cannot be kept.
    """
    runtime, asked = commission.runtime, commission.asked
    source = open_live(stdin_of(runtime), asked.overrides)
    mapping = settle_live_mapping(source, asked.columns)
    checker = RowChecker(mapping, asked.defaults, today=runtime.clock.today())
    directory = runs_directory()
    header = _header_of(commission, source, mapping)
    forget_never_started(directory)
    runtime.output.tell_lines(mapping_lines(mapping, source.name, source.layout.notes))
    ask(commission, contacts=0)
    with create_journal(directory, header, runtime.clock) as journal:
        journal.seal()
        rows = LiveRows(source, checker, mapping, journal, runtime.output)
        sent = send_rows(commission, journal, source=source.name, source_path=None, live=rows)
        rows.note_what_is_left()
        return give_account(commission, journal, sent, None)


class LiveRows:
    """Rows that a thread reads and checks; each is in the journal before it is handed out.

    Args:
        source: The input.
        checker: Makes contacts of its rows.
        mapping: What its columns are for.
        journal: Takes in each row.
        output: Where bad rows are told.
    """

    def __init__(
        self,
        source: LiveSource,
        checker: RowChecker,
        mapping: Mapping,
        journal: RunJournal,
        output: Output,
    ) -> None:
        self._checked = read_checked(source, checker, mapping)
        self._name = source.name
        self._journal = journal
        self._output = output
        self._queue: Queue[_Checked | BaseException | None] = Queue(_MAX_READ_AHEAD)
        self._count = 0
        self._has_ended = False
        self._wake: Callable[[], None] = lambda: None

    def start(self, wake: "Callable[[], None]") -> None:
        """Begin to read; `wake` is called whenever a row has come."""
        self._wake = wake
        Thread(target=self._read, daemon=True).start()

    def __iter__(self) -> Iterator[Row | None]:
        """Yield rows; None where none is there yet."""
        while not self._has_ended:
            rows: list[Row | None] = [*self._noted(self._taken())]
            yield from rows or [None]

    def note_what_is_left(self) -> None:
        """Put rows that were read, but not taken any more, into the journal: a resume has them."""
        self._noted(self._taken())

    def _read(self) -> None:
        try:
            for row in self._checked:
                self._queue.put(row)
                self._wake()
                if isinstance(row, RowError) and row.is_structural:
                    break
            self._queue.put(None)
        except Exception as error:  # noqa: BLE001 - raised again where rows are taken
            self._queue.put(error)
        self._wake()

    def _taken(self) -> list[_Checked]:
        taken: list[_Checked] = []
        while not self._has_ended:
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if isinstance(item, BaseException):
                raise item
            if item is None:
                self._has_ended = True
            else:
                taken.append(item)
        return taken

    def _noted(self, taken: list[_Checked]) -> list[Row]:
        """Put rows into the journal; return those to send."""
        rows: list[Row] = []
        for row in taken:
            if isinstance(row, CheckedRow):
                rows.append(Row(self._count, row.contact, row.line))
                self._count += 1
        others = [left_out(row) for row in taken if not isinstance(row, CheckedRow)]
        if rows:
            self._journal.add(rows)
        if others:
            self._journal.leave_out(others)
        for other in others:
            if other.kind is LeftOutKind.BAD:
                self._output.complain(f"{self._name}:{other.line}", other.message)
        return rows


def _header_of(commission: Commission, source: LiveSource, mapping: Mapping) -> RunHeader:
    return RunHeader(
        tool_version=__version__,
        action=commission.asked.action,
        source=source.name,
        source_path=None,
        source_sha256="",
        source_bytes=0,
        origin=origin_of(commission),
        key_fingerprint=fingerprint_of(commission),
        profile=commission.settings.profile.value,
        mapping=mapping_text(mapping),
        options=commission.asked.to_text(),
        started_at=commission.runtime.clock.unix(),
    )
