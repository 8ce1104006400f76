import io
import shutil
import subprocess
from pathlib import Path

import pytest

from sendx_cli.core.mapping.source_rows import CellFault, SourceRow
from sendx_cli.files.layout import HiddenRows, Overrides, WorkbookKind
from sendx_cli.files.source import open_source
from tests.files.sheets import (
    MANIFEST,
    ODS_HEAD,
    notes_of,
    ods_cell,
    ods_row,
    read,
    refusal,
    rewrite,
    save_ods,
    save_ods_content,
)


@pytest.mark.parametrize(
    ("shown", "said", "text"),
    [
        ("00123", 'office:value-type="float" office:value="123"', "00123"),
        ("123-45-6789", 'office:value-type="float" office:value="123456789"', "123-45-6789"),
        ("1,234.50", 'office:value-type="float" office:value="1234.5"', "1234.5"),
        ("1.234,50", 'office:value-type="float" office:value="1234.5"', "1234.5"),
        ("1E+05", 'office:value-type="float" office:value="100000"', "100000"),
        ("", 'office:value-type="float" office:value="5"', "5"),
        ("25 %", 'office:value-type="percentage" office:value="0.25"', "0.25"),
        ("TRUE", 'office:value-type="boolean" office:boolean-value="true"', "TRUE"),
        ("FALSE", 'office:value-type="float" office:value="0"', "FALSE"),
        ("17.05.90", 'office:value-type="date" office:date-value="1990-05-17"', "1990-05-17"),
        (
            "17.05.1990 18:00",
            'office:value-type="date" office:date-value="1990-05-17T18:00:00"',
            "1990-05-17 18:00:00",
        ),
        (
            "17.05.1990",
            'office:value-type="date" office:date-value="1990-05-17T00:00:00"',
            "1990-05-17",
        ),
        ("18:00", 'office:value-type="time" office:time-value="PT18H00M00S"', "18:00"),
        ("2", 'table:formula="of:=1+1" office:value-type="float" office:value="2"', "2"),
    ],
)
def test_every_kind_of_cell(tmp_path: Path, shown: str, said: str, text: str) -> None:
    """What a cell shows keeps zeros before a number; all else is its value."""
    path = tmp_path / "people.ods"
    save_ods(path, ods_row("email", "value") + ods_row("ann@b.co", ods_cell(shown, said)))
    assert read(path) == (("email", "value"), [SourceRow(2, ("ann@b.co", text))])


@pytest.mark.parametrize(
    ("cell", "text", "fault"),
    [
        (
            ods_cell("#N/A", 'table:formula="of:=NA()" office:value-type="string"'),
            "#N/A",
            "the cell holds the error #N/A",
        ),
        (
            ods_cell("Err:510", 'calcext:value-type="error" office:value-type="float"'),
            "Err:510",
            "the cell holds the error Err:510",
        ),
        (
            ods_cell("", 'table:formula="of:=1+1"'),
            "",
            "the formula has no saved value: open the workbook and save it",
        ),
        (
            ods_cell("17 May", 'office:value-type="date" office:date-value="2026-05-17"'),
            "2026-05-17",
            "the sheet shows a date without its year; the cell holds 2026-05-17",
        ),
        (
            ods_cell("1.23E+16", 'office:value-type="float" office:value="12345678901234567"'),
            "12345678901234568",
            "a number of more than 15 digits, of which spreadsheets keep 15: 12345678901234568",
        ),
        (
            ods_cell("17 May", 'office:value-type="date" office:date-value="19(("'),
            "19((",
            "the sheet shows a date without its year; the cell holds 19((",
        ),
        (
            "<table:covered-table-cell/>",
            "",
            "is merged with another cell, which holds the value",
        ),
    ],
)
def test_cells_that_cannot_be_sent_are_faults(
    tmp_path: Path, cell: str, text: str, fault: str
) -> None:
    """As those of an Excel workbook are."""
    path = tmp_path / "people.ods"
    save_ods(path, ods_row("email", "value") + ods_row("ann@b.co", cell))
    assert read(path)[1] == [SourceRow(2, ("ann@b.co", text), (CellFault(1, fault),))]


def test_paragraphs_blanks_and_comments(tmp_path: Path) -> None:
    """Lines and blanks have elements of their own; a comment is none of the cell's text."""
    path = tmp_path / "people.ods"
    cell = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>secret</text:p>'
        '</office:annotation><text:p>a<text:s text:c="2"/>b<text:tab/><text:span>c</text:span>'
        "</text:p><text:p>d</text:p></table:table-cell>"
    )
    save_ods(path, ods_row("email", "note") + ods_row("ann@b.co", cell))
    assert read(path)[1] == [SourceRow(2, ("ann@b.co", "a  b\tc\nd"))]


def test_repeated_rows_and_cells_are_as_many(tmp_path: Path) -> None:
    """Except empty ones at the end, of which there are a million."""
    path = tmp_path / "people.ods"
    twice = 'table:number-columns-repeated="2"'
    empty = '<table:table-cell table:number-columns-repeated="16000"/>'
    save_ods(
        path,
        ods_row("email", "a", "b")
        + ods_row(empty, said='table:number-rows-repeated="3"')
        + ods_row("ann@b.co", ods_cell("x", f'office:value-type="string" {twice}'), empty)
        + ods_row("bob@b.co", said='table:number-rows-repeated="2"')
        + ods_row(empty, said='table:number-rows-repeated="1048568"'),
    )
    assert read(path)[1] == [
        SourceRow(5, ("ann@b.co", "x", "x")),
        SourceRow(6, ("bob@b.co", "", "")),
        SourceRow(7, ("bob@b.co", "", "")),
    ]


