"""The addresses in a file, one a row; its other columns do not matter."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sendx_cli.core.contact.address import parse_address, unwrap_address
from sendx_cli.core.mapping.address_column import address_column
from sendx_cli.core.mapping.source_rows import MemberRow, RowError, SourceRow
from sendx_cli.errors import InvalidValue
from sendx_cli.files.source import Source

_SEPARATOR = " ::: "
"""Google Contacts: between several addresses of one person, in one cell."""


class AddressRow(NamedTuple):
    """A row's address.

    Args:
        line: The line that the row begins on.
        email: The address, as it is sent.
    """

    line: int
    email: str


def read_addresses(source: Source, maps: Iterable[str]) -> Iterator[AddressRow | RowError]:
    """Yield each row's address, or why it has none.

    Args:
        source: The file.
        maps: `--map`, as typed: `COLUMN=email` says which column holds them.

    Raises:
        InvalidValue: No column holds addresses, or more than one may.
        FileRefused: The file changed while it was read.
    """
    header = source.layout.header
    try:
        place = address_column(header, maps)
    except InvalidValue as error:
        raise error.at(source.name) from None
    for row in source.rows():
        if isinstance(row, RowError):
            yield row
        else:
            yield _address_in(row, place, header[place])


def _address_in(row: SourceRow | MemberRow, place: int, name: str) -> AddressRow | RowError:
    if isinstance(row, SourceRow):
        for fault in row.faults:
            if fault.place == place:
                return RowError(row.line, fault.message, name, email=row.cells[place])
    cell = row.cells[place] if isinstance(row, SourceRow) else row.members.get(name)
    text = cell if isinstance(cell, str) else ""
    try:
        return AddressRow(row.line, parse_address(unwrap_address(text.partition(_SEPARATOR)[0])))
    except InvalidValue as error:
        return RowError(row.line, error.message, name, error.hint, email=text)
