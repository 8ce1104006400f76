"""Opening a sheet of a workbook."""

import shlex
import sys
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import BinaryIO

from sendx_cli.errors import FileRefused, UsageError
from sendx_cli.files.layout import Layout, Overrides, WorkbookKind
from sendx_cli.files.workbooks.ods import open_ods
from sendx_cli.files.workbooks.package import SHEETS, Package, open_package
from sendx_cli.files.workbooks.sheet_copy import copy_sheet
from sendx_cli.files.workbooks.sheet_row import Merge, Sheet

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_FOR_TEXT = ("format", "encoding", "delimiter", "quote")
_MAX_NAMES = 10


def workbook_kind(file: BinaryIO) -> WorkbookKind | None:
    """Return what kind of workbook a ZIP archive is; None: none, or it is damaged."""
    if not zipfile.is_zipfile(file):
        return None
    with open_package(file) as package:
        return _kind_of(package)


def _kind_of(package: Package) -> WorkbookKind | None:
    if {"[Content_Types].xml", "_rels/.rels"} <= package.names and any(
        name.startswith(SHEETS) and name.endswith(".xml") for name in package.names
    ):
        return WorkbookKind.XLSX
    if "mimetype" in package.names and package.read("mimetype").strip() == _ODS:
        return WorkbookKind.ODS
    return None


def read_workbook(
    file: BinaryIO, kind: WorkbookKind, overrides: Overrides, write: Callable[[str], None]
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
    if kind is WorkbookKind.XLSX:
        require_openpyxl()
    with open_package(file) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, of what it would not write again
        sheets = _sheets_of(kind, file, package)
        sheet = _chosen(sheets, overrides.sheet)
        layout, merges = copy_sheet(sheet, kind, overrides, write)
    return _with_sheet_note(layout, sheet, sheets), merges


def require_openpyxl() -> None:
    """Refuse an Excel workbook where nothing can read or write it.

    Raises:
        FileRefused: With the command that changes that, for this very Python: a `pip` by itself may
            be that of another one.
    """
    try:
        import_module("openpyxl")
    except ModuleNotFoundError:
        pip = f"{shlex.quote(sys.executable)} -m pip"
        raise FileRefused(
            "this is an Excel workbook, which requires openpyxl",
            hint=f"run `{pip} install 'sendx-cli[sheets]'`, or save it as CSV or .ods",
        ) from None


def _sheets_of(kind: WorkbookKind, file: BinaryIO, package: Package) -> Sequence[Sheet]:
    if kind is WorkbookKind.ODS:
        return open_ods(package)
    from sendx_cli.files.workbooks.xlsx import open_xlsx

    return open_xlsx(file, package)


def _chosen(sheets: Sequence[Sheet], name: str | None) -> Sheet:
    if name is None:
        return next((sheet for sheet in sheets if not sheet.is_hidden), sheets[0])
    for sheet in sheets:
        if sheet.name == name:
            return sheet
    names = ", ".join(sheet.name for sheet in sheets[:_MAX_NAMES])
    more = f" and {len(sheets) - _MAX_NAMES} more" if len(sheets) > _MAX_NAMES else ""
    raise UsageError(f"--sheet: no such sheet: {name}", hint=f"one of {names}{more}")


def _with_sheet_note(layout: Layout, sheet: Sheet, sheets: Sequence[Sheet]) -> Layout:
    place = f", number {sheets.index(sheet) + 1} of {len(sheets)}" if len(sheets) > 1 else ""
    return replace(layout, notes=(f"read sheet {sheet.name}{place}", *layout.notes))
