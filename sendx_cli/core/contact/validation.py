"""Validating a contact's values before anything is sent."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from sendx_cli.errors import InvalidValue

MAX_TEXT_LENGTH = 255
"""Characters; documented for `email`, `firstName`, `lastName` and `company`."""

_LIST_ID = re.compile(r"list_[A-Za-z0-9]{22}\Z")
_BIRTHDAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_COUNTING = ("++", "--")


def check_text(name: str, text: str, *, max_length: int | None = MAX_TEXT_LENGTH) -> str:
    """Return `text` if it can be sent as the value called `name`.

    Raises:
        InvalidValue: It is blank, too long, or has characters that must not be sent.
    """
    if not text or text.isspace():
        raise InvalidValue(
            f"{name} is empty", hint="leave it out: what is not given stays unchanged"
        )
    if max_length is not None and len(text) > max_length:
        raise InvalidValue(
            f"{name} is {len(text)} characters long, at most {max_length} are allowed"
        )
    if not text.isprintable():
        _refuse_unsendable(name, text)
    return text


def check_birthday(text: str, *, today: date) -> str:
    """Return a birthday of the form YYYY-MM-DD.

    Raises:
        InvalidValue: It has another form, is not in the calendar, or is after `today`.
    """
    if not _BIRTHDAY.match(text):
        raise InvalidValue(f"birthday is not a date of the form YYYY-MM-DD: {text}")
    try:
        birthday = date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(f"birthday is not a calendar date: {text}") from None
    if birthday > today:
        raise InvalidValue(f"birthday is in the future: {text}")
    return text


def check_tags(name: str, tags: Iterable[str]) -> tuple[str, ...]:
    """Return the tags, each once, in the order given.

    Raises:
        InvalidValue: A tag is blank or has characters that must not be sent.
    """
    return tuple(dict.fromkeys(check_text(name, tag, max_length=None) for tag in tags))


def check_lists(lists: Iterable[str]) -> tuple[str, ...]:
    """Return the ids or names of lists, each once, in the order given.

    Only the account tells which id a name stands for, and which lists there are.

    Raises:
        InvalidValue: One is blank or has characters that must not be sent.
    """
    return tuple(dict.fromkeys(check_text("list", one, max_length=None) for one in lists))


def is_list_id(text: str) -> bool:
    """Return whether it has the form of a list's id: `list_` and 22 letters or digits."""
    return _LIST_ID.match(text) is not None


def check_fields(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return custom fields as (name, value) pairs in the order given.

    Raises:
        InvalidValue: A name or value is blank or cannot be sent, or a name is given twice.
    """
    checked: dict[str, str] = {}
    for name, value in fields:
        check_text("the name of a custom field", name, max_length=None)
        if name in checked:
            raise InvalidValue(f"custom field {name} is given twice")
        checked[name] = check_text(f"custom field {name}", value, max_length=None)
    return tuple(checked.items())


def parse_field(text: str) -> tuple[str, str]:
    """Split `NAME=VALUE` at its first `=`.

    Raises:
        InvalidValue: There is no `=`.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidValue(f"--field must be NAME=VALUE, not {text}")
    return name, value


def counts(value: str) -> bool:
    """Return whether a custom field's value adds to or subtracts from the stored one."""
    return value.startswith(_COUNTING)


def _refuse_unsendable(name: str, text: str) -> None:
    for character in text:
        category = unicodedata.category(character)
        if category == "Cs":
            raise InvalidValue(f"{name} is not valid Unicode text")
        if category == "Cc" and character not in "\t\n\r":
            raise InvalidValue(f"{name} contains the control character U+{ord(character):04X}")
