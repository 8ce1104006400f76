import datetime as dt
import io
import random
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendx_cli.core.mapping.source_rows import CellFault, RowError, SourceRow
from sendx_cli.errors import FileRefused, UsageError
from sendx_cli.files.layout import HiddenRows, Overrides, WorkbookKind
from sendx_cli.files.source import open_source
from tests.files.sheets import (
    SHEET,
    notes_of,
    ods_row,
    read,
    refusal,
    rewrite,
    save_ods,
    save_shared,
)
from tests.files.workbooks import cell_of, escape, new_sheet, save_rows

_TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
    | st.sampled_from(" \n\t\x01,;'=&<\"_x0041_"),
    max_size=12,
)
_NO_YEAR = "the sheet shows a date without its year; the cell holds 1990-05-17"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_DAMAGED = "the workbook is damaged, or is not one"


@settings(max_examples=60, deadline=None)
@given(table=st.lists(st.tuples(_TEXTS, _TEXTS), max_size=5))
def test_reads_back_any_texts(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]]
) -> None:
    """Whatever texts another program wrote are read with the numbers of their rows."""
    path = tmp_path_factory.getbasetemp() / "texts.xlsx"
    book, sheet = new_sheet(("email", "note"))
    for cells in table:
        sheet.append([])
        for column, text in enumerate(cells, start=1):
            cell = sheet.cell(sheet.max_row + (column == 1), column)
            cell.value, cell.data_type = written(text), "s"
    book.save(path)
    expected = [SourceRow(sheet_row, cells) for sheet_row, cells in _numbered(table)]
    assert read(path) == (("email", "note"), expected)


def written(text: str) -> str:
    """Return a text as it is written into a workbook."""
    return escape(re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text))


def _numbered(table: list[tuple[str, str]]) -> list[tuple[int, tuple[str, str]]]:
    return [(number, cells) for number, cells in enumerate(table, start=2) if any(cells)]


def test_every_kind_of_cell(tmp_path: Path) -> None:
    """Texts, numbers by their formats, dates, booleans, and values that formulas have saved."""
    path = tmp_path / "people.xlsx"
    birthday = dt.datetime(1990, 5, 17)  # noqa: DTZ001 - as a sheet has it
    header = ("email", "zip", "birthday", "active", "amount", "formula", "words")
    book, sheet = new_sheet(header, ("ann@b.co", 123, birthday, True, 1e5, "=1+1", '=A2&"x"'))
    cell_of(sheet, "B2").number_format = "00000"
    cell_of(sheet, "C2").number_format = "dd/mm/yyyy"
    book.save(path)
    rewrite(path, SHEET, "<f>1+1</f><v/></c>", "<f>1+1</f><v>2</v></c>")
    rewrite(
        path,
        SHEET,
        '<c r="G2"><f>A2&amp;"x"</f><v/></c>',
        '<c r="G2" t="str"><f>A2</f><v>a</v></c>',
    )
    row = SourceRow(2, ("ann@b.co", "00123", "1990-05-17", "TRUE", "100000", "2", "a"))
    assert read(path) == (header, [row])
    assert notes_of(path) == (
        "read sheet People",
        "2 formulas are read by the values saved in the file",
        "birthday: dates are read as 1990-05-17",
    )


def test_texts_that_are_apart_from_their_cells(tmp_path: Path) -> None:
    """As Excel writes them: in runs, with how they are pronounced, with characters by number.

    And dates from 1904 on, in a format that East Asian versions have by its number alone.
    """
    path = tmp_path / "people.xlsx"
    save_shared(
        path,
        "<x:si><x:t>email</x:t></x:si><x:si><x:t>birthday</x:t></x:si>"
        "<x:si><x:r><x:t>ann</x:t></x:r><x:r><x:t>@b.co</x:t></x:r>"
        '<x:rPh sb="0" eb="1"><x:t>no</x:t></x:rPh></x:si>'
        "<x:si><x:t>a_x000A_b_x005F_x0041_</x:t></x:si>",
        '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>'
        '<x:row r="3"><x:c t="s"><x:v>2</x:v></x:c><x:c s="1"><x:v>31548</x:v></x:c></x:row>'
        '<x:row><x:c t="s"><x:v>3</x:v></x:c><x:c s="2"><x:v>31548</x:v></x:c></x:row>',
    )
    assert read(path) == (
        ("email", "birthday"),
        [SourceRow(3, ("ann@b.co", "1990-05-17")), SourceRow(4, ("a\nb_x0041_", "1990-05-17"))],
    )


