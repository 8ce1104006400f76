"""`--report FILE`: what became of each row of a run, as JSON Lines or CSV."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sendx_cli.bulk.journal.results import result_of_left_out, result_of_noted
from sendx_cli.bulk.journal.rows import State
from sendx_cli.bulk.journal.view import RunView
from sendx_cli.errors import InputError, PassingTrouble
from sendx_cli.output.formats import Record, csv_lines, json_line
from sendx_cli.results import Result

_FLAGS = os.O_CREAT | os.O_WRONLY | os.O_TRUNC
_CSV_ENDING = ".csv"


class Report:
    """Takes in a record for each row.

    Args:
        path: The file's path, which says its format: CSV where it ends so, else JSON Lines.
        file: The file.
    """

    def __init__(self, path: Path, file: TextIO) -> None:
        self._path = path
        self._file = file
        self._is_csv = path.suffix.lower() == _CSV_ENDING
        self._has_header = False

    def write(self, result: Result) -> None:
        """Write one row's result.

        Raises:
            PassingTrouble: The disk does not take it.
        """
        with _told(self._path):
            self._file.write(self._text(result.record()))

    def flush(self) -> None:
        """Hand all to the system.

        Raises:
            PassingTrouble: The disk does not take it.
        """
        with _told(self._path):
            self._file.flush()

    def _text(self, record: Record) -> str:
        if not self._is_csv:
            return json_line(record, ascii_only=False) + "\n"
        header = [] if self._has_header else [record.keys()]
        self._has_header = True
        return csv_lines([*header, record.values()])


def report_decided(report: "Report | NoReport", view: RunView, source: str) -> None:
    """Write the rows whose fate was decided before this process goes on with the run."""
    if isinstance(report, Report):
        action = view.header.action
        for row in view.rows(set(State) - {State.PENDING, State.IN_FLIGHT}):
            report.write(result_of_noted(row, action, source))


def report_left(report: "Report | NoReport", view: RunView, source: str) -> None:
    """Write the rows that were not come to, and those that were not to be sent."""
    if isinstance(report, Report):
        action = view.header.action
        for row in view.rows({State.PENDING}):
            report.write(result_of_noted(row, action, source))
        for left_out in view.left_out():
            report.write(result_of_left_out(left_out, action, source))


class NoReport:
    """Where none was asked for."""

    def write(self, result: Result) -> None:
        """Write nothing."""

    def flush(self) -> None:
        """Nothing is there to hand over."""


@contextmanager
def open_report(path: Path | None, source_path: Path | None) -> Iterator[Report | NoReport]:
    """Open the report before anything is sent; only its owner may read it (mode 0600).

    Args:
        path: The file; what it held is replaced. None: no report.
        source_path: The file the rows come from, which must not be it.

    Raises:
        InputError: It cannot be written.
    """
    if path is None:
        yield NoReport()
        return
    try:
        if source_path is not None and path.exists() and path.samefile(source_path):
            raise InputError("the report would replace the file it tells of", where=str(path))
        descriptor = os.open(path, _FLAGS, 0o600)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"the report cannot be written: {reason}", where=str(path)) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        yield Report(path, file)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise PassingTrouble(f"the report cannot be written: {reason}", where=str(path)) from None
