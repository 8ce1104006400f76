"""Failed rows as a workbook like the one they came from.

Every cell is a text, so that 00123 is still that after somebody opened and saved it. A cell that
could not be sent is an error: the row is a bad one again until somebody has fixed it.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import IO, BinaryIO
from xml.sax.saxutils import escape, quoteattr

from sendx_cli.core.mapping.source_rows import SourceRow
from sendx_cli.files.failed_lines import (
    OWN_COLUMNS,
    FoundRow,
    LinesWriter,
    is_own_column,
    one_line,
)
from sendx_cli.files.layout import Layout, WorkbookKind

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_OPEN = "http://schemas.openxmlformats.org"
_NO_STYLE = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
_XLSX = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_OPEN}/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_OPEN}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{_OPEN}/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_OPEN}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{_OPEN}/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{_OPEN}/officeDocument/2006/relationships/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_OPEN}/spreadsheetml/2006/main"><fonts count="1"><font>'
        '<sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
        '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
        '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border>'
        f'</borders><cellStyleXfs count="1"><xf {_NO_STYLE}/></cellStyleXfs><cellXfs count="2">'
        f'<xf {_NO_STYLE} xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" '
        'applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" '
        'builtinId="0"/></cellStyles></styleSheet>'
    ),
}
"""Style 1 is the format for texts, which has the number 49."""
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
_NAME_LENGTH = 31
"""What Excel takes for the name of a sheet."""


@contextmanager
def sheet_writer(file: BinaryIO, layout: Layout) -> Iterator[LinesWriter]:
    """Return what writes failed rows as a workbook, which is complete at the end of the block.

    Args:
        file: Where to write it.
        layout: That of the sheet they come from.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        if layout.workbook is WorkbookKind.ODS:
            archive.writestr("mimetype", _ODS_TYPE, zipfile.ZIP_STORED)
            archive.writestr("META-INF/manifest.xml", _HEAD + _ODS_MANIFEST)
            before, after = _ods_frame(layout.sheet)
            part, row = "content.xml", _ods_row
        else:
            book = (
                f'<workbook xmlns="{_OPEN}/spreadsheetml/2006/main" '
                f'xmlns:r="{_OPEN}/officeDocument/2006/relationships"><sheets><sheet '
                f'name={quoteattr(layout.sheet[:_NAME_LENGTH])} sheetId="1" r:id="r1"/></sheets>'
                "</workbook>"
            )
            for name, text in {**_XLSX, "xl/workbook.xml": book}.items():
                archive.writestr(name, _HEAD + text)
            before = f'<worksheet xmlns="{_OPEN}/spreadsheetml/2006/main"><sheetData>'
            after = "</sheetData></worksheet>"
            part, row = "xl/worksheets/sheet1.xml", _xlsx_row
        with archive.open(part, "w", force_zip64=True) as sheet:
            sheet.write((_HEAD + before).encode())
            yield _SheetRows(sheet, layout.header, row)
            sheet.write(after.encode())


_Row = Callable[[Sequence[str], Iterable[int]], str]


class _SheetRows:
    """Rows of a sheet, its own cells unchanged."""

    def __init__(self, sheet: IO[bytes], header: Sequence[str], row: _Row) -> None:
        self._sheet = sheet
        self._row = row
        self._kept = [at for at, name in enumerate(header) if not is_own_column(name)]
        self._width = len(header)
        self._put([*(header[at] for at in self._kept), *OWN_COLUMNS], ())

    def write(self, row: FoundRow, line: int, code: str, message: str) -> None:
        """Write the row's cells and ours; of a row that is too wide all are kept."""
        if isinstance(row, SourceRow):
            cells = row.cells
            wrong = {fault.place for fault in row.faults}
        else:
            cells = getattr(row, "cells", ())
            wrong = set()
        kept = [*self._kept, *range(self._width, len(cells))]
        own = (str(line), one_line(code), one_line(message))
        errors = [place for place, at in enumerate(kept) if at in wrong]
        self._put([*(cells[at] for at in kept), *own], errors)

    def _put(self, cells: Sequence[str], errors: Iterable[int]) -> None:
        self._sheet.write(self._row(cells, errors).encode("utf-8", "replace"))


def _xlsx_row(cells: Sequence[str], errors: Iterable[int]) -> str:
    written = [
        f'<c s="1" t="inlineStr"><is><t xml:space="preserve">{_xlsx_text(cell)}</t></is></c>'
        for cell in cells
    ]
    for place in errors:
        written[place] = f'<c s="1" t="e"><v>{_NOT_APPLICABLE}</v></c>'
    return f"<row>{''.join(written)}</row>"


def _xlsx_text(text: str) -> str:
    text = _ESCAPE_LIKE.sub("_x005F_", text)
    return escape(_NOT_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text))


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


def _ods_row(cells: Sequence[str], errors: Iterable[int]) -> str:
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
