import io
from pathlib import Path

import pytest

from sendx_cli.core.mapping.source_rows import SourceRow
from sendx_cli.files.failed_rows import failed_path, write_failed_rows
from sendx_cli.files.layout import Overrides, WorkbookKind
from sendx_cli.files.source import Source, open_source
from tests.files.sheets import ods_cell, ods_row, rewrite, save_ods
from tests.files.workbooks import cell_of, load_workbook, new_sheet

_OURS = ("_sendx_line", "_sendx_code", "_sendx_error")
_ODD = ' a  b\tc\nd <&"> _x0041_ =1+1'


def failed_of(path: Path, failures: list[tuple[int, str, str]]) -> Path:
    """Write the failed rows of a file beside it."""
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        written = write_failed_rows(source, failures, failed_path(source, path.parent))
    assert written is not None
    assert written.rows == len(failures)
    assert written.path.stat().st_mode & 0o777 == 0o600
    return written.path


@pytest.fixture(params=["xlsx", "ods"])
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A workbook of either kind, with odd cells and one that cannot be sent."""
    path = tmp_path / f"people.{request.param}"
    if request.param == "xlsx":
        book, sheet = new_sheet(
            ("email", "zip", "note", "sum"),
            ("ann@b.co", 123, _ODD, 1),
            ("bob@b.co", 456, "", "#DIV/0!"),
        )
        cell_of(sheet, "B2").number_format = cell_of(sheet, "B3").number_format = "00000"
        cell_of(sheet, "D3").data_type = "e"
        cell_of(sheet, "C2").data_type = "s"
        cell_of(sheet, "C2").value = _ODD.replace("_x", "_x005F_x")
        book.save(path)
        return path
    number = 'office:value-type="float" office:value="{}"'
    note = (
        '<table:table-cell office:value-type="string"><text:p><text:s/>a<text:s text:c="2"/>b'
        '<text:tab/>c</text:p><text:p>d &lt;&amp;"&gt; _x0041_ =1+1</text:p></table:table-cell>'
    )
    wrong = ods_cell("#DIV/0!", 'calcext:value-type="error" office:value-type="string"')
    rows = [
        ods_row("email", "zip", "note", "sum"),
        ods_row("ann@b.co", ods_cell("00123", number.format(123)), note, "1"),
        ods_row("bob@b.co", ods_cell("00456", number.format(456)), "", wrong),
    ]
    save_ods(path, "".join(rows))
    return path


def test_failed_rows_are_a_workbook_of_the_same_kind(people: Path) -> None:
    """With the same texts when they are read again, and the same sheet's name."""
    path = failed_of(people, [(2, "rejected", "no\nbirthday"), (3, "bad_row", "=sum")])
    assert path == people.with_name(f"people.failed{people.suffix}")
    with open_source(str(path), Overrides(sheet="People"), io.BytesIO()) as source:
        assert source.layout.header == ("email", "zip", "note", "sum", *_OURS)
        ann, bob = source.rows()
        assert source.layout.workbook is WorkbookKind(people.suffix[1:])
    assert ann == SourceRow(2, ("ann@b.co", "00123", _ODD, "1", "2", "rejected", "no birthday"))
    assert isinstance(bob, SourceRow)
    assert bob.cells[:3] == ("bob@b.co", "00456", "")
    assert bob.cells[4:] == ("3", "bad_row", "=sum")


def test_a_cell_that_could_not_be_sent_still_cannot(people: Path) -> None:
    """Sent again as it is, the row is a bad one again, and not a contact named #N/A."""
    path = failed_of(people, [(3, "bad_row", "sum: the cell holds the error #DIV/0!")])
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        (row,) = source.rows()
    assert isinstance(row, SourceRow)
    assert row.faults == ((3, "the cell holds the error #N/A"),)


def test_rows_that_fail_twice_have_our_columns_once(people: Path) -> None:
    """Those of the second failure."""
    first = failed_of(people, [(2, "rejected", "once")])
    second = failed_of(first, [(2, "failed", "twice")])
    assert second == people.with_name(f"people.failed-2{people.suffix}")
    with open_source(str(second), Overrides(), io.BytesIO()) as source:
        assert source.layout.header == ("email", "zip", "note", "sum", *_OURS)
        (row,) = source.rows()
    assert isinstance(row, SourceRow)
    assert row.cells[4:] == ("2", "failed", "twice")


