"""Workbooks for tests by the XML that other programs write, and what is read of them."""

import io
import zipfile
from pathlib import Path

import pytest

from sendx_cli.errors import FileRefused
from sendx_cli.files.layout import Overrides
from sendx_cli.files.source import open_source

ODS_HEAD = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:calcext='
    '"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
)
MANIFEST = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
SHEET = "xl/worksheets/sheet1.xml"


def read(path: Path, overrides: Overrides | None = None) -> tuple[tuple[str, ...], list[object]]:
    """Return the header and the rows of a file."""
    with open_source(str(path), overrides or Overrides(), io.BytesIO()) as source:
        return source.layout.header, list(source.rows())


def notes_of(path: Path, overrides: Overrides | None = None) -> tuple[str, ...]:
    """Return what is said of a file."""
    with open_source(str(path), overrides or Overrides(), io.BytesIO()) as source:
        return source.layout.notes


def refusal(path: Path, overrides: Overrides | None = None) -> FileRefused:
    """Return why a file is refused."""
    with pytest.raises(FileRefused) as refused:
        read(path, overrides)
    return refused.value


def rewrite(path: Path, part: str, old: str, new: str) -> None:
    """Replace a text within a part of a workbook, as another program would have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[part].decode().replace(" />", "/>").replace("<v></v>", "<v/>")  # as lxml writes it
    assert old in text
    parts[part] = text.replace(old, new).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def save_ods(path: Path, rows: str, *, before: str = "", manifest: str = MANIFEST) -> None:
    """Write an OpenDocument workbook, whose only table People has these rows as XML."""
    table = f'<table:table table:name="People">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    save_ods_content(path, f"{ODS_HEAD}{before}{body}</office:document-content>", manifest)


def save_ods_content(path: Path, content: str, manifest: str = MANIFEST) -> None:
    """Write an OpenDocument workbook with this content."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)


def ods_row(*cells: str, said: str = "") -> str:
    """Return a row of an OpenDocument table; a cell is XML, or the text in it."""
    return f"<table:table-row {said}>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(cell: str) -> str:
    if cell.startswith("<"):
        return cell
    if not cell:
        return "<table:table-cell/>"
    return ods_cell(cell, 'office:value-type="string"')


def ods_cell(shown: str, said: str) -> str:
    """Return a cell of an OpenDocument table that shows a text."""
    text = f"<text:p>{shown}</text:p>" if shown else ""
    return f"<table:table-cell {said}>{text}</table:table-cell>"


_OPEN = "http://schemas.openxmlformats.org"
_RELATIONS = f"{_OPEN}/package/2006/relationships"
_MAIN = f"{_OPEN}/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_KIND = f"{_OPEN}/officeDocument/2006/relationships"


def save_shared(path: Path, texts: str, rows: str) -> None:
    """Write an Excel workbook whose texts are apart from its cells, as Excel writes them.

    What it says of its size is wrong, as in those of some other programs.
    """
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 31))
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("sharedStrings", "sharedStrings"),
            ("styles", "styles"),
        )
    )
    types = f'<Types xmlns="{_OPEN}/package/2006/content-types">{overrides}</Types>'
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": _relations(("officeDocument", "/xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<x:workbook xmlns:x="{_MAIN}" xmlns:r="{_KIND}">'
            '<x:workbookPr date1904="1"/><x:sheets><x:sheet name="People" sheetId="1" r:id="r0"/>'
            "</x:sheets></x:workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ),
        "xl/sharedStrings.xml": f'<x:sst xmlns:x="{_MAIN}">{texts}</x:sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs>{styles}</cellXfs></styleSheet>',
        SHEET: (
            f'<x:worksheet xmlns:x="{_MAIN}"><x:dimension ref="A1"/><x:sheetData>{rows}'
            "</x:sheetData></x:worksheet>"
        ),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _relations(*parts: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="r{number}" Type="{_KIND}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{links}</Relationships>'
