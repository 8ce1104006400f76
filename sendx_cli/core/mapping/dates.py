"""Birthdays: detecting the order of a column's dates, and converting them to YYYY-MM-DD."""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sendx_cli.errors import ColumnsRefused, InvalidValue

_MONTHS = 12
_DATE = re.compile(
    r"(?P<first>\d{1,4})(?P<mark>[-/. ])\s?(?P<second>\d{1,2})(?P=mark)\s?(?P<third>\d{1,4})\.?"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|UTC|[AaPp][Mm]|[+-]\d{2}:?\d{2})?)?\Z",
    re.ASCII,
)
_WITHOUT_YEAR = re.compile(r"(?:--)?\d{1,2}[-/. ]\d{1,2}\.?\Z", re.ASCII)
_YEAR_DIGITS = 4


class DateOrder(StrEnum):
    """The order of a date's parts."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"

    @property
    def example(self) -> str:
        """A date in this order."""
        return _EXAMPLES[self]


_EXAMPLES = {
    DateOrder.DMY: "31/12/1985",
    DateOrder.MDY: "12/31/1985",
    DateOrder.YMD: "1985-12-31",
}


@dataclass(frozen=True, slots=True)
class DatesSeen:
    """What is known so far of the dates of one column.

    Args:
        has_dates: Whether there was one with a year.
        has_yearless: Whether there was one without.
        ambiguous: One that could be read either way.
        day_first: One that must have the day first, because its first part is over 12.
        month_first: One that must have the month first.
    """

    has_dates: bool = False
    has_yearless: bool = False
    ambiguous: str | None = None
    day_first: str | None = None
    month_first: str | None = None

    def with_date(self, text: str) -> "DatesSeen":
        """Return what is known after one more cell, which is ignored if it is not a date."""
        if _WITHOUT_YEAR.match(text):
            return self if self.has_yearless else replace(self, has_yearless=True)
        match = _DATE.match(text)
        if match is None:
            return self
        seen = self if self.has_dates else replace(self, has_dates=True)
        if len(match["first"]) == _YEAR_DIGITS:
            return seen
        return _with_parts(seen, text, int(match["first"]), int(match["second"]))

    def order(self, column: str, default: DateOrder | None = None) -> DateOrder:
        """Return the column's order; `default` (a preset's) if no date determines it.

        Raises:
            ColumnsRefused: The dates contradict each other, are all ambiguous, or have no year.
        """
        if self.day_first and self.month_first:
            raise ColumnsRefused(
                f'the dates of column "{column}" have different orders: '
                f"{self.day_first} and {self.month_first}",
                hint="fix the column, or use --date-order; dates that do not fit are then errors",
            )
        if self.has_yearless and not self.has_dates:
            raise ColumnsRefused(
                f'the dates of column "{column}" have no year, which the API requires',
                hint=f"ignore the column: --ignore '{column}'",
            )
        return self._known_order() or default or self._only_order(column)

    def _known_order(self) -> DateOrder | None:
        if self.day_first:
            return DateOrder.DMY
        return DateOrder.MDY if self.month_first else None

    def _only_order(self, column: str) -> DateOrder:
        if self.ambiguous is None:
            return DateOrder.YMD
        raise ColumnsRefused(
            f'column "{column}" does not tell whether its dates begin with the day or the month, '
            f"as in {self.ambiguous}",
            hint="use --date-order dmy or --date-order mdy",
        )


def parse_birthday(text: str, order: DateOrder) -> str:
    """Return a date as YYYY-MM-DD; one that begins with its year has a fixed order.

    A time of day behind it, as in some exports, is dropped.

    Raises:
        InvalidValue: It is not a date, has no four-digit year, or is not in the calendar.
    """
    match = _DATE.match(text)
    if match is None:
        if _WITHOUT_YEAR.match(text):
            raise InvalidValue(f"a date without a year: {text}", hint="the API requires a year")
        raise InvalidValue(f"not a date: {text}", hint="write it as YYYY-MM-DD")
    year, month, day = _in_order(match["first"], match["second"], match["third"], order)
    if len(year) != _YEAR_DIGITS:
        raise InvalidValue(f"not a date in the order {order} (such as {order.example}): {text}")
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise InvalidValue(f"not a calendar date when read as {order}: {text}") from None


def _with_parts(seen: DatesSeen, text: str, first: int, second: int) -> DatesSeen:
    if first > _MONTHS >= second:
        return seen if seen.day_first else replace(seen, day_first=text)
    if second > _MONTHS >= first:
        return seen if seen.month_first else replace(seen, month_first=text)
    tells_nothing = first == second or first > _MONTHS or not first or not second
    return seen if tells_nothing or seen.ambiguous else replace(seen, ambiguous=text)


def _in_order(first: str, second: str, third: str, order: DateOrder) -> tuple[str, str, str]:
    if len(first) == _YEAR_DIGITS:
        return first, second, third
    if order is DateOrder.DMY:
        return third, second, first
    if order is DateOrder.MDY:
        return third, first, second
    return first, second, third
