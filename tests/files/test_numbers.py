import pytest

from sendx_cli.files.workbooks.numbers import number_format
from sendx_cli.files.workbooks.sheet_row import column_letters


@pytest.mark.parametrize(
    ("code", "raw", "text"),
    [
        ("General", "123", "123"),
        ("General", "1E5", "100000"),
        ("General", "1.0E+5", "100000"),
        ("General", "0.30000000000000004", "0.3"),
        ("General", "-12.50", "-12.5"),
        ("General", "1E-7", "0.0000001"),
        ("0.00E+00", "100000", "100000"),
        ("0", "4915112345678", "4915112345678"),
        ("#,##0.00", "1234.5", "1234.5"),
        ("00000", "123", "00123"),
        ("00000", "1234567", "1234567"),
        ("00000\\-0000", "12345678", "01234-5678"),
        ("000-00-0000", "123456789", "123-45-6789"),
        ("(000) 000-0000", "5551234567", "(555) 123-4567"),
        ('"+"00 000', "49123", "+49 123"),
        ("[$-407]00000", "123", "00123"),
        ("00000;-00000", "123", "00123"),
        ("dd/mm/yyyy", "33010", "1990-05-17"),
        ("[$-409]d\\-mmm\\-yyyy;@", "33010", "1990-05-17"),
        ("yyyy-mm-dd", "33010.75", "1990-05-17"),
        ("yyyy-mm-dd hh:mm", "33010.75", "1990-05-17 18:00:00"),
        ("yyyy-mm-dd hh:mm", "33010", "1990-05-17"),
        ("yyyy-mm-dd", "59", "1900-02-28"),
        ("yyyy-mm-dd", "61", "1900-03-01"),
        ("h:mm AM/PM", "0.75", "18:00:00"),
    ],
)
def test_a_number_is_read_as_it_is_shown_and_whole(code: str, raw: str, text: str) -> None:
    """Zeros before it stay, an exponent does not, a date is the API's."""
    value = number_format(code).text(raw)
    assert (value.text, value.fault) == (text, "")


@pytest.mark.parametrize(
    ("code", "raw", "fault"),
    [
        (
            "General",
            "1.2345678901234568E+16",
            "a number of more than 15 digits, of which spreadsheets keep 15: 12345678901234568",
        ),
        (
            "0",
            "1234567890123456",
            "a number of more than 15 digits, of which spreadsheets keep 15: 1234567890123456",
        ),
        (
            "d-mmm",
            "46159",
            "the sheet shows a date without its year; the cell holds 2026-05-17",
        ),
        ("yyyy-mm-dd", "-1", "is not a date: -1"),
        ("yyyy-mm-dd", "0", "is not a date: 0"),
        ("yyyy-mm-dd", "3000000", "is not a date: 3000000"),
        ("General", "abc", "is not a number"),
        ("General", "1E999", "is not a number"),
        ("General", "NaN", "is not a number"),
    ],
)
def test_what_nobody_can_be_sure_of_is_a_fault(code: str, raw: str, fault: str) -> None:
    """Digits that a spreadsheet made up, a year that nobody sees, what is no number or date."""
    assert number_format(code).text(raw).fault == fault


@pytest.mark.parametrize(
    ("code", "raw", "text", "note"),
    [
        ("0%", "0.25", "0.25", "numbers with the format 0% are read as 0.25"),
        (
            '#,##0.00" EUR"',
            "12.5",
            "12.5",
            'numbers with the format #,##0.00" EUR" are read as 12.5',
        ),
        ("[h]:mm", "1.5", "1.5", "numbers with the format [h]:mm are read as 1.5"),
        ("yyyy", "33010", "1990-05-17", "dates are read as 1990-05-17"),
        ("0.00", "12.345", "12.345", ""),
    ],
)
def test_what_is_read_otherwise_than_it_is_shown_is_said(
    code: str, raw: str, text: str, note: str
) -> None:
    """Per cent, currencies and dates; decimals that are only rounded are not worth a word."""
    value = number_format(code).text(raw)
    assert (value.text, value.note) == (text, note)


def test_a_workbook_can_count_from_1904() -> None:
    """As those of old versions for the Macintosh do."""
    assert number_format("yyyy-mm-dd").text("31548", is_1904=True).text == "1990-05-17"


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (16384, "XFD")])
def test_columns_have_the_letters_of_the_sheet(column: int, letters: str) -> None:
    """As people see them above their sheets."""
    assert column_letters(column) == letters
