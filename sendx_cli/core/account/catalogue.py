"""The tags, custom fields and lists of an account, and whose it is.

Members are read leniently: what is not as documented is left out, and counts as not known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from sendx_cli.core.account.paging import Item

TAGS, FIELDS, LISTS, MEMBERS = "/tag", "/customfield", "/list", "/team/member"
"""Paths of the collections that a catalogue is made of."""

LIST_PREFIX = "list_"
_FIELD_PREFIXES = ("custom_field_", "field_")
_DOUBLE_OPT_IN = 1


class FieldType(IntEnum):
    """The type of a custom field (GET /customfield)."""

    TEXT = 0
    NUMBER = 1
    DATE = 2
    BOOLEAN = 3
    PHONE = 4


class CustomField(NamedTuple):
    """A custom field of the account.

    Args:
        name: Its name.
        type: Its type; None if the service names one that is not documented.
    """

    name: str
    type: FieldType | None


class ContactList(NamedTuple):
    """A list of the account.

    Args:
        id: Its id, as identify takes it.
        name: Its name.
        is_double_opt_in: Whether its members get a mail to confirm.
    """

    id: str
    name: str
    is_double_opt_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The names of an account.

    Args:
        tags: Names by id.
        fields: By what `field_key` makes of their id.
        lists: By id.
        members: Addresses of the team's first members.
        problems: Why a collection could not be read to its end, by its path (`/tag`, ...): what
            is not in it may be there all the same.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, CustomField] = field(default_factory=dict)
    lists: Mapping[str, ContactList] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def knows_all_tags(self) -> bool:
        """Whether the tags were read to their end: one that is not here would be created."""
        return TAGS not in self.problems

    @property
    def knows_all_fields(self) -> bool:
        """Whether the fields were read to their end: one that is not here would be created."""
        return FIELDS not in self.problems

    @property
    def knows_all_lists(self) -> bool:
        """Whether the lists were read to their end: one that is not here is not there."""
        return LISTS not in self.problems

    @property
    def tag_names(self) -> frozenset[str]:
        """The names of its tags."""
        return frozenset(self.tags.values())

    @property
    def field_types(self) -> dict[str, FieldType]:
        """The types of its custom fields by name, where they are known."""
        types: dict[str, set[FieldType | None]] = {}
        for one in self.fields.values():
            types.setdefault(one.name, set()).add(one.type)
        return {
            name: kind for name, (kind, *others) in types.items() if kind is not None and not others
        }

    @property
    def fields_by_name(self) -> dict[str, CustomField]:
        """Its custom fields by name."""
        return {one.name: one for one in self.fields.values()}

    def lists_named(self, name: str) -> list[ContactList]:
        """Return the lists of this name."""
        return [one for one in self.lists.values() if one.name == name]


def field_key(field_id: str) -> str | None:
    """Return what the ids of one custom field have in common; None if it is no such id.

    GET /customfield names it `custom_field_X`, contacts name it `field_X`.
    """
    for prefix in _FIELD_PREFIXES:
        if field_id.startswith(prefix):
            return field_id.removeprefix(prefix)
    return None


def are_understood(path: str, items: Iterable[Item]) -> bool:
    """Return whether each member of a collection is one of which the catalogue can tell the name.

    Where one is not, nothing can be said to be missing.
    """
    if path == MEMBERS:
        return True
    return all(
        _is_named(item) and (path != FIELDS or field_key(item["id"]) is not None) for item in items
    )


def tags_in(items: Iterable[Item]) -> dict[str, str]:
    """Return the names of tags by id (GET /tag)."""
    return {item["id"]: item["name"] for item in items if _is_named(item)}


def fields_in(items: Iterable[Item]) -> dict[str, CustomField]:
    """Return custom fields by key (GET /customfield)."""
    found: dict[str, CustomField] = {}
    for item in items:
        key = field_key(item["id"]) if _is_named(item) else None
        if key is not None:
            found[key] = CustomField(item["name"], _type_in(item.get("type")))
    return found


def lists_in(items: Iterable[Item]) -> dict[str, ContactList]:
    """Return lists by id (GET /list)."""
    return {
        item["id"]: ContactList(item["id"], item["name"], item.get("type") == _DOUBLE_OPT_IN)
        for item in items
        if _is_named(item)
    }


def members_in(items: Iterable[Item]) -> tuple[str, ...]:
    """Return the addresses of team members (GET /team/member)."""
    return tuple(item["email"] for item in items if isinstance(item.get("email"), str))


def _is_named(item: Item) -> bool:
    return isinstance(item.get("id"), str) and isinstance(item.get("name"), str)


def _type_in(value: object) -> FieldType | None:
    if isinstance(value, bool) or not isinstance(value, int) or value not in list(FieldType):
        return None
    return FieldType(value)
