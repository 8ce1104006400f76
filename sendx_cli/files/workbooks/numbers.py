"""Numbers of a sheet as text: by what they show, unless digits or a year would be made up."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto

from sendx_cli.files.workbooks.sheet_row import CellText

_MAX_DIGITS = 15
"""What a spreadsheet keeps of a number; further digits become zeros."""
_MAX_WHOLE = 10**_MAX_DIGITS
_LAST_SERIAL = 2_958_465.999_99
"""31 December 9999."""
_LEAP_BUG = 60
"""Serials below count a day less: Excel takes 1900 for a leap year."""
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no time zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_SECONDS = 86_400

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<plain>.)', re.DOTALL
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_AM_PM = re.compile(r"am/pm|a/p", re.IGNORECASE)
_PLAIN = re.compile(r"general|@|[#0,]*(?:\.[0#]+)?(?:e[+-]?[0#]+)?", re.IGNORECASE)
_PADDED = re.compile(r"[0\-+() /.]*0[0\-+() /.]*0[0\-+() /.]*")


class _Kind(Enum):
    PLAIN = auto()
    PADDED = auto()
    DATE = auto()
    TIME = auto()
    ELAPSED = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a cell shows its number.

    Args:
        code: The format as the workbook has it, such as `00000` or `dd/mm/yyyy`.
        kind: What it makes of a number.
        pattern: Its zeros and what appears between them, for numbers with leading zeros.
        has_year: Whether its dates show their year.
        has_time: Whether its dates show a time.
    """

    code: str
    kind: _Kind
    pattern: str = ""
    has_year: bool = False
    has_time: bool = False

    @property
    def shows_year(self) -> bool:
        """Whether a date would be shown with its year, or not as a date at all."""
        return self.has_year or self.kind is not _Kind.DATE

    def text(self, raw: str, *, is_1904: bool = False) -> CellText:
        """Return a number as text.

        Args:
            raw: The number as it is in the file.
            is_1904: Whether the workbook counts days from 1904.
        """
        if self.kind is _Kind.PLAIN and raw.isdecimal() and len(raw) <= _MAX_DIGITS:
            return CellText(str(int(raw)))
        try:
            value = float(raw)
            plain = plain_number(value)
        except (ValueError, OverflowError):
            return CellText(raw, "is not a number")
        if self.kind in {_Kind.DATE, _Kind.TIME}:
            return self._date(value, plain, is_1904=is_1904)
        if abs(value) >= _MAX_WHOLE:
            return CellText(plain, _lost_digits(plain))
        if self.kind is _Kind.PADDED and plain.isdecimal():
            return CellText(_padded(plain, self.pattern))
        if self.kind in {_Kind.PLAIN, _Kind.PADDED}:
            return CellText(plain)
        return CellText(plain, note=f"numbers with the format {self.code} are read as {plain}")

    def _date(self, value: float, plain: str, *, is_1904: bool) -> CellText:
        if not 0 <= value <= _LAST_SERIAL:
            return CellText(plain, f"is not a date: {plain}")
        moment = _moment(value, is_1904=is_1904)
        if self.kind is _Kind.TIME and value < 1:
            return CellText(f"{moment:%H:%M:%S}")
        if value < 1 and not is_1904:
            return CellText(plain, f"is not a date: {plain}")
        has_time = self.has_time and (moment.hour or moment.minute or moment.second)
        text = moment.isoformat(" ", "seconds") if has_time else moment.date().isoformat()
        return date_text(text, shows_year=self.has_year)


def iso_text(value: str) -> str:
    """Return an ISO 8601 date as text, without a time if that is midnight."""
    date, _, time = value.partition("T")
    time = time.partition(".")[0].removesuffix("Z")
    return f"{date} {time}" if time.strip("0:") else date


def date_text(text: str, *, shows_year: bool) -> CellText:
    """Return a date, unless it has a year that nobody who looks at the sheet sees."""
    if shows_year:
        return CellText(text, note=f"dates are read as {text}")
    return CellText(text, f"the sheet shows a date without its year; the cell holds {text}")


def number_format(code: str) -> NumberFormat:
    """Return a number format by its code."""
    section, literal = _first_section(code)
    letters = _AM_PM.sub("h", section).lower()
    if "\0" in letters:
        return NumberFormat(code, _Kind.ELAPSED)
    has_time = "h" in letters or "s" in letters
    if _PLAIN.fullmatch(section) and not literal:
        is_padded = set(section) == {"0"} and len(section) > 1
        return NumberFormat(code, _Kind.PADDED if is_padded else _Kind.PLAIN, pattern=section)
    if "y" in letters or "d" in letters or ("m" in letters and not has_time):
        return NumberFormat(code, _Kind.DATE, has_year="y" in letters, has_time=has_time)
    if has_time:
        return NumberFormat(code, _Kind.TIME, has_time=True)
    shown = literal or section
    if _PADDED.fullmatch(shown) and not re.search(r"0\.0", shown):
        return NumberFormat(code, _Kind.PADDED, pattern=shown)
    return NumberFormat(code, _Kind.OTHER)


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
    whole = plain.lstrip("-").partition(".")[0]
    return _lost_digits(plain) if len(whole) > _MAX_DIGITS else ""


def _lost_digits(plain: str) -> str:
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
        literal = match["quoted"] or match["escaped"]
        if match["bracket"] is not None:
            if _ELAPSED.fullmatch(match["bracket"]):
                bare.append("\0")
        elif literal is not None:
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


def _moment(value: float, *, is_1904: bool) -> datetime:
    days, part = divmod(value, 1)
    epoch = _EPOCH_1904 if is_1904 else _EPOCH
    if not is_1904 and days < _LEAP_BUG:
        epoch += timedelta(days=1)
    return epoch + timedelta(days=days, seconds=round(part * _SECONDS))
