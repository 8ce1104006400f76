"""Rows read as they come, from an input that may never end (`--stream`).

What is detected from all rows of a file must be known here from the header, or be given by options:
the order of dates, and the members of JSON Lines.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

from sendx_cli.core.mapping.columns import ColumnMapping, ColumnOptions, explain
from sendx_cli.core.mapping.source_rows import MemberRow, RowError, SourceRow
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.errors import FileRefused, InvalidValue
from sendx_cli.files.delimited import read_delimited
from sendx_cli.files.encoding import refuse_packed
from sendx_cli.files.header import find_header
from sendx_cli.files.jsonlines import member_names, read_json_lines
from sendx_cli.files.layout import FileFormat, Layout, Overrides
from sendx_cli.files.packed import refuse_sheet_options

NAME = "standard input"
_SEPARATOR_START = "sep="


@dataclass(frozen=True, slots=True)
class LiveSource:
    """An input whose header has been read, and whose rows are still to come.

    Args:
        name: Its name in messages.
        layout: Its layout.
        lines: The lines from `layout.first_line` on.
    """

    name: str
    layout: Layout
    lines: "CountedLines"
    file_name = ""

    @property
    def line(self) -> int:
        """The number of the last line that was read from the input."""
        return self.layout.first_line - 1 + self.lines.count

    def rows(self) -> Iterator[SourceRow | MemberRow | RowError]:
        """Yield each row as soon as it arrives; they can be read once."""
        if self.layout.format is FileFormat.DELIMITED:
            yield from read_delimited(self.lines, self.layout)
            return
        known = set(self.layout.header)
        for row in read_json_lines(self.lines, self.layout.first_line):
            yield _new_member(row, known) if isinstance(row, MemberRow) else row


class CountedLines:
    """An iterator over lines that counts them.

    Args:
        lines: The lines, each as soon as it arrives.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        """Return itself: it can be read once."""
        return self

    def __next__(self) -> str:
        """Return the next line."""
        line = next(self._lines)
        self.count += 1
        return line


def open_live(stdin: BinaryIO, overrides: Overrides) -> LiveSource:
    """Read no more than the header of an input.

    Args:
        stdin: The input.
        overrides: What was said of it. Title lines are not looked for: there may be no more than
            one line for hours.

    Raises:
        FileRefused: It has no header that can be read.
        InvalidValue: What was said of it cannot be.
    """
    refuse_sheet_options(overrides)
    encoding = overrides.encoding or "utf-8-sig"
    try:
        text = io.TextIOWrapper(stdin, encoding, errors="surrogateescape", newline="")
    except LookupError:
        raise InvalidValue(f"no such encoding: {encoding}") from None
    lines = CountedLines(iter(text.readline, ""))
    first = next((line for line in lines if not line.isspace()), None)
    if first is None:
        raise FileRefused("it is empty", where=NAME)
    _refuse_packed(first)
    first_line = lines.count
    if overrides.format is FileFormat.JSON_LINES or first.lstrip().startswith("{"):
        layout = Layout(
            format=FileFormat.JSON_LINES,
            encoding=encoding,
            header=member_names([first]),
            first_line=first_line,
        )
        return LiveSource(NAME, layout, CountedLines(chain([first], lines)))
    source = _delimited(first, lines, encoding, overrides)
    skipped = first_line - 1
    return replace(
        source, layout=replace(source.layout, first_line=source.layout.first_line + skipped)
    )


def _refuse_packed(first: str) -> None:
    try:
        refuse_packed(first.encode("utf-8", "surrogateescape"))
    except FileRefused as refused:
        hint = "--stream reads text: remove it, or unpack the input"
        raise FileRefused(refused.message, where=NAME, hint=hint) from None


def determine_live_mapping(source: LiveSource, options: ColumnOptions) -> ColumnMapping:
    """Map the columns by the header alone.

    Raises:
        InvalidValue: A column is not mapped, or the order of dates is not given.
    """
    is_json = source.layout.format is FileFormat.JSON_LINES
    try:
        mapping = explain(source.layout.header, replace(options, is_json=is_json))
    except InvalidValue as error:
        raise error.at(source.name) from None
    birthday = mapping.column(Target.BIRTHDAY)
    order = mapping.date_order or mapping.preset.date_order
    if birthday is None or mapping.date_order is not None:
        return mapping
    if order is None:
        raise InvalidValue(
            f"the order of the dates in {birthday.name} cannot be detected in a stream",
            where=source.name,
            hint="use --date-order ymd, dmy or mdy",
        )
    return mapping.with_date_order(order)


def _delimited(first: str, lines: Iterator[str], encoding: str, overrides: Overrides) -> LiveSource:
    head = [first]
    said = (overrides.title_lines or 0) + first.strip('"').lower().startswith(_SEPARATOR_START)
    while len(head) < said + 1 and (line := next(lines, None)) is not None:
        head.append(line)
    header = find_header(head, overrides)
    layout = Layout(
        format=FileFormat.DELIMITED,
        encoding=encoding,
        header=header.names,
        dialect=header.dialect,
        first_line=header.first_row_line,
        takes_ragged=overrides.takes_ragged,
        notes=header.notes,
    )
    return LiveSource(NAME, layout, CountedLines(chain(head[header.first_row_line - 1 :], lines)))


def _new_member(row: MemberRow, known: set[str]) -> MemberRow | RowError:
    for name in row.members:
        if name not in known:
            return RowError(
                row.line,
                f'member "{name}" is not in the first object',
                column=name,
                hint="name all members in the first object: null is not sent",
                text=row.text,
            )
    return row
