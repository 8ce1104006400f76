"""A source's mapping, determined once, and its rows read by it."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from sendx_cli.core.mapping.columns import ColumnMapping, ColumnOptions, explain
from sendx_cli.core.mapping.dates import DateOrder, DatesSeen
from sendx_cli.core.mapping.row_reader import RowReader
from sendx_cli.core.mapping.source_rows import OptedOut, RowError, RowValues, SourceRow
from sendx_cli.core.mapping.spellings import EDGES, Target
from sendx_cli.errors import FileRefused, InvalidValue
from sendx_cli.files.layout import FileFormat
from sendx_cli.files.live import LiveSource
from sendx_cli.files.source import RowSource, Source


def determine_mapping(source: Source, options: ColumnOptions) -> ColumnMapping:
    """Map the columns, and detect the order of birthdays from the whole column.

    Raises:
        InvalidValue: A column is not mapped, or the order of the dates is not determined.
    """
    options = with_file(options, source)
    try:
        mapping = explain(source.layout.header, options)
        birthday = mapping.column(Target.BIRTHDAY)
        if birthday is None or mapping.date_order is not None:
            return mapping
        seen = _dates_seen(source, birthday.position - 1, birthday.name, mapping.preset.empty_dates)
        order = seen.order(birthday.name, mapping.preset.date_order)
    except InvalidValue as error:
        raise error.at(source.name) from None
    return mapping.with_date_order(order)


def with_file(options: ColumnOptions, source: Source | LiveSource) -> ColumnOptions:
    """Return options about columns with what their source tells beside the header."""
    return replace(
        options,
        file_name=source.file_name,
        is_json=source.layout.format is FileFormat.JSON_LINES,
    )


def field_date_orders(
    source: Source, mapping: ColumnMapping, fields: Collection[str]
) -> dict[str, DateOrder]:
    """Detect the order of the dates in custom fields, each from all of its values.

    Where they do not tell, they have the order of the file's birthdays, or of its export.

    Args:
        source: The file; read once if it has any of these fields.
        mapping: What its columns are for.
        fields: The names of the custom fields that hold dates.

    Raises:
        InvalidValue: The order of one is not determined.
    """
    columns = {column.field: column.name for column in mapping.columns if column.field in fields}
    if not fields or not (columns or mapping.column(Target.FIELDS)):
        return {}
    seen: dict[str, DatesSeen] = {}
    for row in read_contacts(source, mapping):
        if isinstance(row, RowValues):
            for name, text in row.contact.fields:
                if name in fields:
                    seen[name] = seen.get(name, DatesSeen()).with_date(text)
    usual = mapping.date_order or mapping.preset.date_order
    try:
        return {name: dates.order(columns.get(name, name), usual) for name, dates in seen.items()}
    except InvalidValue as error:
        raise error.at(source.name) from None


def read_contacts(
    source: RowSource, mapping: ColumnMapping
) -> Iterator[RowValues | RowError | OptedOut]:
    """Yield each row's values, why it cannot be read, or that it is an opt-out."""
    read = RowReader(mapping).read
    for row in source.rows():
        yield row if isinstance(row, RowError) else read(row)


def refuse_if_all_opted_out(source: Source, *, opted_out: int, rows: int) -> None:
    """Refuse a file all of whose rows are opt-outs.

    Args:
        source: The file.
        opted_out: How many of its rows are held back.
        rows: How many it has.

    Raises:
        FileRefused: All of them are.
    """
    if rows and opted_out == rows:
        raise FileRefused(
            "everybody in it unsubscribed, bounced or never agreed",
            where=source.name,
            hint="sending them could get them mailed again; if that is intended, use "
            "--include-unsubscribed",
        )


def _dates_seen(source: Source, place: int, name: str, empty: frozenset[str]) -> DatesSeen:
    seen = DatesSeen()
    for row in source.rows():
        if isinstance(row, RowError):
            continue
        cell = row.cells[place] if isinstance(row, SourceRow) else row.members.get(name)
        if isinstance(cell, str) and (text := cell.strip(EDGES)) and text not in empty:
            seen = seen.with_date(text)
    return seen
