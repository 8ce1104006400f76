"""Inputs read as they come: what their header says, and what rows alone would have to say."""

import io

import pytest

from sendx_cli.core.mapping.columns import ColumnOptions
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.source_rows import MemberRow, RowError, SourceRow
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.errors import FileRefused, InvalidValue, UsageError
from sendx_cli.files.layout import FileFormat, Overrides
from sendx_cli.files.live import LiveSource, determine_live_mapping, open_live


def opened(text: str | bytes, overrides: Overrides = Overrides()) -> LiveSource:  # noqa: B008
    data = text.encode() if isinstance(text, str) else text
    return open_live(io.BytesIO(data), overrides)


@pytest.mark.parametrize("text", ["", "\n", " \r\n\n\t\n"])
def test_an_empty_input_is_refused(text: str) -> None:
    """Blank lines are none."""
    with pytest.raises(FileRefused) as caught:
        opened(text)
    assert (caught.value.message, caught.value.where) == ("it is empty", "standard input")


def test_a_codec_that_does_not_exist_is_refused() -> None:
    """By its name."""
    with pytest.raises(InvalidValue, match="no such encoding: utf-9"):
        opened("email\n", Overrides(encoding="utf-9"))


def test_rows_are_read_in_the_encoding_said() -> None:
    """A byte order mark is no part of the first name."""
    source = opened("email;name\na@b.co;Łó\n".encode("cp1250"), Overrides(encoding="cp1250"))
    assert list(source.rows()) == [SourceRow(2, ("a@b.co", "Łó"))]
    assert opened(b"\xef\xbb\xbfemail\n").layout.header == ("email",)


def test_the_separator_line_and_title_lines_stand_before_the_header() -> None:
    """Both are left out; rows keep the numbers of their lines."""
    source = opened("sep=|\nemail|name\na@b.co|A\n")
    assert list(source.rows()) == [SourceRow(3, ("a@b.co", "A"))]
    source = opened("Our people\n\nemail,name\na@b.co,A\n", Overrides(title_lines=2))
    assert source.layout.header == ("email", "name")
    assert list(source.rows()) == [SourceRow(4, ("a@b.co", "A"))]


def test_an_input_that_ends_within_its_title_lines_is_refused() -> None:
    """There is no header then."""
    with pytest.raises(FileRefused, match="no header"):
        opened("Our people\n", Overrides(title_lines=2))


def test_names_that_were_given_leave_all_lines_to_rows() -> None:
    """`--columns` stands for the header."""
    source = opened("a@b.co,A\nb@b.co,B\n", Overrides(columns=("email", "name")))
    assert [row.line for row in source.rows()] == [1, 2]


def test_short_rows_are_taken_where_that_was_said() -> None:
    """`--ragged` holds for a stream as well."""
    text = "email,name\na@b.co\n"
    assert isinstance(next(opened(text).rows()), RowError)
    assert next(opened(text, Overrides(takes_ragged=True)).rows()) == SourceRow(2, ("a@b.co", ""))


def test_the_last_line_taken_is_known() -> None:
    """Before the first row it is the header's; a row of two lines ends on its second."""
    source = opened('\nemail,name\n"a@b.co","A\nB"\nb@b.co,C\n')
    rows = source.rows()
    assert source.line == 2
    assert [(next(rows).line, source.line) for _ in range(2)] == [(3, 4), (5, 5)]


def test_json_lines_are_known_by_their_first_line_or_by_word() -> None:
    """Its members are all that there are; blank lines before it are counted."""
    source = opened('\n {"email":"a@b.co","n":1}\n{"email":"b@b.co"}\n')
    assert (source.layout.format, source.layout.header) == (FileFormat.JSON_LINES, ("email", "n"))
    assert [(row.line, type(row)) for row in source.rows()] == [(2, MemberRow), (3, MemberRow)]
    with pytest.raises(FileRefused, match="no line is a JSON object"):
        opened("email\n", Overrides(format=FileFormat.JSON_LINES))


def test_a_member_that_the_first_object_has_not_is_a_bad_row() -> None:
    """Nothing explains it; the rows behind it are read, and so is one that is no JSON."""
    source = opened('{"email":"a@b.co"}\n{"email":"b@b.co","vip":true}\nnope\n{"email":"c@b.co"}\n')
    first, bad, broken, last = source.rows()
    assert isinstance(bad, RowError)
    assert (bad.line, bad.column, bad.is_structural) == (2, "vip", False)
    assert bad.message == 'member "vip" is not in the first object'
    assert bad.hint == "name all members in the first object: null is not sent"
    assert isinstance(broken, RowError)
    assert isinstance(first, MemberRow)
    assert isinstance(last, MemberRow)


def test_the_order_of_dates_is_said_or_known_of_the_export() -> None:
    """Rows yet to come cannot tell it; without birthdays nobody needs it."""
    source = opened("email,birthday\n")
    with pytest.raises(InvalidValue) as caught:
        determine_live_mapping(source, ColumnOptions())
    assert caught.value.where == "standard input"
    assert "the order of the dates in birthday" in caught.value.message
    said = determine_live_mapping(source, ColumnOptions(date_order=DateOrder.DMY))
    assert said.date_order is DateOrder.DMY
    assert determine_live_mapping(opened("email\n"), ColumnOptions()).date_order is None


def test_a_column_that_nothing_explains_is_refused_before_rows_come() -> None:
    """With the input's name."""
    with pytest.raises(InvalidValue) as caught:
        determine_live_mapping(opened("email,shoe size\n"), ColumnOptions())
    assert caught.value.where == "standard input"
    assert "shoe size" in caught.value.message


def test_an_object_of_custom_fields_is_known_in_json_alone() -> None:
    """`customFields` is the API's name for it."""
    mapping = determine_live_mapping(
        opened('{"email":"a@b.co","customFields":{}}\n'), ColumnOptions()
    )
    assert [column.target for column in mapping.columns] == [Target.EMAIL, Target.FIELDS]
    with pytest.raises(InvalidValue):
        determine_live_mapping(opened("email,customFields\n"), ColumnOptions())


def test_rows_of_an_input_without_a_header_come_in_their_order() -> None:
    """The first line is a row like the others."""
    source = opened("a@b.co\nb@b.co\nc@b.co\n", Overrides(columns=("email",)))
    assert list(source.rows()) == [
        SourceRow(1, ("a@b.co",)),
        SourceRow(2, ("b@b.co",)),
        SourceRow(3, ("c@b.co",)),
    ]


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PAR1"])
def test_an_archive_is_no_stream(magic: bytes) -> None:
    """It is told apart by its first bytes, before a header is looked for."""
    with pytest.raises(FileRefused) as refused:
        open_live(io.BytesIO(magic + b"\0rest\n"), Overrides())
    assert refused.value.message.endswith(", not CSV or JSON Lines")
    assert refused.value.hint == "--stream reads text: remove it, or unpack the input"


def test_a_stream_has_no_sheets() -> None:
    """Options about them would have no effect."""
    with pytest.raises(UsageError, match="--sheet requires an Excel or OpenDocument workbook"):
        open_live(io.BytesIO(b"email\n"), Overrides(sheet="People"))