def test_cells_that_cannot_be_sent_are_faults(tmp_path: Path) -> None:
    """Errors, formulas that no program has computed, and cells merged with another."""
    path = tmp_path / "people.xlsx"
    book, sheet = new_sheet(
        ("email", "name", "sum", "company"),
        ("ann@b.co", "#N/A", "=1+1", "Acme"),
        ("bob@b.co", "Bob", 5, None),
    )
    cell_of(sheet, "B2").data_type = "e"
    sheet.merge_cells("D2:D3")
    book.save(path)
    no_value = "the formula has no saved value: open the workbook and save it"
    assert read(path)[1] == [
        SourceRow(
            2,
            ("ann@b.co", "#N/A", "", "Acme"),
            (CellFault(1, "the cell holds the error #N/A"), CellFault(2, no_value)),
        ),
        SourceRow(
            3,
            ("bob@b.co", "Bob", "5", ""),
            (CellFault(3, "is merged with D2, which holds the value"),),
        ),
    ]


def test_a_formula_has_a_value_even_if_that_is_an_empty_text(tmp_path: Path) -> None:
    """Without any, no program has computed it."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email", "a", "b"), ("ann@b.co", "=1", "=2"))
    rewrite(path, SHEET, '<c r="B2"><f>1</f><v/></c>', '<c r="B2" t="str"><f>1</f><v></v></c>')
    rewrite(path, SHEET, "<f>2</f><v/>", "<f>2</f>")
    no_value = "the formula has no saved value: open the workbook and save it"
    assert read(path)[1] == [SourceRow(2, ("ann@b.co", "", ""), (CellFault(2, no_value),))]


def test_what_has_no_height_or_width_is_hidden(tmp_path: Path) -> None:
    """As when somebody drags a border until nothing is left."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email", "name"), ("ann@b.co", "Ann"))
    columns = '<cols><col min="2" max="2" width="0"/></cols><sheetData>'
    rewrite(path, SHEET, "<sheetData>", columns)
    rewrite(path, SHEET, '<row r="2"', '<row r="2" ht="0"')
    assert refusal(path).message == "row 2 is hidden"
    include = Overrides(hidden_rows=HiddenRows.INCLUDE)
    assert "hidden columns are read like the others: name" in notes_of(path, include)


def test_titles_empty_rows_and_formatted_ones_are_no_rows(tmp_path: Path) -> None:
    """A merged title comes before the header; numbers are those of the sheet."""
    path = tmp_path / "people.xlsx"
    book, sheet = new_sheet(("Newsletter 2026",), (), ("email", "name"), (), ("ann@b.co", "Ann"))
    sheet.merge_cells("A1:B1")
    cell_of(sheet, "A400").number_format = "0.00"
    book.save(path)
    assert read(path) == (("email", "name"), [SourceRow(5, ("ann@b.co", "Ann"))])
    assert notes_of(path) == ("read sheet People", "skipped 1 line before the header")


