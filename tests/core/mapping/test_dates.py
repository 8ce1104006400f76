from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.mapping.dates import DateOrder, DatesSeen, parse_birthday
from sendx_cli.errors import InvalidValue

_FORMATS = {DateOrder.DMY: "%d/%m/%Y", DateOrder.MDY: "%m/%d/%Y", DateOrder.YMD: "%Y/%m/%d"}


def _seen(*texts: str) -> DatesSeen:
    seen = DatesSeen()
    for text in texts:
        seen = seen.with_date(text)
    return seen


@given(
    st.lists(st.dates(min_value=date(1900, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(DateOrder),
)
def test_never_reads_a_column_in_a_wrong_order(days: list[date], order: DateOrder) -> None:
    """Whatever the dates, either the column is read as it was written or the order is asked for."""
    texts = [day.strftime(_FORMATS[order]) for day in days]
    try:
        found = _seen(*texts).order("dob")
    except InvalidValue:
        assert order is not DateOrder.YMD
        assert all(day.day <= 12 for day in days)
        return
    if order is DateOrder.YMD or any(day.day > 12 for day in days):
        assert [parse_birthday(text, found) for text in texts] == [day.isoformat() for day in days]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["31.12.1985", "01.02.1990"], DateOrder.DMY),
        (["12-31-1985"], DateOrder.MDY),
        (["1985-12-31", "1985-01-02T00:00:00Z"], DateOrder.YMD),
        ([], DateOrder.YMD),
        (["13/12/1985"], DateOrder.DMY),
        (["12/13/1985"], DateOrder.MDY),
        (["31.12", "31.12.1985"], DateOrder.DMY),
        (["05/05/1985"], DateOrder.YMD),
        (["13/14/1985"], DateOrder.YMD),
        (["00/05/1985"], DateOrder.YMD),
        (["05/00/1985"], DateOrder.YMD),
    ],
)
def test_reads_the_order_off_the_column(texts: list[str], order: DateOrder) -> None:
    """A first or second part over 12 decides for all; what reads alike or never asks nothing."""
    assert _seen(*texts).order("dob") is order


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["03/04/1985"], "does not tell whether its dates begin with the day or the month"),
        (["12/05/1985"], "begin with the day or the month, as in 12/05/1985"),
        (["05/12/1985"], "begin with the day or the month, as in 05/12/1985"),
        (["31/12/1985", "12/31/1985"], "have different orders: 31/12/1985 and 12/31/1985"),
        (["12/31", "--02-03"], "have no year, which the API requires"),
    ],
)
def test_asks_where_the_column_does_not_tell(texts: list[str], message: str) -> None:
    """Neither order is taken by chance."""
    with pytest.raises(InvalidValue, match=message):
        _seen(*texts).order("dob")


def test_takes_a_presets_order_only_where_the_dates_do_not_tell() -> None:
    """What the dates show wins over what the export is known for."""
    assert _seen("03/04/1985").order("dob", DateOrder.MDY) is DateOrder.MDY
    assert _seen("13/04/1985").order("dob", DateOrder.MDY) is DateOrder.DMY


@pytest.mark.parametrize(
    ("order", "example"),
    [
        (DateOrder.YMD, "1985-12-31"),
        (DateOrder.DMY, "31/12/1985"),
        (DateOrder.MDY, "12/31/1985"),
    ],
)
def test_a_date_in_another_order_is_told_the_one_of_its_column(
    order: DateOrder, example: str
) -> None:
    """With a date that can be read in that order."""
    assert parse_birthday(example, order) == "1985-12-31"
    with pytest.raises(InvalidValue) as refused:
        parse_birthday("31.31.85", order)
    assert refused.value.message == f"not a date in the order {order} (such as {example}): 31.31.85"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12/31", "a date without a year: 12/31"),
        ("0/0/00", "not a date in the order dmy (such as 31/12/1985): 0/0/00"),
        ("1/2/85", "not a date in the order dmy (such as 31/12/1985): 1/2/85"),
        ("soon", "not a date: soon"),
        ("30/02/1985", "not a calendar date when read as dmy: 30/02/1985"),
        ("01/02-1985", "not a date: 01/02-1985"),
        ("0\u0661/02/1985", "not a date: 0\u0661/02/1985"),
    ],
)
def test_refuses_what_is_no_full_date(text: str, message: str) -> None:
    """A century or a month is not guessed."""
    with pytest.raises(InvalidValue) as refused:
        parse_birthday(text, DateOrder.DMY)
    assert refused.value.message == message