def test_another_program_reads_it(tmp_path: Path) -> None:
    """Texts as texts, in cells that stay so when they are edited, and an error as one."""
    path = tmp_path / "people.xlsx"
    book, sheet = new_sheet(("email", "zip", "sum"), ("ann@b.co", "00123", "#REF!"))
    cell_of(sheet, "C2").data_type = "e"
    book.save(path)
    sheet = load_workbook(failed_of(path, [(2, "bad_row", "=1")]))["People"]
    cells = list(sheet[2])
    assert [cell.value for cell in cells[:3]] == ["ann@b.co", "00123", "#N/A"]
    assert [cell.data_type for cell in cells] == ["s", "s", "e", "s", "s", "s"]
    assert {cell.number_format for cell in cells} == {"@"}


def test_a_name_that_excel_does_not_take_is_changed(tmp_path: Path) -> None:
    """Some programs take longer ones, and other characters."""
    path = tmp_path / "people.xlsx"
    new_sheet(("email",), ("ann@b.co",))[0].save(path)
    rewrite(path, "xl/workbook.xml", 'name="People"', f'name="Ann/Bob {"x" * 40}"')
    failed = load_workbook(failed_of(path, [(2, "bad_row", "wrong")]))
    assert failed.sheetnames == [f"Ann_Bob {'x' * 23}"]


def test_a_row_beyond_the_header_is_one_again(tmp_path: Path) -> None:
    """All its cells are kept."""
    path = tmp_path / "people.xlsx"
    new_sheet(("email",), ("ann@b.co", None, "?"))[0].save(path)
    with open_source(
        str(failed_of(path, [(2, "bad_row", "wide")])), Overrides(), io.BytesIO()
    ) as s:
        (row,) = s.rows()
        assert s.layout.header == ("email", *_OURS)
    assert not isinstance(row, SourceRow)


def test_a_row_beyond_the_header_is_fixed_by_emptying_its_cells(tmp_path: Path) -> None:
    """What is ours stands under its own names, so that nothing else is in the way."""
    path = tmp_path / "people.xlsx"
    new_sheet(("email",), ("ann@b.co", None, "?"))[0].save(path)
    failed = failed_of(failed_of(path, [(2, "bad_row", "wide")]), [(2, "bad_row", "still wide")])
    book = load_workbook(failed)
    cells = list(book["People"][2])
    assert [cell.value for cell in cells] == ["ann@b.co", "2", "bad_row", "still wide", None, "?"]
    cells[-1].value = None
    book.save(failed)
    with open_source(str(failed), Overrides(), io.BytesIO()) as source:
        (row,) = source.rows()
    assert row == SourceRow(2, ("ann@b.co", "2", "bad_row", "still wide"))


def test_a_row_beyond_the_header_keeps_what_else_is_wrong_with_it(tmp_path: Path) -> None:
    """A formula without a value is no empty cell once the rest of the row is fixed."""
    path = tmp_path / "people.xlsx"
    new_sheet(("email", "sum"), ("ann@b.co", "=1+1", "?"))[0].save(path)
    failed = failed_of(path, [(2, "bad_row", "wide")])
    book = load_workbook(failed)
    cell_of(book["People"], "F2").value = None
    book.save(failed)
    with open_source(str(failed), Overrides(), io.BytesIO()) as source:
        (row,) = source.rows()
    assert isinstance(row, SourceRow)
    assert row.faults == ((1, "the cell holds the error #N/A"),)


@pytest.mark.parametrize(
    ("name", "failed"),
    [
        ("people.xlsm", "people.failed.xlsx"),
        ("people", "people.failed.xlsx"),
        ("-", "standard-input.failed.xlsx"),
    ],
)
def test_the_name_has_the_ending_of_what_it_is(tmp_path: Path, name: str, failed: str) -> None:
    """So that a double click opens it."""
    path = tmp_path / "people.xlsm" if name == "-" else tmp_path / name
    new_sheet(("email",), ("ann@b.co",))[0].save(path)
    with _opened(path, name) as source:
        assert failed_path(source, tmp_path) == tmp_path / failed


def _opened(path: Path, name: str) -> Source:
    if name == "-":
        return open_source("-", Overrides(), io.BytesIO(path.read_bytes()))
    return open_source(str(path), Overrides(), io.BytesIO())