def test_a_cell_beyond_the_header_is_an_error_of_its_row(tmp_path: Path) -> None:
    """Nobody knows what it is for; short rows are what sheets have."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email", "name"), ("ann@b.co", "Ann", None, "?"), ("bob@b.co",))
    _, (wide, short) = read(path)
    assert isinstance(wide, RowError)
    assert (wide.line, wide.message, wide.hint) == (
        2,
        "column D is not empty, but has no name in the header",
        "name it in the header, or delete its cells",
    )
    assert short == SourceRow(3, ("bob@b.co", ""))


def test_hidden_rows_need_a_decision(tmp_path: Path) -> None:
    """A filter hides those whom somebody did not mean, or meant to have removed."""
    path = tmp_path / "people.xlsx"
    book, sheet = new_sheet(("email",), *((f"p{n}@b.co",) for n in range(4)))
    sheet.row_dimensions[3].hidden = sheet.row_dimensions[5].hidden = True
    book.save(path)
    refused = refusal(path)
    assert (refused.message, refused.where, refused.hint) == (
        "2 rows are hidden, the first is row 3",
        f"{path}:3",
        "use --hidden-rows skip or --hidden-rows include",
    )
    skip, include = (
        Overrides(hidden_rows=choice) for choice in (HiddenRows.SKIP, HiddenRows.INCLUDE)
    )
    assert [row.line for row in read(path, skip)[1]] == [2, 4]  # type: ignore[attr-defined]
    assert len(read(path, include)[1]) == 4
    assert notes_of(path, skip)[1] == "2 rows are hidden, the first is row 3: skipped"
    assert notes_of(path, include)[1] == "2 rows are hidden, the first is row 3: included"


@pytest.mark.parametrize(
    ("style", "text", "fault"),
    [
        ("", "1990-05-17", ""),
        ("yyyy-mm-dd", "1990-05-17", ""),
        (
            "d-mmm",
            "1990-05-17",
            "the sheet shows a date without its year; the cell holds 1990-05-17",
        ),
    ],
)
def test_dates_can_be_written_as_such(tmp_path: Path, style: str, text: str, fault: str) -> None:
    """In the strict form of the format, which has ISO 8601 in the place of numbers."""
    path = tmp_path / "people.xlsx"
    book, sheet = new_sheet(("email", "day"), ("ann@b.co", 5))
    cell_of(sheet, "B2").number_format = style or "General"
    book.save(path)
    styled = 's="1" ' if style else ""
    new = f'<c r="B2" {styled}t="d"><v>1990-05-17T00:00:00.000</v></c>'
    rewrite(path, SHEET, f'<c r="B2" {styled}t="n"><v>5</v></c>', new)
    faults = (CellFault(1, fault),) if fault else ()
    assert read(path)[1] == [SourceRow(2, ("ann@b.co", text), faults)]


def test_hidden_columns_are_read_and_said(tmp_path: Path) -> None:
    """Each column has to be mapped or ignored anyway."""
    path = tmp_path / "people.xlsx"
    book, sheet = new_sheet(("email", "name", "notes"), ("ann@b.co", "Ann", "x"))
    sheet.column_dimensions["C"].hidden = True
    book.save(path)
    assert read(path)[1] == [SourceRow(2, ("ann@b.co", "Ann", "x"))]
    assert notes_of(path)[1] == "hidden columns are read like the others: notes"


def test_the_first_sheet_that_is_shown_is_read_unless_another_is_named(tmp_path: Path) -> None:
    """And which one it was is said."""
    path = tmp_path / "people.xlsx"
    book, sheet = new_sheet(("email",), ("hidden@b.co",))
    sheet.sheet_state = "hidden"
    for name in ("Ann", "Bob"):
        more = book.create_sheet(name)
        more.append(["email"])
        more.append([f"{name}@b.co"])
    book.save(path)
    assert read(path)[1] == [SourceRow(2, ("Ann@b.co",))]
    assert notes_of(path) == ("read sheet Ann, number 2 of 3",)
    assert read(path, Overrides(sheet="Bob"))[1] == [SourceRow(2, ("Bob@b.co",))]
    assert read(path, Overrides(sheet="People"))[1] == [SourceRow(2, ("hidden@b.co",))]
    with pytest.raises(UsageError) as refused:
        read(path, Overrides(sheet="bob"))
    assert refused.value.message == "--sheet: no such sheet: bob"
    assert refused.value.hint == "one of People, Ann, Bob"


def test_a_sheet_without_a_header_has_named_columns(tmp_path: Path) -> None:
    """As a text has, below the lines that are to be skipped."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("People",), ("ann@b.co", "Ann"), ("bob@b.co", "Bob"))
    overrides = Overrides(columns=("email", "name"), title_lines=1)
    assert [row.line for row in read(path, overrides)[1]] == [2, 3]  # type: ignore[attr-defined]
    assert (
        refusal(path, Overrides(title_lines=1)).message == "line 2 looks like a row, not a header"
    )


