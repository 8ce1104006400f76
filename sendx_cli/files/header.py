"""Finding the header, and the delimiter and quote of its cells.

The header is the first record in which a cell is a name for addresses; the file's delimiter is the
one with which there is such a cell. Lines before it that are not rows are titles. There is no need
to count characters or to guess from a sample: a file of contacts has an address column.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import length_hint

from sendx_cli.core.mapping.source_rows import RowError, SourceRow
from sendx_cli.core.mapping.spellings import EDGES, column_key, is_email_name
from sendx_cli.errors import FileRefused
from sendx_cli.files.layout import Dialect, Overrides, parse_delimiter, parse_quote
from sendx_cli.files.records import read_records

HEAD_LINES = 100
"""The header must be within so many lines."""
_DELIMITERS = (",", ";", "\t", "|")
_QUOTES = ('"', "'")
_NAMES = {";": '";"', "\t": "a tab", "|": '"|"', ",": '","'}
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<delimiter>[^\r\n])"?[,;]*[\r\n]*\Z', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """The header found.

    Args:
        names: The columns' names.
        dialect: The delimiter and quote of its cells.
        first_row_line: The line that the first row can begin on.
        titles: The lines before it that are left out.
        notes: What should be shown about it.
    """

    names: tuple[str, ...]
    dialect: Dialect
    first_row_line: int
    titles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A record that may be the header, and the records before it."""

    dialect: Dialect
    record: SourceRow
    next_line: int
    earlier: tuple[SourceRow, ...] = ()

    @property
    def width(self) -> int:
        """How many cells it has."""
        return len(self.record.cells)


def find_header(lines: Iterable[str], overrides: Overrides) -> Header:
    """Find the header within the first lines of a file.

    Args:
        lines: The file's lines, with their ends.
        overrides: The user's options about its layout.

    Raises:
        FileRefused: There is no header, or its quotes cannot be read.
        InvalidValue: A delimiter or quote that cannot be one.
    """
    head = list(islice(lines, HEAD_LINES))
    if head:
        head[0] = head[0].lstrip("\ufeff")
    start = overrides.title_lines or 0
    separator = _separator_line(head, start)
    start += separator is not None
    delimiters = _delimiters(separator, overrides)
    if overrides.columns:
        dialect = Dialect(delimiters[0], _quotes(overrides)[0])
        if len(delimiters) > 1:
            dialect = _widest(list(_firsts(head, start, delimiters, overrides))).dialect
        return Header(overrides.columns, dialect, start + 1, (), _notes(dialect, separator, 0))
    found = _best(head, start, delimiters, overrides)
    titles = _titles(head[: overrides.title_lines or 0], found)
    names = tuple(cell.strip(EDGES) for cell in found.record.cells)
    notes = _notes(found.dialect, separator, len(titles))
    return Header(names, found.dialect, found.next_line, titles, notes)


def find_sheet_header(head: Sequence[SourceRow], overrides: Overrides) -> Header:
    """Find the header among the first rows of a sheet, each with its number.

    Args:
        head: Those of the first `HEAD_LINES` rows that are not empty.
        overrides: The user's options about its layout.

    Raises:
        FileRefused: There is no header.
    """
    start, dialect = overrides.title_lines or 0, Dialect()
    if overrides.columns:
        return Header(overrides.columns, dialect, start + 1)
    rows = [(row, row.line + 1) for row in head if row.line > start]
    wanted = {column_key(name) for name in overrides.email_columns}
    found = _first_named(rows, dialect, wanted)
    if found is None:
        found = _checked(_widest([_Candidate(dialect, row, line) for row, line in rows[:1]]))
    said = [dialect.delimiter.join(row.cells) for row in head if row.line <= start]
    titles = _titles(said, found)
    names = tuple(cell.strip(EDGES) for cell in found.record.cells)
    return Header(names, dialect, found.next_line, titles, _notes(dialect, None, len(titles)))


def _separator_line(head: Sequence[str], start: int) -> str | None:
    match = _SEPARATOR_LINE.match(head[start]) if start < len(head) else None
    return None if match is None else match["delimiter"]


def _delimiters(separator: str | None, overrides: Overrides) -> tuple[str, ...]:
    if overrides.delimiter is not None:
        return (parse_delimiter(overrides.delimiter),)
    return _DELIMITERS if separator is None else (separator,)


