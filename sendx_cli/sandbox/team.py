"""What a team has beside its contacts: tags, typed custom fields, lists and members."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from sendx_cli.sandbox.ids import public_id

MAX_TEXT_LENGTH = 255
"""Characters; documented for addresses, names, company and fields of type text."""
OWNER = "owner@sandbox.invalid"
"""The one member of a team that was given none."""

_NUMBER = re.compile(r"-?\d{1,100}(?:\.\d{1,100})?\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_PHONE = re.compile(r"\+(?:[ ().-]*\d){7,15}\Z", re.ASCII)


class FieldType(IntEnum):
    """The types of custom fields, under the API's numbers."""

    TEXT = 0
    NUMBER = 1
    DATE = 2
    BOOLEAN = 3
    PHONE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag.

    Args:
        number: Its row, from which its id follows.
        created: UTC, in the API's form.
    """

    number: int
    name: str
    created: str

    @property
    def id(self) -> str:
        """The id by which contacts hold it."""
        return tag_id(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A custom field; `number` is its row, from which its ids follow."""

    number: int
    name: str
    type: FieldType
    description: str

    @property
    def id(self) -> str:
        """The id under which the field itself is listed."""
        return f"custom_field_{public_id('field', self.number)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactList:
    """A list; whoever joins one with double opt-in is mailed to confirm."""

    id: str
    name: str
    is_double_opt_in: bool
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the team; `number` is its row, from which its id follows."""

    number: int
    email: str
    full_name: str
    created: str


def tag_id(number: int) -> str:
    """Return the public id of a tag."""
    return f"tag_{public_id('tag', number)}"


def field_key(number: int) -> str:
    """Return what a field is called in a contact: another prefix than in its own id."""
    return f"field_{public_id('field', number)}"


def is_number(text: str) -> bool:
    """Return whether a text is an integer or a decimal, as it stands."""
    return bool(_NUMBER.match(text))


def is_day(text: str) -> bool:
    """Return whether a text is a day of the calendar, `YYYY-MM-DD`."""
    if not _DAY.match(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def misfit(value: str, field_type: FieldType) -> str | None:
    """Return what a field of a type must hold, where a value is something else.

    No value fits but text where it is empty: the API knows no way to clear a field.
    """
    fits, what = _RULES[field_type]
    return None if fits(value) else what


_RULES: Mapping[FieldType, tuple[Callable[[str], bool], str]] = {
    FieldType.TEXT: (
        lambda text: len(text) <= MAX_TEXT_LENGTH,
        f"not be longer than {MAX_TEXT_LENGTH} characters",
    ),
    FieldType.NUMBER: (is_number, "be a number"),
    FieldType.DATE: (is_day, "be a date (YYYY-MM-DD)"),
    FieldType.BOOLEAN: (lambda text: text in {"true", "false"}, "be true or false"),
    FieldType.PHONE: (
        lambda text: bool(_PHONE.match(text)),
        "be a phone number in international format (+...)",
    ),
}