@pytest.mark.parametrize(
    "overrides",
    [Overrides(delimiter=";"), Overrides(encoding="cp1252"), Overrides(quote="none")],
)
def test_options_for_text_are_refused(tmp_path: Path, overrides: Overrides) -> None:
    """They would have no effect, so whoever gives them is mistaken about the file."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email",), ("ann@b.co",))
    with pytest.raises(UsageError, match="cannot be used with a workbook"):
        read(path, overrides)


@pytest.mark.parametrize(
    "overrides", [Overrides(sheet="People"), Overrides(hidden_rows=HiddenRows.SKIP)]
)
def test_options_for_sheets_are_refused_for_text(tmp_path: Path, overrides: Overrides) -> None:
    """Likewise."""
    path = tmp_path / "people.csv"
    path.write_text("email\nann@b.co\n")
    with pytest.raises(UsageError, match="requires an Excel or OpenDocument workbook"):
        read(path, overrides)


def test_the_name_does_not_matter_and_the_kind_is_known(tmp_path: Path) -> None:
    """What a file is, its first bytes say."""
    path = tmp_path / "people.csv"
    save_rows(tmp_path / "people.xlsx", ("email",), ("ann@b.co",))
    (tmp_path / "people.xlsx").rename(path)
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        assert source.layout.workbook is WorkbookKind.XLSX
        assert list(source.rows()) == [SourceRow(2, ("ann@b.co",))]


def test_standard_input_can_be_a_workbook(tmp_path: Path) -> None:
    """It is copied first, as any input that can be read only once."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email",), ("ann@b.co",))
    with open_source("-", Overrides(), io.BytesIO(path.read_bytes())) as source:
        assert list(source.rows()) == [SourceRow(2, ("ann@b.co",))]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of a workbook that was read, nor of one that was refused."""
    path, temporary = tmp_path / "people.xlsx", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    save_rows(path, ("email",), ("ann@b.co",))
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        assert list(source.rows()) == [SourceRow(2, ("ann@b.co",))]
    assert not list(temporary.iterdir())
    save_rows(path, ("ann@b.co",))
    assert refusal(path).message == "line 1 looks like a row, not a header"
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</sheetData>", "", _DAMAGED),
        ('r="A2"', 'r="?"', _DAMAGED),
        ('<row r="2">', '<row r="1">', _DAMAGED),
        ('<c r="A2" t="inlineStr">', '<c r="A2" t="s"><v>7</v>', _DAMAGED),
        ('<row r="2">', '<row r="2"><c r="B2"/><c r="A2"/>', _DAMAGED),
        ('<row r="2">', '<row r="1048577">', _DAMAGED),
        ('t="inlineStr"', 't="n"', "the sheet is empty"),
    ],
)
def test_damage_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Never an error of ours, never another row."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email",), ("ann@b.co",))
    rewrite(path, SHEET, old, new)
    assert refusal(path).message == message


def test_damage_that_lxml_finds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is installed, openpyxl parses with it, and its errors are of other kinds."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email",), ("ann@b.co",))

    def broken(_: bytes) -> None:
        raise SyntaxError

    monkeypatch.setattr("openpyxl.reader.excel.fromstring", broken)
    assert refusal(path).message == _DAMAGED


def test_a_date_beyond_all_dates_is_an_error(tmp_path: Path) -> None:
    """As the sheet shows it; nothing is written beside our messages."""
    path = tmp_path / "people.xlsx"
    book, sheet = new_sheet(("email", "day"), ("ann@b.co", 3_000_000))
    cell_of(sheet, "B2").number_format = "yyyy-mm-dd"
    book.save(path)
    fault = CellFault(1, "the cell holds the error #VALUE!")
    assert read(path)[1] == [SourceRow(2, ("ann@b.co", "#VALUE!"), (fault,))]


def test_a_style_that_is_missing_is_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output is for results, whatever openpyxl prints."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email", "zip"), ("ann@b.co", 123))
    rewrite(path, "xl/styles.xml", 'name="Normal" xfId="0"', 'name="Normal" xfId="7"')
    assert refusal(path).message == _DAMAGED
    assert capsys.readouterr() == ("", "")


def test_a_workbook_in_the_strict_form_is_refused(tmp_path: Path) -> None:
    """Hardly anybody saves it; openpyxl does not read it."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email",), ("ann@b.co",))
    old, new = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", _STRICT
    for part in ("xl/workbook.xml", SHEET, "xl/styles.xml"):
        rewrite(path, part, old, new)
    refused = refusal(path)
    assert (refused.message, refused.hint) == (
        "the workbook is in the strict form of .xlsx",
        "save it as .xlsx, or as CSV",
    )


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_no_damage_is_an_error_of_ours(tmp_path: Path, kind: str) -> None:
    """Whatever bytes are changed, in the archive or in a part of it, it is read or refused."""
    path = tmp_path / f"people.{kind}"
    if kind == "xlsx":
        save_rows(path, ("email", "day", "sum"), ("ann@b.co", dt.date(1990, 5, 17), "=1"))
    else:
        save_ods(path, ods_row("email") + ods_row("ann@b.co"))
    whole = path.read_bytes()
    outcomes = set()
    for seed in range(400):
        path.write_bytes(damaged(whole, random.Random(seed)))
        try:
            read(path)
        except FileRefused:
            outcomes.add("refused")
        else:
            outcomes.add("read")
    assert outcomes == {"refused", "read"}


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """Return a workbook with some bytes changed: of the archive, or of one of its parts."""
    if chance.random() < 0.5:
        return _changed(whole, chance)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(parts))
    parts[name] = _changed(parts[name], chance)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return written.getvalue()


