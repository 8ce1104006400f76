"""Sheets of Excel workbooks (.xlsx, .xlsm), row by row: openpyxl reads their cells.

Its streaming mode tells nothing of hidden rows, hidden columns, merged cells, and formulas that no
program has computed, and leaves out cells that are not in their order: `_shapes` goes through the
XML of the sheet for that, row by row with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from io import StringIO
from itertools import islice
from typing import IO, Any, BinaryIO, NamedTuple
from xml.etree import ElementTree as ET

from openpyxl import Workbook, load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.xml.constants import SHEET_MAIN_NS

from sendx_cli.core.mapping.source_rows import CellFault
from sendx_cli.errors import FileRefused
from sendx_cli.files.workbooks.numbers import NumberFormat, number_format
from sendx_cli.files.workbooks.package import MAX_COLUMNS, MAX_ROWS, Package, unescaped
from sendx_cli.files.workbooks.sheet_row import (
    NO_VALUE,
    CellText,
    Merge,
    SheetFacts,
    SheetRow,
    error_fault,
)

_LOCAL_DATES = {*range(27, 37), *range(50, 59)}
"""Formats that are dates in East Asian versions of Excel; openpyxl does not know their numbers."""
_TRUE = {"1", "true"}
_SHEET, _ROW, _COLUMN, _MERGE, _FORMULA, _VALUE = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("worksheet", "row", "col", "mergeCell", "f", "v")
)


def open_xlsx(file: BinaryIO, package: Package) -> "tuple[XlsxSheet, ...]":
    """Return the sheets of an Excel workbook, in their order.

    Args:
        file: The workbook, which must stay open while its sheets are read.
        package: Its parts.

    Raises:
        FileRefused: It has no sheet with rows, or its parts are not fit to be read.
    """
    package.refuse_traps()
    with _damage_as_such(), redirect_stdout(StringIO()):  # it prints what it finds out of range
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    sheets = tuple(XlsxSheet(book, sheet, package) for sheet in book.worksheets)
    if not sheets:
        raise FileRefused("the workbook has no sheet with rows")
    return sheets


@contextmanager
def _damage_as_such() -> Iterator[None]:
    """Raise ValueError for what openpyxl raises when it stumbles over a damaged workbook.

    Where lxml is installed openpyxl parses with that, whose errors are syntax errors.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, SyntaxError, TypeError) as error:
        raise ValueError(str(error)) from None


class _Shape(NamedTuple):
    """What openpyxl does not tell of a row: columns are those of its formulas without a value."""

    number: int
    is_hidden: bool
    formulas: int
    unsaved: frozenset[int]


@dataclass(eq=False)
class XlsxSheet:
    """A worksheet, whose rows are not read yet.

    Args:
        book: Its workbook.
        sheet: The sheet, as openpyxl streams it; its types know nothing of that.
        package: The parts of its workbook.
    """

    book: Workbook
    sheet: Any
    package: Package
    facts: SheetFacts = field(default_factory=SheetFacts)
    _formats: dict[str, NumberFormat] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.sheet.title)

    @property
    def is_hidden(self) -> bool:
        """Whether the workbook does not show it."""
        return bool(self.sheet.sheet_state != "visible")

    def rows(self) -> Iterator[SheetRow]:
        """Yield its rows that are not empty, in their order."""
        self.sheet.reset_dimensions()  # what a file says of them may be wrong, and cut rows off
        rows = iter(self.sheet.iter_rows())
        read = 0
        part = self.package.open(self.sheet._worksheet_path)  # noqa: SLF001
        for shape in _shapes(part, self.facts):
            with _damage_as_such():
                cells = next(islice(rows, shape.number - read - 1, None), ())
            read = shape.number
            if row := self._row(shape, cells):
                yield row

    def _row(self, shape: _Shape, cells: tuple[Any, ...]) -> SheetRow | None:
        self.facts.formulas += shape.formulas
        texts: list[str] = []
        faults: list[CellFault] = []
        for column, cell in enumerate(cells, start=1):
            found = CellText("", NO_VALUE) if column in shape.unsaved else self._cell(cell)
            texts.append(found.text)
            if found.fault:
                faults.append(CellFault(column - 1, found.fault))
            elif found.note:
                self.facts.note(column, found.note.partition(" ")[0], found.note)
        if not (any(texts) or faults):
            return None
        return SheetRow(shape.number, tuple(texts), tuple(faults), shape.is_hidden)

    def _cell(self, cell: ReadOnlyCell) -> CellText:
        value = cell.value
        if value is None:
            return CellText("")
        if cell.data_type == "e":
            return CellText(str(value), error_fault(str(value)))
        if isinstance(value, str):
            return CellText(unescaped(value))
        if isinstance(value, bool):
            return CellText("TRUE" if value else "FALSE")
        if isinstance(value, date | time | timedelta):
            return self._format(cell.number_format).date(value)
        assert isinstance(value, int | float)
        if cell.has_style and cell.style_array.numFmtId in _LOCAL_DATES:
            return self._format("yyyy-mm-dd").date(from_excel(value, self.book.epoch))
        return self._format(cell.number_format).number(value)

    def _format(self, code: str) -> NumberFormat:
        if code not in self._formats:
            self._formats[code] = number_format(code)
        return self._formats[code]


def _shapes(part: IO[bytes], facts: SheetFacts) -> Iterator[_Shape]:
    number, element = 0, None
    for _, element in ET.iterparse(part):  # noqa: S314 - without a document type nothing expands
        found = element.attrib
        if element.tag == _ROW:
            shape = _shape(element, number)
            number = shape.number
            element.clear()
            yield shape
        elif element.tag == _COLUMN:
            if found.get("hidden") in _TRUE or float(found.get("width", "1")) == 0:
                facts.hidden_columns.append((int(found["min"]), int(found["max"])))
        elif element.tag == _MERGE:
            cells = CellRange(found["ref"])
            merge = Merge(cells.min_row, cells.max_row, cells.min_col, cells.max_col)
            facts.merges.append(merge)
    if element is not None and element.tag != _SHEET:
        raise FileRefused(
            "the workbook is in the strict form of .xlsx", hint="save it as .xlsx, or as CSV"
        )


def _shape(row: ET.Element, before: int) -> _Shape:
    number = int(row.get("r", before + 1))
    if not before < number <= MAX_ROWS:
        raise ValueError(number)
    column, formulas, unsaved = 0, 0, []
    for cell in row:
        place, left = cell.get("r"), column
        column = coordinate_to_tuple(place)[1] if place else left + 1
        if not left < column <= MAX_COLUMNS:
            raise ValueError(column)
        if cell.find(_FORMULA) is not None:
            formulas += 1
            value = cell.find(_VALUE)
            if value is None or not (value.text or cell.get("t") == "str"):
                unsaved.append(column)
    is_hidden = row.get("hidden") in _TRUE or float(row.get("ht", "1")) == 0
    return _Shape(number, is_hidden, formulas, frozenset(unsaved))
