"""Excel workbooks for tests, as openpyxl writes and reads them where it keeps them in memory."""

from collections.abc import Sequence
from pathlib import Path

from tests.tools import need_module

need_module("openpyxl")

from openpyxl import Workbook  # noqa: E402
from openpyxl import load_workbook as load_workbook  # noqa: E402, PLC0414
from openpyxl.cell import Cell  # noqa: E402
from openpyxl.utils.escape import escape as escape  # noqa: E402, PLC0414
from openpyxl.worksheet.worksheet import Worksheet  # noqa: E402


def new_sheet(*rows: Sequence[object]) -> tuple[Workbook, Worksheet]:
    """Return a workbook with these rows in its only sheet, People."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "People"
    for row in rows:
        sheet.append(list(row))
    return book, sheet


def cell_of(sheet: Worksheet, name: str) -> Cell:
    """Return a cell by its name, such as B5."""
    cell = sheet[name]
    assert isinstance(cell, Cell)
    return cell


def save_rows(path: Path, *rows: Sequence[object]) -> None:
    """Write a workbook with these rows."""
    new_sheet(*rows)[0].save(path)
