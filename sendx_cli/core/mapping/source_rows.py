"""A source's rows on their way to a contact: as they stand there, and as they were read."""

from dataclasses import dataclass
from typing import NamedTuple

from sendx_cli.core.contact.members import ContactValues


class SourceRow(NamedTuple):
    """A row of a delimited file. A tuple, like `RowValues`, for its speed.

    Args:
        line: The line of the file it begins on, from 1.
        cells: Its cells as they stand there, as many as the header has.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A row of a JSON Lines file.

    Args:
        line: Its line, from 1.
        text: The line as it stands there.
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
        column: The column it is wrong in, where one is to blame.
        hint: What to do about it.
        last_line: The line it ends on, where that is another one.
        cells: The row's cells, where they could be told apart.
        text: The row as it stands in the file, where its cells could not be told apart.
        email: The address as it stands in the file, where it was read.
        is_structural: Whether the rows that follow are in doubt as well (a quote in the wrong
            place), or somebody has to decide first: such a file should not be sent at all.
        is_undecided: Whether the row says that its person left, in a column of which nobody said
            what becomes of such rows.
    """

    line: int
    message: str
    column: str | None = None
    hint: str | None = None
    last_line: int | None = None
    cells: tuple[str, ...] = ()
    text: str = ""
    email: str | None = None
    is_structural: bool = False
    is_undecided: bool = False


@dataclass(frozen=True, slots=True)
class OptedOut:
    """A row that is held back: it says that its person unsubscribed, bounced or never agreed.

    Args:
        line: The line it begins on.
        email: The address as it stands in the file.
        reason: What says so, such as `Status is Unsubscribed`.
    """

    line: int
    email: str
    reason: str


class RowValues(NamedTuple):
    """What a row says of its contact.

    Args:
        line: The line it begins on.
        contact: Not yet checked; the address is taken out of `Name <address>` and `mailto:`, the
            birthday is YYYY-MM-DD.
        notes: What is odd about it and worth counting, such as further addresses left out.
        leaving: What says that its person left, where it is to be sent all the same.
    """

    line: int
    contact: ContactValues
    notes: tuple[str, ...] = ()
    leaving: str | None = None