def test_a_row_repeated_to_fill_the_disk_is_refused(tmp_path: Path) -> None:
    """However small the file is."""
    path = tmp_path / "people.ods"
    said = 'office:value-type="string" table:number-columns-repeated="9000"'
    many = ods_row("ann@b.co", ods_cell("x", said), said='table:number-rows-repeated="1000000"')
    save_ods(path, ods_row("email") + many)
    message = "it unpacks to more than 200 times its size: this is not a list of contacts"
    assert refusal(path).message == message


@pytest.mark.parametrize("how", ["collapse", "filter", "group"])
def test_hidden_rows_need_a_decision(tmp_path: Path, how: str) -> None:
    """Hidden by hand, by a filter, or in a group that is folded."""
    path = tmp_path / "people.ods"
    if how == "group":
        row = ods_row("bob@b.co")
        hidden = f'<table:table-row-group table:display="false">{row}</table:table-row-group>'
    else:
        hidden = ods_row("bob@b.co", said=f'table:visibility="{how}"')
    save_ods(path, ods_row("email") + hidden + ods_row("cid@b.co"))
    assert refusal(path).message == "row 2 is hidden"
    skip = Overrides(hidden_rows=HiddenRows.SKIP)
    assert read(path, skip)[1] == [SourceRow(3, ("cid@b.co",))]


def test_hidden_columns_are_read_and_said(tmp_path: Path) -> None:
    """As those of an Excel workbook are."""
    path = tmp_path / "people.ods"
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    save_ods(path, columns + ods_row("email", "name") + ods_row("ann@b.co", "Ann"))
    assert notes_of(path) == (
        "read sheet People",
        "hidden columns are read like the others: name",
    )


def test_the_first_sheet_that_is_shown_is_read(tmp_path: Path) -> None:
    """What is in the others, or was in this one and is tracked as deleted, is not."""
    path = tmp_path / "people.ods"
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{style}">{ods_row("email")}'
        f"{ods_row(f'{name}@b.co')}</table:table>"
        for name, style in (("Ann", "off"), ("Bob", "on"), ("Cid", "on"))
    )
    styles = (
        '<office:automatic-styles><style:style style:name="off"><style:table-properties '
        'table:display="false"/></style:style></office:automatic-styles>'
    )
    tracked = f"<table:tracked-changes>{ods_row('email')}</table:tracked-changes>"
    body = f"<office:body><office:spreadsheet>{tracked}{tables}</office:spreadsheet></office:body>"
    save_ods_content(path, f"{ODS_HEAD}{styles}{body}</office:document-content>")
    assert read(path)[1] == [SourceRow(2, ("Bob@b.co",))]
    assert notes_of(path) == ("read sheet Bob, number 2 of 3",)
    assert read(path, Overrides(sheet="Cid"))[1] == [SourceRow(2, ("Cid@b.co",))]


def test_a_workbook_with_a_password_is_refused(tmp_path: Path) -> None:
    """With what to do."""
    path = tmp_path / "people.ods"
    save_ods(path, "", manifest=MANIFEST.replace("/>", "><m:encryption-data/></m:manifest>"))
    assert refusal(path).message == "the workbook has a password"


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    """It could let a few bytes become many."""
    path = tmp_path / "people.ods"
    save_ods(path, ods_row("email") + ods_row("ann@b.co"))
    head = "<office:document-content"
    rewrite(path, "content.xml", head, f'<!DOCTYPE x [<!ENTITY a "b">]>{head}')
    assert refusal(path).message == "the workbook is damaged, or is not one"


def test_it_reads_what_libreoffice_writes(tmp_path: Path) -> None:
    """Where that is installed: too large for continuous integration."""
    if shutil.which("soffice") is None:
        pytest.skip("soffice is not installed")
    from tests.files.workbooks import new_sheet

    book, sheet = new_sheet(("email", "zip", "big"), ("ann@b.co", 123, 1e5), ("bob@b.co", 4, 5))
    sheet["B2"].number_format = "00000"
    sheet.row_dimensions[3].hidden = True
    book.save(tmp_path / "people.xlsx")
    words = ("--headless", f"-env:UserInstallation=file://{tmp_path}/office", "--convert-to", "ods")
    subprocess.run(
        ["soffice", *words, "--outdir", str(tmp_path), str(tmp_path / "people.xlsx")],
        check=True,
        capture_output=True,
        timeout=100,
    )
    skip = Overrides(hidden_rows=HiddenRows.SKIP)
    with open_source(str(tmp_path / "people.ods"), skip, io.BytesIO()) as source:
        assert source.layout.workbook is WorkbookKind.ODS
        assert list(source.rows()) == [SourceRow(2, ("ann@b.co", "00123", "100000"))]
        assert source.layout.notes[1] == "row 3 is hidden: skipped"
