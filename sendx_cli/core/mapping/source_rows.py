"""A source's rows: as they are in the file, and the results of reading them."""

from dataclasses import dataclass
from typing import NamedTuple

from sendx_cli.core.contact.members import ContactValues


class CellFault(NamedTuple):
    """Why a cell of a sheet cannot be sent, whatever its text is.

    Args:
        place: The cell's place in its row, from 0.
        message: What is wrong, lower case, without a full stop.
    """

    place: int
    message: str


class SourceRow(NamedTuple):
    """A row of a delimited file or of a sheet. A tuple, like `RowValues`, for speed.

    Args:
        line: The line of the file it begins on, from 1, or its number in the sheet.
        cells: Its cells, unchanged, as many as the header has.
        faults: Cells that cannot be sent, which matters if their columns are.
    """

    line: int
    cells: tuple[str, ...]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A row of a JSON Lines file.

    Args:
        line: Its line, from 1.
        text: The line, unchanged.
        members: The object's members; a number is a `JsonNumber`.
    """

    line: int
    text: str
    members: dict[str, object]


class JsonNumber(str):
    """A JSON number as it was written: `12.50` stays `12.50`, and no number is too long."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row cannot be sent: a value, because one bad row must not end the others.

    Args:
        line: The line it begins on.
        message: What is wrong, lower case, without a full stop.
        column: The column at fault, if it is one.
        hint: What to do about it.
        last_line: The line it ends on, if that is another one.
        cells: The row's cells, if they could be split.
        faults: Those of a sheet that cannot be sent either.
        text: The row as it is in the file, if its cells could not be split.
        email: The address as it is in the file, if it could be read.
        is_structural: Whether the file must not be sent at all: the following rows are in doubt
            as well (a quote in the wrong place), or the user has to decide first.
        is_undecided: Whether the row is an opt-out in a column that the user has not decided
            about.
        contact_keys: The contacts it concerns, if nothing is wrong with it but that the account
            does not take it.
    """

    line: int
    message: str
    column: str | None = None
    hint: str | None = None
    last_line: int | None = None
    cells: tuple[str, ...] = ()
    faults: tuple[CellFault, ...] = ()
    text: str = ""
    email: str | None = None
    is_structural: bool = False
    is_undecided: bool = False
    contact_keys: tuple[str, ...] = ()

    @property
    def hints_at_option(self) -> bool:
        """Whether its hint names an option, which would hold for the whole file."""
        return self.hint is not None and "--" in self.hint


@dataclass(frozen=True, slots=True)
class OptedOut:
    """A row that is held back, because its person unsubscribed, bounced or never agreed.

    Args:
        line: The line it begins on.
        email: The address as it is in the file.
        reason: What marks it as an opt-out, such as `Status is Unsubscribed`.
    """

    line: int
    email: str
    reason: str


class RowValues(NamedTuple):
    """The values read from a row.

    Args:
        line: The line it begins on.
        contact: Not yet checked; the address is extracted from `Name <address>` and `mailto:`,
            the birthday is YYYY-MM-DD.
        notes: Oddities that are worth counting, such as further addresses left out.
        leaving: What marks it as an opt-out, if it is to be sent all the same.
    """

    line: int
    contact: ContactValues
    notes: tuple[str, ...] = ()
    leaving: str | None = None
