"""Rows read as they come, from an input that may never end (`--stream`).

What a file tells by all its rows has to be told by the header here, or by options: the order of
dates, and the members of JSON Lines.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import BinaryIO

from sendx_cli.bulk.sources.delimited import read_delimited
from sendx_cli.bulk.sources.header import find_header
from sendx_cli.bulk.sources.jsonlines import member_names, read_json_lines
from sendx_cli.bulk.sources.layout import Format, Layout, Overrides
from sendx_cli.core.columns import ColumnOptions, Mapping, explain
from sendx_cli.core.source_rows import MemberRow, RowError, SourceRow
from sendx_cli.core.spellings import Target
from sendx_cli.errors import FileRefused, InvalidValue

NAME = "standard input"
_SEPARATOR_START = "sep="


@dataclass(frozen=True, slots=True)
class LiveSource:
    """An input whose header is read, and whose rows are yet to come.

    Args:
        name: As people call it.
        layout: How it is laid out.
        lines: The lines behind the header.
    """

    name: str
    layout: Layout
    lines: Iterator[str]
    file_name = ""

    def rows(self) -> Iterator[SourceRow | MemberRow | RowError]:
        """Yield each row as soon as it is there; it can be read once."""
        if self.layout.format is Format.DELIMITED:
            yield from read_delimited(self.lines, self.layout)
            return
        known = set(self.layout.header)
        for row in read_json_lines(self.lines, self.layout.first_line):
            yield _new_member(row, known) if isinstance(row, MemberRow) else row


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
    encoding = overrides.encoding or "utf-8-sig"
    try:
        text = io.TextIOWrapper(stdin, encoding, errors="surrogateescape", newline="")
    except LookupError:
        raise InvalidValue(f"no such encoding: {encoding}") from None
    lines = iter(text.readline, "")
    first = next((line for line in lines if not line.isspace()), None)
    if first is None:
        raise FileRefused("it is empty", where=NAME)
    if overrides.format is Format.JSON_LINES or first.lstrip().startswith("{"):
        layout = Layout(format=Format.JSON_LINES, encoding=encoding, header=member_names([first]))
        return LiveSource(NAME, layout, chain([first], lines))
    return _delimited(first, lines, encoding, overrides)


def settle_live_mapping(source: LiveSource, options: ColumnOptions) -> Mapping:
    """Explain the columns by the header alone.

    Raises:
        InvalidValue: Columns are not explained, or nothing says the order of dates.
    """
    is_json = source.layout.format is Format.JSON_LINES
    try:
        mapping = explain(source.layout.header, replace(options, is_json=is_json))
    except InvalidValue as error:
        raise InvalidValue(error.message, where=source.name, hint=error.hint) from None
    birthday = mapping.column(Target.BIRTHDAY)
    order = mapping.date_order or mapping.preset.date_order
    if birthday is None or mapping.date_order is not None:
        return mapping
    if order is None:
        raise InvalidValue(
            f"the order of the dates in {birthday.name} cannot be read off rows yet to come",
            where=source.name,
            hint="say --date-order ymd, dmy or mdy",
        )
    return mapping.with_date_order(order)


def _delimited(first: str, lines: Iterator[str], encoding: str, overrides: Overrides) -> LiveSource:
    head = [first]
    said = (overrides.title_lines or 0) + first.strip('"').lower().startswith(_SEPARATOR_START)
    while len(head) < said + 1 and (line := next(lines, None)) is not None:
        head.append(line)
    header = find_header(head, overrides)
    layout = Layout(
        format=Format.DELIMITED,
        encoding=encoding,
        header=header.names,
        dialect=header.dialect,
        first_line=header.first_row_line,
        takes_ragged=overrides.takes_ragged,
        notes=header.notes,
    )
    return LiveSource(NAME, layout, chain(head[header.first_row_line - 1 :], lines))


def _new_member(row: MemberRow, known: set[str]) -> MemberRow | RowError:
    for name in row.members:
        if name not in known:
            return RowError(
                row.line,
                f'member "{name}" is not one of the first object',
                column=name,
                hint="name all members in the first object: null is not sent",
                text=row.text,
            )
    return row
