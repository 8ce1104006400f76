import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.catalogue import FieldType
from sendx_cli.core.account.field_values import field_value
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.errors import InvalidValue

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)
ORDERS = st.sampled_from(DateOrder)
WRITTEN = {DateOrder.DMY: "%d.%m.%Y", DateOrder.MDY: "%m/%d/%Y", DateOrder.YMD: "%Y-%m-%d"}


def taken_or_refused(kind: FieldType, text: str, order: DateOrder) -> str | InvalidValue:
    try:
        return field_value("F", kind, text, order)
    except InvalidValue as error:
        return error


@given(st.sampled_from(FieldType), TEXTS, ORDERS)
def test_a_value_that_is_taken_is_the_same_unless_it_is_a_date(
    kind: FieldType, text: str, order: DateOrder
) -> None:
    """Taken again it does not change; refused, the message ends in it, and the hint helps."""
    found = taken_or_refused(kind, text, order)
    if isinstance(found, InvalidValue):
        assert found.message.startswith("custom field F ")
        assert found.message.endswith(f": {text}")
        assert found.hint
    else:
        assert found == text or kind is FieldType.DATE
        assert field_value("F", kind, found, order) == found


@given(st.dates(date(1000, 1, 1)), ORDERS)
def test_a_date_in_its_order_is_the_day_that_was_written(day: date, order: DateOrder) -> None:
    """As YYYY-MM-DD; one of that form has no other order."""
    written = day.strftime(WRITTEN[order])
    assert field_value("F", FieldType.DATE, written, order) == day.isoformat()
    assert field_value("F", FieldType.DATE, day.isoformat(), order) == day.isoformat()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_numbers_are_taken_and_count(number: Decimal) -> None:
    """Integers and decimals, with or without the sign to count by."""
    text = f"{number:f}"
    for written in (text, f"++{text}", f"--{text}"):
        assert field_value("F", FieldType.NUMBER, written, DateOrder.YMD) == written


@given(TEXTS)
def test_text_is_taken_up_to_its_length(text: str) -> None:
    """255 characters, unless it counts."""
    if text.startswith(("++", "--")) or len(text) > 255:
        with pytest.raises(InvalidValue):
            field_value("F", FieldType.TEXT, text, DateOrder.YMD)
    else:
        assert field_value("F", FieldType.TEXT, text, DateOrder.YMD) == text


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (FieldType.NUMBER, ["", "1e5", "+5", "1,5", "1 000", "٣", "5\n", "++", "++-", "--x"]),
        (FieldType.DATE, ["tomorrow", "2026-02-30", "24.12.", "24.12.26", "++1", "2026-01-01x"]),
        (FieldType.BOOLEAN, ["TRUE", "yes", "1", "true ", "true\n", "++true"]),
        (FieldType.PHONE, ["0151 1234567", "+49", "+49151123456789012", "+1 555 CALL NOW", "++49"]),
        (FieldType.TEXT, ["x" * 256, "++1", "--1"]),
    ],
)
def test_what_a_field_does_not_take(kind: FieldType, texts: list[str]) -> None:
    """Each is named in the message."""
    for text in texts:
        with pytest.raises(InvalidValue, match=re.escape(f": {text}") + r"\Z"):
            field_value("F", kind, text, DateOrder.DMY)
