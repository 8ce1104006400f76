"""The one list of a contact's members, from options and cells to the request's body.

A new member of the API is a line of `MEMBERS` and a value of `ContactValues`; `Target` has the
column it can be read from, and the commands have its option.
"""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from sendx_cli.core.contact import validation
from sendx_cli.core.contact.address import parse_address

IDENTIFY = "identify"
TRACK = "track"
Pairs = tuple[tuple[str, str], ...]


class Kind(Enum):
    """The type of a member's value."""

    ADDRESS = "address"
    TEXT = "text"
    DATE = "date"
    FIELDS = "custom fields"
    TAGS = "tags"
    LISTS = "lists"


class Member(NamedTuple):
    """One member of a contact.

    Args:
        name: Its name in `ContactValues`, in `--map` and in headers.
        api_name: Its name in a request's body.
        noun: Its name in messages.
        kind: The type of its value.
        option: Its option; empty for the address, which is an argument.
    """

    name: str
    api_name: str
    noun: str
    kind: Kind
    option: str = ""

    @property
    def is_single(self) -> bool:
        """Whether it is one text, so that a row's own value replaces an option's."""
        return self.kind in _SINGLE


_SINGLE = frozenset({Kind.ADDRESS, Kind.TEXT, Kind.DATE})
_EMAIL = Member("email", "email", "email", Kind.ADDRESS)
MEMBERS: Mapping[str, tuple[Member, ...]] = {
    IDENTIFY: (
        _EMAIL,
        Member("new_email", "newEmail", "new email", Kind.ADDRESS, "--new-email"),
        Member("first_name", "firstName", "first name", Kind.TEXT, "--first-name"),
        Member("last_name", "lastName", "last name", Kind.TEXT, "--last-name"),
        Member("company", "company", "company", Kind.TEXT, "--company"),
        Member("birthday", "birthday", "birthday", Kind.DATE, "--birthday"),
        Member("fields", "customFields", "custom field", Kind.FIELDS, "--field"),
        Member("tags", "tags", "tag", Kind.TAGS, "--add-tag"),
        Member("lists", "lists", "list", Kind.LISTS, "--list"),
    ),
    TRACK: (
        _EMAIL,
        Member("add_tags", "addTags", "tag to add", Kind.TAGS, "--add-tag"),
        Member("remove_tags", "removeTags", "tag to remove", Kind.TAGS, "--remove-tag"),
    ),
}
"""By action, in the order of the API's documentation: POST /contact/identify, /contact/track."""


class ContactValues(NamedTuple):
    """The values of a contact, from options, a row or both. None of them is an empty text.

    A tuple, because a frozen dataclass of so many members takes 3 µs to make: 3 s for a million.
    """

    email: str = ""
    new_email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    birthday: str | None = None
    fields: Pairs = ()
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()

    def over(self, defaults: "ContactValues") -> "ContactValues":
        """Return these values, completed by the defaults for every contact.

        A single value or custom field of its own wins; tags and lists are added.
        """
        return ContactValues(*map(_joined, self, defaults))


_PLACES = {
    action: tuple((member, ContactValues._fields.index(member.name)) for member in members)
    for action, members in MEMBERS.items()
}


def checked(action: str, values: ContactValues, *, today: date) -> dict[str, Any]:
    """Return the values of an action's members, each as it can be sent.

    Raises:
        InvalidValue: One of them cannot be sent.
    """
    found: dict[str, Any] = {}
    for member, place in _PLACES[action]:
        value = values[place]
        if value or value == "":
            found[member.name] = check_value(member, value, today=today)
    return found


def check_value(member: Member, value: Any, *, today: date) -> Any:  # noqa: ANN401 - any member's
    """Return a member's value as it can be sent.

    Args:
        member: The member.
        value: Its value in `ContactValues`.
        today: The current day; no birthday may be after it.

    Raises:
        InvalidValue: It cannot be sent.
    """
    kind = member.kind
    if kind is Kind.TEXT:
        return validation.check_text(member.noun, value)
    if kind is Kind.TAGS:
        return validation.check_tags(member.noun, value)
    if kind is Kind.ADDRESS:
        return validation.check_text(member.noun, parse_address(value))
    if kind is Kind.FIELDS:
        return validation.check_fields(value)
    if kind is Kind.LISTS:
        return validation.check_lists(value)
    return validation.check_birthday(value, today=today)


def payload_of(action: str, values: ContactValues) -> dict[str, object]:
    """Return the JSON body: the action's members that are not empty, by the API's names."""
    return {
        member.api_name: _written(member.kind, value)
        for member, place in _PLACES[action]
        if (value := values[place])
    }


def values_in(action: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a body was made of: the inverse of `payload_of`."""
    return {
        member.name: _read(member.kind, payload[member.api_name])
        for member in MEMBERS[action]
        if member.api_name in payload
    }


def _joined(own: Any, default: Any) -> Any:  # noqa: ANN401 - values of any member
    if not default or not own:
        return own or default
    if isinstance(own, str):
        return own
    if isinstance(own[0], str):
        return own + default
    names = {name for name, _ in own}
    return own + tuple(field for field in default if field[0] not in names)


def _written(kind: Kind, value: Any) -> object:  # noqa: ANN401 - any member's
    if isinstance(value, str):
        return value
    return dict(value) if kind is Kind.FIELDS else list(value)


def _read(kind: Kind, value: Any) -> object:  # noqa: ANN401 - any member's
    if isinstance(value, str):
        return value
    return tuple(value.items()) if kind is Kind.FIELDS else tuple(value)
