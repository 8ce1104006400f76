"""The suite of https://github.com/maxogden/csv-spectrum."""

import io
import json
from pathlib import Path

import pytest

from sendx_cli.core.mapping.source_rows import RowError, SourceRow
from sendx_cli.errors import FileRefused
from sendx_cli.files.layout import Overrides
from sendx_cli.files.source import open_source
from tests.torture.suites import suite

CASES = (
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "location_coordinates",
    "newlines",
    "newlines_crlf",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
)

REFUSED = {"location_coordinates": "a quote within a cell that does not begin with one"}
"""Not read, with the reason: after such a quote a cell's end is a guess."""


def read(path: Path, column: str) -> list[dict[str, str]]:
    """Read a file whose header has this column.

    Raises:
        FileRefused: A run would be refused.
    """
    found: list[dict[str, str]] = []
    with open_source(str(path), Overrides(email_columns=(column,)), io.BytesIO()) as source:
        for row in source.rows():
            if isinstance(row, RowError):
                raise FileRefused(row.message)
            assert isinstance(row, SourceRow)
            found.append(dict(zip(source.layout.header, row.cells, strict=True)))
    return found


@pytest.mark.parametrize("case", CASES)
def test_each_file_is_read_right(case: str) -> None:
    """Cell by cell, as its authors say, or refused by the table."""
    folder = suite("csv-spectrum")
    expected = json.loads((folder / "json" / f"{case}.json").read_text(encoding="utf-8"))
    if case in REFUSED:
        with pytest.raises(FileRefused, match=REFUSED[case]):
            read(folder / "csvs" / f"{case}.csv", next(iter(expected)))
        return
    column = next(iter(expected[0]))
    assert read(folder / "csvs" / f"{case}.csv", column) == expected


def test_no_file_is_left_out() -> None:
    """A later version's files are to be looked at, too."""
    assert {path.stem for path in suite("csv-spectrum", "csvs").iterdir()} == set(CASES)
