"""Opening a sheet of a workbook."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sendx_cli.errors import UsageError
from sendx_cli.files.layout import Layout, Overrides, WorkbookKind
from sendx_cli.files.workbooks.ods import open_ods
from sendx_cli.files.workbooks.package import Package, open_package
from sendx_cli.files.workbooks.sheet_copy import copy_sheet
from sendx_cli.files.workbooks.sheet_row import Merge
from sendx_cli.files.workbooks.xlsx import SheetEntry, open_xlsx

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_FOR_TEXT = ("format", "encoding", "delimiter", "quote")
_MAX_NAMES = 10


def workbook_kind(path: Path) -> WorkbookKind | None:
    """Return what kind of workbook a ZIP archive is; None: none, or it is damaged."""
    if not zipfile.is_zipfile(path):
        return None
    with open_package(path) as package:
        return _kind_of(package)


def _kind_of(package: Package) -> WorkbookKind | None:
    if {"[Content_Types].xml", "_rels/.rels"} <= package.names and any(
        name.startswith("xl/worksheets/") for name in package.names
    ):
        return WorkbookKind.XLSX
    if "mimetype" in package.names and package.read("mimetype").strip() == _ODS:
        return WorkbookKind.ODS
    return None


def read_workbook(
    path: Path, kind: WorkbookKind, overrides: Overrides, write: Callable[[str], None]
) -> tuple[Layout, tuple[Merge, ...]]:
    """Copy the rows of the sheet that is asked for, or of the first one that is shown.

    Returns:
        Its layout, and its merged cells.

    Raises:
        FileRefused: It cannot be read, or not as contacts.
        UsageError: The options are for text, or name no sheet of it.
    """
    for option in _FOR_TEXT:
        if getattr(overrides, option) is not None:
            raise UsageError(f"--{option} cannot be used with a workbook")
    with open_package(path) as package:
        book = open_xlsx(package) if kind is WorkbookKind.XLSX else open_ods(package)
        entry = _chosen(book.sheets, overrides.sheet)
        layout, merges = copy_sheet(book.sheet(entry), kind, overrides, write)
    return _with_sheet_note(layout, entry, book.sheets), merges


def _chosen(sheets: Sequence[SheetEntry], name: str | None) -> SheetEntry:
    if name is None:
        return next((sheet for sheet in sheets if not sheet.is_hidden), sheets[0])
    for sheet in sheets:
        if sheet.name == name:
            return sheet
    names = ", ".join(sheet.name for sheet in sheets[:_MAX_NAMES])
    more = f" and {len(sheets) - _MAX_NAMES} more" if len(sheets) > _MAX_NAMES else ""
    raise UsageError(f"--sheet: no such sheet: {name}", hint=f"one of {names}{more}")


def _with_sheet_note(layout: Layout, entry: SheetEntry, sheets: Sequence[SheetEntry]) -> Layout:
    place = f", number {sheets.index(entry) + 1} of {len(sheets)}" if len(sheets) > 1 else ""
    return replace(layout, notes=(f"read sheet {entry.name}{place}", *layout.notes))
