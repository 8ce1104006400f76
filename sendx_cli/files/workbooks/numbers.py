"""Numbers of a sheet as text: by what they show, unless digits or a year would be made up."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sendx_cli.files.workbooks.sheet_row import CellText

_MAX_DIGITS = 15
"""What a spreadsheet keeps of a number; further digits become zeros."""
_FIRST_YEAR = 1900
"""No sheet shows a date before."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[[^\]]*\]|(?P<plain>.)', re.DOTALL
)
_AM_PM = re.compile(r"am/pm|a/p", re.IGNORECASE)
_PLAIN = re.compile(r"general|@|[#0,]*(?:\.[0#]+)?", re.IGNORECASE)
_PADDED = re.compile(r"[0\-+() /.]*0[0\-+() /.]*0[0\-+() /.]*")
_HALF_A_SECOND = timedelta(microseconds=500_000)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a cell shows its number.

    Args:
        code: The format as the workbook has it, such as `00000` or `dd/mm/yyyy`.
        pattern: Its zeros and what appears between them, for numbers with leading zeros.
        is_plain: Whether it shows nothing but the number.
        has_year: Whether its dates show their year.
        has_date: Whether it shows a date.
        has_time: Whether it shows a time.
    """

    code: str
    pattern: str = ""
    is_plain: bool = False
    has_year: bool = False
    has_date: bool = False
    has_time: bool = False

    def number(self, value: float) -> CellText:
        """Return a number as text."""
        try:
            plain = plain_number(value)
        except (ValueError, OverflowError):
            return CellText(str(value), "is not a number")
        if fault := lost_digits(plain):
            return CellText(plain, fault)
        if self.pattern and plain.isdecimal():
            return CellText(_padded(plain, self.pattern))
        if self.is_plain or self.pattern:
            return CellText(plain)
        return CellText(plain, note=f"numbers with the format {self.code} are read as {plain}")

    def date(self, value: date | time | timedelta) -> CellText:
        """Return a date, a time or a duration as text."""
        if isinstance(value, timedelta):
            return self.number(value / timedelta(days=1))
        if isinstance(value, time):
            moment = datetime.combine(date.min, value) + _HALF_A_SECOND
            text = f"{moment:%H:%M:%S}"
            return CellText(text, f"is not a date: {text}" if self.has_date else "")
        text = value.isoformat()
        if isinstance(value, datetime):
            value = (value + _HALF_A_SECOND).replace(microsecond=0)
            shows_time = self.has_time and value.time() != time()
            text = value.isoformat(" ") if shows_time else value.date().isoformat()
        if value.year < _FIRST_YEAR:
            return CellText(text, f"is not a date: {text}")
        return date_text(text, shows_year=self.has_year or self.is_plain)


def iso_text(value: str) -> str:
    """Return an ISO 8601 date as text, without a time if that is midnight."""
    day, _, moment = value.partition("T")
    moment = moment.partition(".")[0].removesuffix("Z")
    return f"{day} {moment}" if moment.strip("0:") else day


def date_text(text: str, *, shows_year: bool) -> CellText:
    """Return a date, unless it has a year that nobody who looks at the sheet sees."""
    if shows_year:
        return CellText(text, note=f"dates are read as {text}")
    return CellText(text, f"the sheet shows a date without its year; the cell holds {text}")


def number_format(code: str) -> NumberFormat:
    """Return a number format by its code."""
    section, literal = _first_section(code)
    if _PLAIN.fullmatch(section) and not literal:
        is_padded = set(section) == {"0"} and len(section) > 1
        return NumberFormat(code, pattern=section if is_padded else "", is_plain=True)
    letters = _AM_PM.sub("h", section).lower()
    has_time = "h" in letters or "s" in letters
    has_year = "y" in letters or "e" in letters  # e: the year of an era, in Japan
    has_date = has_year or "d" in letters or ("m" in letters and not has_time)
    shown = literal or section
    is_padded = _PADDED.fullmatch(shown) is not None and not re.search(r"0\.0", shown)
    return NumberFormat(
        code,
        pattern=shown if is_padded else "",
        has_year=has_year,
        has_date=has_date,
        has_time=has_time,
    )


def plain_number(value: float) -> str:
    """Return a number without exponent, thousands separators and made-up decimals.

    Raises:
        OverflowError: It is infinite.
        ValueError: It is not a number.
    """
    if value == int(value):
        return str(int(value))
    return format(Decimal(format(value, f".{_MAX_DIGITS}g")), "f")


def lost_digits(plain: str) -> str:
    """Return why a number's digits are in doubt; empty if they are not."""
    if len(plain.lstrip("-").partition(".")[0]) <= _MAX_DIGITS:
        return ""
    return (
        f"a number of more than {_MAX_DIGITS} digits, of which spreadsheets keep {_MAX_DIGITS}: "
        f"{plain}"
    )


def _first_section(code: str) -> tuple[str, str]:
    """Return the part for positive numbers: without literals, and with them if it has any."""
    bare: list[str] = []
    shown: list[str] = []
    has_literal = False
    for match in _TOKEN.finditer(code):
        if literal := match["quoted"] or match["escaped"]:
            has_literal = True
            shown.append(literal)
        elif match["plain"] == ";":
            break
        elif match["plain"] is not None:
            bare.append(match["plain"])
            shown.append(match["plain"])
    return "".join(bare), "".join(shown) if has_literal else ""


def _padded(digits: str, pattern: str) -> str:
    """Fill digits into a pattern's zeros, from the right; further ones go first."""
    places = pattern.count("0")
    digits = digits.zfill(places)
    rest = iter(digits[len(digits) - places + 1 :] if places > 1 else "")
    first = digits[: len(digits) - places + 1]
    before, _, after = pattern.partition("0")
    return before + first + "".join(next(rest) if sign == "0" else sign for sign in after)
