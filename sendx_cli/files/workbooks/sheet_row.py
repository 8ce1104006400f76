"""A row of a sheet, as both kinds of workbooks yield it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from sendx_cli.core.mapping.source_rows import CellFault

_LETTERS = 26
NO_VALUE = "the formula has no saved value: open the workbook and save it"


class CellText(NamedTuple):
    """What is read of a cell.

    Args:
        text: Its value as text; empty if it has none.
        fault: Why the text cannot be sent; empty if it can.
        note: How it is read, if that differs from what the sheet shows.
    """

    text: str
    fault: str = ""
    note: str = ""


class SheetRow(NamedTuple):
    """A row of a sheet.

    Args:
        number: Its number in the sheet, from 1.
        cells: The texts of its cells, without empty ones at the end.
        faults: Those that cannot be sent.
        is_hidden: Whether the sheet does not show it.
    """

    number: int
    cells: tuple[str, ...]
    faults: tuple[CellFault, ...] = ()
    is_hidden: bool = False


class Merge(NamedTuple):
    """Cells that are merged into one, which only the first holds; all places from 1."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def first_cell(self) -> str:
        """The name of the cell that holds the value, such as B5."""
        return f"{column_letters(self.first_column)}{self.first_row}"


@dataclass(slots=True)
class SheetFacts:
    """What a sheet tells beside its rows; complete once all rows were read.

    Args:
        hidden_columns: The first and last of each range of columns that are not shown, from 1.
        merges: Merged cells, unless they are faults of their rows already.
        formulas: How many cells hold a formula.
        notes: By column, from 1: how its cells are read, if that differs from what is shown.
    """

    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    formulas: int = 0
    notes: dict[tuple[int, str], str] = field(default_factory=dict)

    def note(self, column: int, kind: str, text: str) -> None:
        """Keep how a cell is read, once a column."""
        self.notes.setdefault((column, kind), text)


class Sheet(Protocol):
    """A sheet of an open workbook."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def is_hidden(self) -> bool:
        """Whether the workbook does not show it."""

    @property
    def facts(self) -> SheetFacts:
        """What it tells beside its rows."""

    def rows(self) -> Iterator[SheetRow]:
        """Yield its rows that are not empty, in their order."""


def column_letters(column: int) -> str:
    """Return the letters of a column, such as AB for 28."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + letter) + letters
    return letters


def error_fault(code: str) -> str:
    """Return what is wrong with a cell that holds an error, such as #N/A."""
    return f"the cell holds the error {code}"
