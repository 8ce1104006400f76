"""Failed rows as a workbook like the one they came from.

Every cell is a text, so that 00123 is still that after somebody opened and saved it. A cell that
could not be sent is an error: the row is a bad one again until somebody has fixed it. openpyxl
writes those of Excel; those of OpenDocument are written here, in two parts, as odfpy would keep a
whole workbook in memory.
"""

import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import IO, BinaryIO
from xml.sax.saxutils import escape, quoteattr

from sendx_cli.core.mapping.source_rows import MemberRow
from sendx_cli.files.failed_lines import (
    OWN_COLUMNS,
    FoundRow,
    LinesWriter,
    is_own_column,
    one_line,
)
from sendx_cli.files.layout import Layout, WorkbookKind
from sendx_cli.files.workbooks.opening import require_openpyxl

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_SPACES = " ".join(
    f'xmlns:{name}="{_ODF}{space}:1.0"'
    for name, space in (
        *((name, name) for name in ("office", "table", "text", "style")),
        ("number", "datastyle"),
    )
)
_CALC = (
    f'xmlns:of="{_ODF}of:1.2" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
_ODS_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_NOT_APPLICABLE = "#N/A"
_TEXT_FORMAT = "@"
_NAME_LENGTH = 31
"""What Excel takes for the name of a sheet."""


_Put = Callable[[Sequence[str], Collection[int]], None]
"""Writes a row of these cells, of which those at these places are errors."""


@contextmanager
def sheet_writer(file: BinaryIO, layout: Layout) -> Iterator[LinesWriter]:
    """Return what writes failed rows as a workbook, which is complete at the end of the block.

    Args:
        file: Where to write it.
        layout: That of the sheet they come from.

    Raises:
        FileRefused: It is an Excel workbook, and nothing is installed that writes one.
    """
    opened = _ods_sheet if layout.workbook is WorkbookKind.ODS else _excel_sheet
    with opened(file, layout.sheet) as put:
        yield _SheetRows(layout.header, put)


class _SheetRows:
    """Rows of a sheet, its own cells unchanged."""

    def __init__(self, header: Sequence[str], put: _Put) -> None:
        self._put = put
        self._kept = [at for at, name in enumerate(header) if not is_own_column(name)]
        self._width = len(header)
        put([*(header[at] for at in self._kept), *OWN_COLUMNS], ())

    def write(self, row: FoundRow, line: int, code: str, message: str) -> None:
        """Write the row's cells and ours, and what a row that is too wide has beyond the header."""
        assert not isinstance(row, MemberRow)
        cells = row.cells
        wrong = {fault.place for fault in row.faults}
        kept = [cells[at] for at in self._kept]
        own = (str(line), one_line(code), one_line(message))
        errors = {place for place, at in enumerate(self._kept) if at in wrong}
        self._put([*kept, *own, *cells[self._width :]], errors)


@contextmanager
def _excel_sheet(file: BinaryIO, name: str) -> Iterator[_Put]:
    require_openpyxl()
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.workbook.child import INVALID_TITLE_REGEX

    book = Workbook(write_only=True)
    sheet = book.create_sheet(INVALID_TITLE_REGEX.sub("_", name)[:_NAME_LENGTH])

    def put(cells: Sequence[str], errors: Collection[int]) -> None:
        row = []
        for place, text in enumerate(cells):
            is_error = place in errors
            cell = WriteOnlyCell(sheet, _NOT_APPLICABLE if is_error else _excel_text(text))
            cell.data_type = "e" if is_error else "s"  # not a formula, whatever it begins with
            cell.number_format = _TEXT_FORMAT
            row.append(cell)
        sheet.append(row)

    yield put
    book.save(file)


def _excel_text(text: str) -> str:
    text = _ESCAPE_LIKE.sub("_x005F_", text)
    return _NOT_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


@contextmanager
def _ods_sheet(file: BinaryIO, name: str) -> Iterator[_Put]:
    before, after = _ods_frame(name)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _HEAD + _ODS_MANIFEST)
        with archive.open("content.xml", "w", force_zip64=True) as part:
            part.write((_HEAD + before).encode())
            yield lambda cells, errors: _write(part, _ods_row(cells, errors))
            part.write(after.encode())


def _write(part: IO[bytes], text: str) -> None:
    part.write(text.encode("utf-8", "replace"))


def _ods_frame(sheet: str) -> tuple[str, str]:
    before = (
        f'<office:document-content {_ODS_SPACES} {_CALC} office:version="1.3">'
        '<office:automatic-styles><number:text-style style:name="N1"><number:text-content/>'
        '</number:text-style><style:style style:name="text" style:family="table-cell" '
        'style:data-style-name="N1"/></office:automatic-styles>'
        f"<office:body><office:spreadsheet><table:table table:name={quoteattr(sheet)}>"
    )
    after = "</table:table></office:spreadsheet></office:body></office:document-content>"
    return before, after


def _ods_row(cells: Sequence[str], errors: Collection[int]) -> str:
    written = [
        '<table:table-cell table:style-name="text" office:value-type="string">'
        + "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in cell.split("\n"))
        + "</table:table-cell>"
        for cell in cells
    ]
    for place in errors:
        written[place] = (
            '<table:table-cell table:style-name="text" table:formula="of:=NA()" '
            'office:value-type="string" calcext:value-type="error">'
            f"<text:p>{_NOT_APPLICABLE}</text:p></table:table-cell>"
        )
    return f"<table:table-row>{''.join(written)}</table:table-row>"


def _ods_text(line: str) -> str:
    """Return a line with its blanks as elements: written as they are, they would collapse."""
    parts = []
    for sign, run in groupby(line):
        count = len(list(run))
        if sign == " ":
            parts.append(f'<text:s text:c="{count}"/>')
        elif sign == "\t":
            parts.append("<text:tab/>" * count)
        else:
            parts.append(escape(_NOT_XML.sub(" ", sign * count)))
    return "".join(parts)
