from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.contact.validation import parse_field
from sendx_cli.errors import InvalidValue
from tests.values import identify, track

TODAY = date(2026, 1, 31)


def test_an_identify_carries_the_documented_members_without_empty_ones() -> None:
    """The body has the API's own names, in the documentation's order."""
    contact = identify(
        "Jane@Example.com",
        today=TODAY,
        new_email="jane@example.org",
        first_name="Jane",
        last_name="Doe",
        company="Acme",
        birthday="1990-02-28",
        fields=[("Plan", "pro"), ("visits", "++5")],
        tags=["vip", "new", "vip"],
        lists=["list_0123456789abcdefABCDEF"],
    )
    assert contact.payload == {
        "email": "Jane@example.com",
        "newEmail": "jane@example.org",
        "firstName": "Jane",
        "lastName": "Doe",
        "company": "Acme",
        "birthday": "1990-02-28",
        "customFields": {"Plan": "pro", "visits": "++5"},
        "tags": ["vip", "new"],
        "lists": ["list_0123456789abcdefABCDEF"],
    }
    assert identify("a@b.co", today=TODAY).payload == {"email": "a@b.co"}


def test_a_track_carries_only_the_tags_it_names() -> None:
    """An empty side is left out."""
    assert track("a@b.co", add_tags=["x", "x"]).payload == {
        "email": "a@b.co",
        "addTags": ["x"],
    }
    assert track("a@b.co", remove_tags=["y"]).payload == {
        "email": "a@b.co",
        "removeTags": ["y"],
    }


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"first_name": " "}, "first name is empty"),
        ({"first_name": "x" * 256}, "first name is 256 characters long, at most 255 are allowed"),
        ({"last_name": "a\x00b"}, "last name contains the control character U+0000"),
        ({"company": "\udc80"}, "company is not valid Unicode text"),
        ({"birthday": "1.2.1990"}, "birthday is not a date of the form YYYY-MM-DD: 1.2.1990"),
        ({"birthday": "1990-02-30"}, "birthday is not a calendar date: 1990-02-30"),
        ({"birthday": "2026-02-01"}, "birthday is in the future: 2026-02-01"),
        ({"fields": [("", "x")]}, "the name of a custom field is empty"),
        ({"fields": [("Plan", "")]}, "custom field Plan is empty"),
        ({"fields": [("Plan", "a"), ("Plan", "b")]}, "custom field Plan is given twice"),
        ({"tags": [""]}, "tag is empty"),
        ({"lists": [" "]}, "list is empty"),
        ({"new_email": "bob"}, 'not an address, it has no "@": bob'),
    ],
)
def test_names_the_value_that_cannot_be_sent(members: dict[str, Any], message: str) -> None:
    """Each check has a message that names the value."""
    with pytest.raises(InvalidValue) as caught:
        identify("a@b.co", today=TODAY, **members)
    assert caught.value.message == message


def test_a_tag_on_both_sides_or_on_neither_is_refused() -> None:
    """Such a track would do nothing, or nobody knows what."""
    with pytest.raises(InvalidValue) as caught:
        track("a@b.co", add_tags=["x"], remove_tags=["y", "x"])
    assert caught.value.message == "tag x is both added and removed"
    with pytest.raises(InvalidValue) as caught:
        track("a@b.co")
    assert caught.value.message == "no tag to add or remove"


@pytest.mark.parametrize(("value", "counts"), [("++5", True), ("--5", True), ("+5", False)])
def test_only_a_counting_field_makes_an_identify_unrepeatable(value: str, counts: bool) -> None:
    """`++` and `--` change the contact again each time they arrive."""
    contact = identify("a@b.co", today=TODAY, fields=[("visits", value)])
    assert (contact.counts_twice, contact.is_repeatable) == (counts, not counts)


@pytest.mark.parametrize(
    ("new_email", "is_repeatable"), [("x@b.co", False), ("A@b.co", True), (None, True)]
)
def test_a_change_of_address_is_unrepeatable(new_email: str | None, is_repeatable: bool) -> None:
    """Once it is made, nobody is left at the old address: identify would create somebody there."""
    contact = identify("a@b.co", today=TODAY, new_email=new_email)
    assert (contact.counts_twice, contact.is_repeatable) == (False, is_repeatable)


def test_a_field_is_split_at_its_first_equals_sign() -> None:
    """A value may hold further ones."""
    assert parse_field("Formula=a=b") == ("Formula", "a=b")
    with pytest.raises(InvalidValue):
        parse_field("Formula")


@given(st.text(min_size=1, max_size=40))
def test_any_text_is_sent_unchanged_or_refused(text: str) -> None:
    """No check alters a value."""
    try:
        contact = identify("a@b.co", today=TODAY, first_name=text, tags=[text])
    except InvalidValue:
        return
    assert contact.payload == {"email": "a@b.co", "firstName": text, "tags": [text]}
