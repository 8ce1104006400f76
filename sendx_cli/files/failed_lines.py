"""Failed rows as lines, in their source's own columns, delimiter and line ends."""

import csv
import json
from typing import Any, Protocol, TextIO

from sendx_cli.core.mapping.formulas import as_text
from sendx_cli.core.mapping.source_rows import JsonNumber, MemberRow, RowError, SourceRow
from sendx_cli.core.mapping.spellings import RESULT_COLUMNS, column_key
from sendx_cli.files.layout import Dialect, FileFormat
from sendx_cli.files.source import Source

_LINE, _CODE, _ERROR = "_sendx_line", "_sendx_code", "_sendx_error"
OWN_COLUMNS = (_LINE, _CODE, _ERROR)
_MAX_MESSAGE_LENGTH = 300
_CSV_END = "\r\n"
"""Makes Python's `csv` quote cells with either character; the source's own end replaces it."""

FoundRow = SourceRow | MemberRow | RowError


class LinesWriter(Protocol):
    """Writes failed rows to a file."""

    def write(self, row: FoundRow, line: int, code: str, message: str) -> None:
        """Write a row, and why it failed."""


def lines_writer(file: TextIO, source: Source) -> LinesWriter:
    """Return what writes rows of `source` to `file`; a header is written at once.

    Args:
        file: Open with the source's encoding; line ends stay as they are written.
        source: What the rows come from.
    """
    if source.layout.format is FileFormat.JSON_LINES:
        return _MemberLines(file, source)
    return _CellLines(file, source)


class _CellLines:
    """Rows of a delimited file. Its own cells stay unchanged, formulas as well."""

    def __init__(self, file: TextIO, source: Source) -> None:
        layout = source.layout
        self._file = _EndedLines(file, layout.line_end)
        self._csv = csv.writer(self._file, **_csv_options(layout.dialect))
        self._is_ascii = not _is_unicode(layout.encoding)
        # In a file without quotes, our cells must not contain the delimiter.
        self._forbidden = "" if layout.dialect.quote else layout.dialect.delimiter
        self._kept = [at for at, name in enumerate(layout.header) if not is_own_column(name)]
        self._dropped = len(layout.header) - len(self._kept)
        self._csv.writerow([*(layout.header[at] for at in self._kept), *OWN_COLUMNS])

    def write(self, row: FoundRow, line: int, code: str, message: str) -> None:
        """Write the row's cells and ours; a row that has no cells stays as it is."""
        if isinstance(row, SourceRow):
            cells = [row.cells[at] for at in self._kept]
        elif isinstance(row, RowError) and row.cells:
            # A wrong number of cells is kept: read again, it must be an error again.
            cells = list(row.cells[: max(len(row.cells) - self._dropped, 0)])
        else:
            self._file.write(row.text.rstrip(_CSV_END) + _CSV_END)
            return
        self._csv.writerow([*cells, str(line), self._own(code), self._own(message)])

    def _own(self, text: str) -> str:
        text = one_line(text, ascii_only=self._is_ascii)
        if self._forbidden:
            text = text.replace(self._forbidden, " ").lstrip()
        return as_text(text)


class _MemberLines:
    """Rows of JSON Lines. Numbers stay as they are written."""

    def __init__(self, file: TextIO, source: Source) -> None:
        self._file = file
        self._is_ascii = not _is_unicode(source.layout.encoding)

    def write(self, row: FoundRow, line: int, code: str, message: str) -> None:
        """Write the row's members and ours; a line that is not an object stays as it is."""
        if isinstance(row, MemberRow):
            members = {
                name: value for name, value in row.members.items() if not is_own_column(name)
            }
            ours = {_LINE: line, _CODE: self._own(code), _ERROR: self._own(message)}
            self._file.write(_json_text(members | ours) + "\n")
        elif isinstance(row, RowError):
            self._file.write(row.text + "\n")

    def _own(self, text: str) -> str:
        return one_line(text, ascii_only=self._is_ascii)


class _EndedLines:
    """Ends each line as the source's lines end."""

    def __init__(self, file: TextIO, end: str) -> None:
        self._file = file
        self._end = end

    def write(self, line: str) -> None:
        """Write a line that `csv` has ended."""
        self._file.write(line.removesuffix(_CSV_END) + self._end)


def _csv_options(dialect: Dialect) -> dict[str, Any]:
    options: dict[str, Any] = {"delimiter": dialect.delimiter, "lineterminator": _CSV_END}
    if not dialect.quote:
        return options | {"quoting": csv.QUOTE_NONE, "quotechar": None}
    return options | {"quotechar": dialect.quote}


def is_own_column(name: str) -> bool:
    """Return whether a column is one that we add to failed rows."""
    return column_key(name) in RESULT_COLUMNS


def _is_unicode(encoding: str) -> bool:
    return encoding.startswith("utf")


def one_line(text: str, *, ascii_only: bool = False) -> str:
    """Make one line of a message, which may come from the service."""
    shown = "".join(c if c.isprintable() else " " for c in text[:_MAX_MESSAGE_LENGTH])
    text = " ".join(shown.split())
    return text.encode("ascii", "backslashreplace").decode() if ascii_only else text


def _json_text(value: object) -> str:
    """Return JSON; Python's own encoder would write a `JsonNumber` as a text."""
    if isinstance(value, JsonNumber):
        return value
    if isinstance(value, dict):
        members = (f"{_json_text(name)}: {_json_text(member)}" for name, member in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_json_text, value))}]"
    return json.dumps(value, ensure_ascii=False)
