"""Rows of a stream: none is taken from the input long before it is in the journal."""

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

from sendx_cli.core.contact.members import ContactValues
from sendx_cli.core.mapping.columns import ColumnOptions
from sendx_cli.files.layout import Overrides
from sendx_cli.files.live import determine_live_mapping, open_live
from sendx_cli.files.row_checker import RowChecker
from sendx_cli.journal.opening import create_journal
from sendx_cli.journal.rows import InputRead
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.annotations import Annotations
from sendx_cli.output.writer import Output
from sendx_cli.runs.live_rows import LiveRows
from tests.journal.journals import HEADER

ROWS = 2_000
READ_AHEAD = 100
STUCK_S = 30.0


class Lines(io.RawIOBase):
    """Hands over one line at a time, and remembers how many."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines
        self.given = 0
        self.changed = threading.Condition()

    def readable(self) -> bool:
        return True

    def read1(self, _size: int = -1) -> bytes:
        with self.changed:
            if self.given == len(self._lines):
                return b""
            self.given += 1
            self.changed.notify_all()
            return self._lines[self.given - 1]

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.given >= count, STUCK_S)


@contextmanager
def live_rows(folder: Path, lines: Lines) -> Iterator[tuple[LiveRows, RunJournal]]:
    source = open_live(cast("BinaryIO", lines), Overrides())
    mapping = determine_live_mapping(source, ColumnOptions())
    checker = RowChecker(mapping, ContactValues(), today=date(2026, 1, 1))
    output = Output(io.StringIO(), io.StringIO(), os.environ)
    with create_journal(folder, replace(HEADER, source_path=None)) as journal:
        rows = LiveRows(source, checker, mapping, journal, output, annotations=Annotations(output))
        yield rows, journal


def test_the_input_is_never_far_ahead_of_the_journal(tmp_path: Path) -> None:
    """At most a hundred rows were taken that the journal does not have, each time one looks."""
    lines = Lines([b"email\n", *(f"p{n}@example.com\n".encode() for n in range(ROWS))])
    taken: list[str] = []
    lead = 0
    with live_rows(tmp_path, lines) as (rows, _):
        rows.start(lambda: None)
        lines.wait_for(1 + READ_AHEAD)
        for row in rows:
            lead = max(lead, lines.given - rows.read.line)
            if row is not None:
                taken.append(row.contact.email)
    assert taken == [f"p{n}@example.com" for n in range(ROWS)]
    # It is the next chunk of the text that is asked for while the last rows are made of this one.
    assert lead <= READ_AHEAD + 1
    assert (rows.read.line, rows.read.has_ended) == (ROWS + 1, True)


def test_before_the_first_row_the_journal_says_where_it_is_to_come(tmp_path: Path) -> None:
    """A process that ends by then has read the header and no more."""
    with live_rows(tmp_path, Lines([b"email\n", b"a@b.co\n"])) as (_, journal):
        assert journal.view.input_read == InputRead(1, has_ended=False, first_row_line=2)


def test_rows_that_were_read_when_it_stops_are_in_the_journal(tmp_path: Path) -> None:
    """As many as it says that were read: a resume sends them."""
    lines = Lines([b"email\n", *(f"p{n}@example.com\n".encode() for n in range(ROWS))])
    come = threading.Semaphore(0)
    with live_rows(tmp_path, lines) as (rows, journal):
        rows.start(come.release)
        for _ in range(READ_AHEAD // 2):
            assert come.acquire(timeout=STUCK_S)
        rows.stop()
        assert journal.view.counts().to_come == rows.read.line - 1
        assert rows.read.line > READ_AHEAD // 2
        assert journal.view.input_read == rows.read
