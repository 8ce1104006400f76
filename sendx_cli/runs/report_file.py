"""`--report FILE`: the result of each row of a run, as JSON Lines or CSV."""

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sendx_cli.core.contact.shards import Shard
from sendx_cli.errors import InputError
from sendx_cli.journal.results import result_of_left_out, result_of_row
from sendx_cli.journal.rows import State
from sendx_cli.journal.view import RunView
from sendx_cli.output.formats import Record, csv_lines, json_line
from sendx_cli.results import Result
from sendx_cli.runs.output_file import PRIVATE, OutputFile

_CSV_ENDING = ".csv"


def report_path(path: Path | None, shard: Shard) -> Path | None:
    """Return where a report goes: `results.2-of-8.csv` for a shard, each a file of its own."""
    if path is None or path.stem.endswith(shard.mark):
        return path
    return path.with_name(f"{path.stem}{shard.mark}{path.suffix}")


class Report:
    """A report with a record for each row; it replaces `path` once it is kept.

    Args:
        path: The file, whose ending gives the format: `.csv`; anything else is JSON Lines.

    Raises:
        InputError: It cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = OutputFile(path, "report", PRIVATE)
        self._is_csv = path.suffix.lower() == _CSV_ENDING
        self._has_header = False

    def write(self, result: Result) -> None:
        """Write one row's result.

        Raises:
            PassingTrouble: It cannot be written.
        """
        self._file.write(self._text(result.record()))

    def keep(self) -> None:
        """Replace what was at `path` before.

        Raises:
            PassingTrouble: It cannot be written.
        """
        self._file.keep()

    def close(self) -> None:
        """Remove it, unless it was kept."""
        self._file.close()

    def _text(self, record: Record) -> str:
        if not self._is_csv:
            return json_line(record, ascii_only=False) + "\n"
        header = [] if self._has_header else [record.keys()]
        self._has_header = True
        return csv_lines([*header, record.values()])


def report_decided(report: "Report | NoReport", view: RunView, source: str) -> None:
    """Write the rows that were decided before this process resumed the run."""
    if isinstance(report, Report):
        for row in view.rows(set(State) - {State.PENDING, State.IN_FLIGHT}):
            report.write(result_of_row(row, source))


def report_left(
    report: "Report | NoReport", view: RunView, source: str, *, told: Collection[int] = ()
) -> None:
    """Write the rows that are still pending, and those that are not sent at all.

    Args:
        report: Where they are written.
        view: The run's journal.
        source: The name of its file.
        told: The numbers of pending rows that are in the report: they were under way at the end.
    """
    if isinstance(report, Report):
        action = view.header.action
        for row in view.rows({State.PENDING}):
            if row.number not in told:
                report.write(result_of_row(row, source))
        for left_out in view.left_out():
            report.write(result_of_left_out(left_out, action, source))


class NoReport:
    """Stands in for a report where there is none."""

    def write(self, result: Result) -> None:
        """Do nothing."""

    def keep(self) -> None:
        """Do nothing."""


@contextmanager
def open_report(path: Path | None, source_path: Path | None) -> Iterator[Report | NoReport]:
    """Open the report before anything is sent; only its owner may read it (mode 0600).

    It replaces `path` atomically once it is kept.

    Args:
        path: The report's file; None: no report.
        source_path: The file the rows come from, which must be another one.

    Raises:
        InputError: It cannot be written.
    """
    if path is None:
        yield NoReport()
        return
    with suppress(OSError):
        if source_path is not None and path.samefile(source_path):
            raise InputError(
                "the report would overwrite the file that it is about", where=str(path)
            )
    with closing(Report(path)) as report:
        yield report
