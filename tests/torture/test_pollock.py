"""https://github.com/HPI-Information-Systems/Pollock: one file of sales, polluted in 2,290 ways."""

import csv
import io
from pathlib import Path

import pytest

from sendx_cli.core.mapping.source_rows import RowError, SourceRow
from sendx_cli.errors import FileRefused
from sendx_cli.files.layout import Overrides
from sendx_cli.files.source import open_source
from tests.conftest import Command
from tests.torture.suites import suite

REFUSED_LATER = {
    "file_header_multirow_2.csv": "the row repeats the header",
    "file_header_multirow_3.csv": "the row repeats the header",
    "row_extra_quote0_col0.csv": "DATE",
    "row_field_delimiter_0_0x20.csv": "DATE",
}
"""What is not seen by the shape of the file, and the message that stops such a run all the same.

A further line of the header is a row without an address. A header that was torn is no header: the
column that holds the addresses is then missing.
"""

MUST_BE_READ = {
    "source.csv",
    "file_double_trailing_newline.csv",
    "file_field_delimiter_0x2C_0x20.csv",
    "file_field_delimiter_0x3B.csv",
    "file_field_delimiter_0x9.csv",
    "file_header_only.csv",
    "file_no_header.csv",
    "file_no_trailing_newline.csv",
    "file_one_data_row.csv",
    "file_preamble.csv",
    "file_record_delimiter_0xA.csv",
    "file_record_delimiter_0xD.csv",
}
REASONS = {
    "cells, the header has",
    "text after a closing quote",
    "a quote within a cell that does not begin with one",
    "a quote is never closed",
    "the file has no header that can be read",
    "the file is empty",
}
"""Why the others are refused: a run with one bad row sends nothing."""


def read(path: Path) -> list[tuple[str, ...]]:
    """Read the header and all rows.

    Raises:
        FileRefused: A run would be refused because of the file's shape.
    """
    with open_source(str(path), Overrides(email_columns=("DATE",)), io.BytesIO()) as source:
        found = [tuple(source.layout.header)]
        for row in source.rows():
            if isinstance(row, RowError):
                raise FileRefused(row.message)
            assert isinstance(row, SourceRow)
            found.append(tuple(row.cells))
        return found


def test_each_file_is_read_right_or_refused_with_a_known_reason() -> None:
    """No polluted cell is taken for another one."""
    folder = suite("Pollock", "polluted_files")
    read_right, reasons = set[str](), set[str]()
    for path in sorted((folder / "csv").iterdir()):
        try:
            found = read(path)
        except FileRefused as refused:
            reasons.add(refused.message)
            continue
        if path.name in REFUSED_LATER:
            continue
        clean = (folder / "clean" / path.name).read_bytes().decode()
        assert found == [tuple(row) for row in csv.reader(io.StringIO(clean, newline=""))], path
        read_right.add(path.name)
    assert read_right >= MUST_BE_READ
    unknown = {one for one in reasons if not any(reason in one for reason in REASONS)}
    assert not unknown


@pytest.mark.parametrize("name", REFUSED_LATER)
def test_what_shows_in_no_shape_is_refused_by_its_cells(sendx: Command, name: str) -> None:
    """Before the first request, with the reason of the table."""
    path = suite("Pollock", "polluted_files", "csv", name)
    words = ("--map", "DATE=email", "--custom-fields", "--dry-run")
    run = sendx("identify", "--from", str(path), *words)
    assert run.code == 2
    assert REFUSED_LATER[name] in run.out + run.err