def _changed(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.choice(b'0129<>"/=&AZn -.\xff')
    return bytes(changed)


@pytest.mark.parametrize(
    ("part", "root"),
    [
        (SHEET, "<worksheet"),
        ("xl/workbook.xml", "<workbook"),
        ("xl/styles.xml", "<styleSheet"),
        ("[Content_Types].xml", "<Types"),
    ],
)
def test_a_document_type_is_refused(tmp_path: Path, part: str, root: str) -> None:
    """It could let a few bytes become many, wherever it is and whatever is before it."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email",), ("ann@b.co",))
    comment = f"<!--{'a' * (1 << 17)}-->"
    rewrite(path, part, root, f'{comment}<!DOCTYPE x [<!ENTITY a "b">]>{root}')
    assert refusal(path).message == _DAMAGED


@pytest.mark.parametrize(
    ("part", "root"), [(SHEET, "<sheetData>"), ("xl/styles.xml", "<styleSheet")]
)
def test_a_part_that_unpacks_to_far_more_is_refused(tmp_path: Path, part: str, root: str) -> None:
    """Before it is read: the archive says how large it is, and is held to that."""
    path = tmp_path / "people.xlsx"
    save_rows(path, ("email",), ("ann@b.co",))
    rewrite(path, part, root, f"<!--{'a' * (17 << 20)}-->{root}")
    message = "it unpacks to more than 200 times its size: this is not a list of contacts"
    assert refusal(path).message == message


def test_an_archive_of_something_else_is_refused_as_before(tmp_path: Path) -> None:
    """Which of its files was meant, nobody knows."""
    path = tmp_path / "people.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("people.csv", "email\nann@b.co\n")
    message = "this is an Excel workbook or a ZIP archive, not CSV or JSON Lines"
    assert refusal(path).message == message


def test_a_binary_workbook_is_named_as_what_must_be_saved_otherwise(tmp_path: Path) -> None:
    """Its sheets are no XML (.xlsb); it is not damaged."""
    path = tmp_path / "people.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        for part in ("[Content_Types].xml", "_rels/.rels", "xl/worksheets/sheet1.bin"):
            archive.writestr(part, "<Types/>")
    refused = refusal(path)
    assert refused.message == "this is an Excel workbook or a ZIP archive, not CSV or JSON Lines"
    assert refused.hint == "save it as .xlsx or CSV, or unpack it"