def _quotes(overrides: Overrides) -> tuple[str, ...]:
    return _QUOTES if overrides.quote is None else (parse_quote(overrides.quote),)


def _best(
    head: Sequence[str], start: int, delimiters: Sequence[str], overrides: Overrides
) -> _Candidate:
    wanted = {column_key(name) for name in overrides.email_columns}
    for quote in _quotes(overrides):
        dialects = [
            Dialect(delimiter, quote, skips)
            for delimiter in delimiters
            for skips in ((False, True) if quote else (False,))
        ]
        found = [_header_in(head, start, dialect, wanted) for dialect in dialects]
        if with_address := [candidate for candidate in found if candidate is not None]:
            return _widest(with_address)
    return _checked(_widest(list(_firsts(head, start, delimiters, overrides))))


def _checked(first: _Candidate) -> _Candidate:
    """Return what is the header for want of a better one, unless it looks like a row."""
    if any("@" in cell for cell in first.record.cells):
        raise FileRefused(
            f"line {first.record.line} looks like a row, not a header",
            where=str(first.record.line),
            hint="name the columns in the first line, or use --columns email,first_name,...",
        )
    return first


def _widest(candidates: Sequence[_Candidate]) -> _Candidate:
    if not candidates:
        raise FileRefused("the file has no header that can be read")
    return max(candidates, key=lambda candidate: candidate.width)


def _header_in(
    head: Sequence[str], start: int, dialect: Dialect, wanted: set[str]
) -> _Candidate | None:
    return _first_named(_records(head, start, dialect), dialect, wanted)


def _first_named(
    records: Iterable[tuple[SourceRow, int]], dialect: Dialect, wanted: set[str]
) -> _Candidate | None:
    """Find the first record with a name for addresses in it."""
    earlier: list[SourceRow] = []
    for record, next_line in records:
        if any(_names_address(cell, wanted) for cell in record.cells):
            return _Candidate(dialect, record, next_line, tuple(earlier))
        if any(cell.strip(EDGES) for cell in record.cells):
            earlier.append(record)
    return None


def _names_address(cell: str, wanted: set[str]) -> bool:
    is_quoted = cell.strip(EDGES).startswith(_QUOTES)
    return not is_quoted and (is_email_name(cell) or column_key(cell) in wanted)


def _firsts(
    head: Sequence[str], start: int, delimiters: Sequence[str], overrides: Overrides
) -> Iterator[_Candidate]:
    """Yield the first record that is not blank, by each delimiter that can read it."""
    for delimiter in delimiters:
        dialect = Dialect(delimiter, _quotes(overrides)[0])
        for record, next_line in _records(head, start, dialect):
            if any(cell.strip(EDGES) for cell in record.cells):
                yield _Candidate(dialect, record, next_line)
                break


def _records(head: Sequence[str], start: int, dialect: Dialect) -> Iterator[tuple[SourceRow, int]]:
    """Yield the records that can be read, each with the line that the next one begins on."""
    lines = iter(head[start:])
    for record in read_records(lines, dialect, start + 1):
        if isinstance(record, RowError):
            if record.is_structural and record.last_line is not None:
                return
            continue
        yield record, len(head) - length_hint(lines) + 1


def _titles(said: Sequence[str], found: _Candidate) -> tuple[str, ...]:
    for record in found.earlier:
        filled = sum(bool(cell.strip(EDGES)) for cell in record.cells)
        if filled >= found.width and any("@" in cell for cell in record.cells):
            raise FileRefused(
                f"line {record.line} looks like a row, but comes before the header",
                where=str(record.line),
                hint="use --columns email,first_name,... if there is no header",
            )
    delimiter = found.dialect.delimiter
    before = [delimiter.join(record.cells).rstrip(delimiter) for record in found.earlier]
    return (*(line.rstrip("\r\n") for line in said), *before)


def _notes(dialect: Dialect, separator: str | None, titles: int) -> tuple[str, ...]:
    notes = []
    if separator is not None:
        notes.append(f"used the line sep={separator}")
    elif dialect.delimiter != ",":
        notes.append(f"found {_NAMES.get(dialect.delimiter, dialect.delimiter)} as the delimiter")
    if dialect.quote != '"':
        notes.append(
            f"found {dialect.quote} as the quote character"
            if dialect.quote
            else "cells have no quotes"
        )
    if titles:
        notes.append(f"skipped {titles} line{'s' * (titles > 1)} before the header")
    return tuple(notes)
