import datetime as dt

import pytest

from sendx_cli.files.workbooks.numbers import number_format
from sendx_cli.files.workbooks.sheet_row import column_letters

_BIRTHDAY = dt.datetime(1990, 5, 17)  # noqa: DTZ001 - as a sheet has it
_EVENING = _BIRTHDAY.replace(hour=18)


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("General", 123, "123"),
        ("General", 1e5, "100000"),
        ("General", 0.30000000000000004, "0.3"),
        ("General", -12.50, "-12.5"),
        ("General", 1e-7, "0.0000001"),
        ("0.00E+00", 100000, "100000"),
        ("0", 4915112345678, "4915112345678"),
        ("#,##0.00", 1234.5, "1234.5"),
        ("00000", 123, "00123"),
        ("00000", 123.0, "00123"),
        ("00000", 1234567, "1234567"),
        ("00000\\-0000", 12345678, "01234-5678"),
        ("000-00-0000", 123456789, "123-45-6789"),
        ("(000) 000-0000", 5551234567, "(555) 123-4567"),
        ('"+"00 000', 49123, "+49 123"),
        ("[$-407]00000", 123, "00123"),
        ("00000;-00000", 123, "00123"),
    ],
)
def test_a_number_is_read_as_it_is_shown_and_whole(code: str, value: float, text: str) -> None:
    """Zeros before it stay, an exponent does not."""
    found = number_format(code).number(value)
    assert (found.text, found.fault) == (text, "")


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("dd/mm/yyyy", _BIRTHDAY, "1990-05-17"),
        ("[$-409]d\\-mmm\\-yyyy;@", _BIRTHDAY, "1990-05-17"),
        ("yyyy-mm-dd", _EVENING, "1990-05-17"),
        ("yyyy-mm-dd hh:mm", _EVENING, "1990-05-17 18:00:00"),
        ("yyyy-mm-dd hh:mm", _BIRTHDAY, "1990-05-17"),
        ('ggge"y"m"m"d"d"', _BIRTHDAY, "1990-05-17"),
        ("General", _BIRTHDAY.date(), "1990-05-17"),
        (
            "yyyy-mm-dd hh:mm",
            _EVENING - dt.timedelta(milliseconds=29),
            "1990-05-17 18:00:00",
        ),
        ("h:mm AM/PM", dt.time(18), "18:00:00"),
        ("h:mm", dt.time(17, 59, 59, 971_000), "18:00:00"),
    ],
)
def test_a_date_is_the_api_s(code: str, value: dt.date | dt.time, text: str) -> None:
    """With a time if the sheet shows one; what is lost of a second by binary fractions is not."""
    found = number_format(code).date(value)
    assert (found.text, found.fault) == (text, "")


_TOO_LONG = "a number of more than 15 digits, of which spreadsheets keep 15: "


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (1.2345678901234568e16, f"{_TOO_LONG}12345678901234568"),
        (1234567890123456, f"{_TOO_LONG}1234567890123456"),
        (float("inf"), "is not a number"),
        (float("nan"), "is not a number"),
    ],
)
def test_digits_that_nobody_can_be_sure_of_are_a_fault(value: float, fault: str) -> None:
    """A spreadsheet makes them up."""
    assert number_format("General").number(value).fault == fault


@pytest.mark.parametrize(
    ("code", "value", "fault"),
    [
        (
            "d-mmm",
            _BIRTHDAY,
            "the sheet shows a date without its year; the cell holds 1990-05-17",
        ),
        (
            "h:mm",
            _EVENING,
            "the sheet shows a date without its year; the cell holds 1990-05-17",
        ),
        ("yyyy-mm-dd", dt.time(), "is not a date: 00:00:00"),
        ("yyyy-mm-dd", _BIRTHDAY.replace(year=1899), "is not a date: 1899-05-17"),
    ],
)
def test_dates_that_nobody_can_be_sure_of_are_a_fault(
    code: str, value: dt.datetime | dt.time, fault: str
) -> None:
    """Those with a year that nobody sees, and those that are none."""
    found = number_format(code).date(value).fault
    assert found.partition(" 18:")[0] == fault


@pytest.mark.parametrize(
    ("code", "value", "text", "note"),
    [
        ("0%", 0.25, "0.25", "numbers with the format 0% are read as 0.25"),
        (
            '#,##0.00" EUR"',
            12.5,
            "12.5",
            'numbers with the format #,##0.00" EUR" are read as 12.5',
        ),
        ("0.00E+00", 1e5, "100000", "numbers with the format 0.00E+00 are read as 100000"),
        ("0.00", 12.345, "12.345", ""),
    ],
)
def test_what_is_read_otherwise_than_it_is_shown_is_said(
    code: str, value: float, text: str, note: str
) -> None:
    """Per cent, currencies, and what may have been typed as 1e5; rounded decimals are not."""
    found = number_format(code).number(value)
    assert (found.text, found.note) == (text, note)


@pytest.mark.parametrize(
    ("code", "value", "text", "note"),
    [
        (
            "[h]:mm",
            dt.timedelta(days=1.5),
            "1.5",
            "numbers with the format [h]:mm are read as 1.5",
        ),
        ("yyyy", _BIRTHDAY, "1990-05-17", "dates are read as 1990-05-17"),
    ],
)
def test_how_dates_are_read_is_said(
    code: str, value: dt.date | dt.timedelta, text: str, note: str
) -> None:
    """And a duration is a number of days."""
    found = number_format(code).date(value)
    assert (found.text, found.note) == (text, note)


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (16384, "XFD")])
def test_columns_have_the_letters_of_the_sheet(column: int, letters: str) -> None:
    """As people see them above their sheets."""
    assert column_letters(column) == letters
