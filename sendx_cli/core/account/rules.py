"""What an account makes of a contact before it is sent: ids for the names of lists, values checked.

A contact that the account would not take as it is meant becomes a `Fault`, which names the member
to blame: whoever read it from a file knows the column.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from sendx_cli.core.account.catalogue import FIELDS, LISTS, TAGS, Catalogue
from sendx_cli.core.account.field_values import field_value
from sendx_cli.core.account.known_names import KnownNames
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.contact.members import Pairs
from sendx_cli.core.contact.validation import is_list_id
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.errors import AccountUnread, InvalidValue

_NOUNS = {TAGS: "tags", FIELDS: "custom fields", LISTS: "lists"}
_COLLECTIONS = {Identify.action: (TAGS, FIELDS, LISTS), Track.action: (TAGS,)}
_MAX_LISTS_KEPT = 4096
_LIST_ID = "a list id is list_ and 22 letters or digits"


class Fault(NamedTuple):
    """Why the account does not take a contact.

    Args:
        message: What is wrong; it ends in the value.
        hint: What to do about it.
        member: The member to blame, by its name in `ContactValues`.
        field: The custom field to blame, if it is one.
    """

    message: str
    hint: str | None
    member: str
    field: str | None = None


class ContactRules(Protocol):
    """What makes of a checked contact the one that is sent."""

    def apply(self, contact: Contact) -> Contact | Fault:
        """Return the contact that is sent, or why it cannot be.

        Raises:
            AccountUnread: It needs a part of the account that could not be read.
        """


class NoRules:
    """Lets every contact through: for those whose account is read later."""

    def apply(self, contact: Contact) -> Contact | Fault:
        """Return the contact."""
        return contact


class WithoutAccount:
    """The rules where no account is read: lists are known by their ids alone.

    Args:
        why: Why it is not read.
    """

    def __init__(self, why: str) -> None:
        self._why = why

    def apply(self, contact: Contact) -> Contact | Fault:
        """Return the contact, unless it names a list."""
        if isinstance(contact, Identify):
            for name in contact.lists:
                if not is_list_id(name):
                    hint = f"{_LIST_ID}; finding it by name needs the account, {self._why}"
                    return Fault(f"not a list id: {name}", hint, "lists")
        return contact


class AccountRules:
    """The rules of an account that was read.

    Args:
        catalogue: What it holds.
        action: `identify` or `track`.
        existing_only: Whether what would create a tag or a custom field is refused.
        date_orders: The order of dates, by the custom field's name.
        usual_order: The order of all other dates that do not begin with their year.

    Raises:
        AccountUnread: Only existing names are to be used, and not all of them could be read.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        action: str,
        *,
        existing_only: bool = False,
        date_orders: Mapping[str, DateOrder] | None = None,
        usual_order: DateOrder = DateOrder.YMD,
    ) -> None:
        self._catalogue = catalogue
        self._date_orders = date_orders or {}
        self._usual_order = usual_order
        self._types = catalogue.field_types
        self._list_names = KnownNames(one.name for one in catalogue.lists.values())
        self._lists_found: dict[str, str | Fault] = {}
        self._tags: KnownNames | None = None
        self._fields: KnownNames | None = None
        if existing_only:
            refuse_unread(catalogue, action)
            self._tags = KnownNames(catalogue.tag_names)
            self._fields = KnownNames(one.name for one in catalogue.fields.values())

    def apply(self, contact: Contact) -> Contact | Fault:
        """Return the contact that is sent, or why it cannot be.

        Raises:
            AccountUnread: It names a list, and not all lists could be read.
        """
        if not isinstance(contact, Identify):
            return self._new_tag(contact.add_tags, "add_tags") or contact
        if fault := self._new_tag(contact.tags, "tags"):
            return fault
        lists = self._list_ids(contact.lists) if contact.lists else ()
        if isinstance(lists, Fault):
            return lists
        fields = self._field_values(contact.fields) if contact.fields else ()
        if isinstance(fields, Fault):
            return fields
        if lists == contact.lists and fields == contact.fields:
            return contact
        return contact._replace(lists=lists, fields=fields)

    def _new_tag(self, tags: tuple[str, ...], member: str) -> Fault | None:
        if self._tags is None or self._tags.all.issuperset(tags):
            return None
        name = next(tag for tag in tags if tag not in self._tags.all)
        return Fault(f"would create tag: {name}", _existing(self._tags.nearest(name)), member)

    def _list_ids(self, names: tuple[str, ...]) -> tuple[str, ...] | Fault:
        found: dict[str, None] = {}
        for name in names:
            if name not in self._lists_found:
                if len(self._lists_found) >= _MAX_LISTS_KEPT:
                    self._lists_found.clear()
                self._lists_found[name] = self._list_id(name)
            one = self._lists_found[name]
            if isinstance(one, Fault):
                return one
            found[one] = None
        return tuple(found)

    def _list_id(self, name: str) -> str | Fault:
        catalogue = self._catalogue
        is_complete = catalogue.knows_all_lists
        if is_list_id(name) and (not is_complete or name in catalogue.lists):
            return name
        if not is_complete:
            raise AccountUnread(
                f'list "{name}" cannot be looked up, as lists could not be read: '
                f"{catalogue.problems[LISTS]}",
                hint="run it again, or use the id of the list",
            )
        named = catalogue.lists_named(name)
        if len(named) == 1:
            return named[0].id
        if named:
            ids = " or ".join(one.id for one in named)
            return Fault(
                f"several lists have this name: {name}", f"use one of their ids: {ids}", "lists"
            )
        hint = _did_you_mean(self._list_names.nearest(name))
        return Fault(f"no such list: {name}", hint, "lists")

    def _field_values(self, fields: Pairs) -> Pairs | Fault:
        values: list[tuple[str, str]] = []
        for name, text in fields:
            if self._fields is not None and name not in self._fields.all:
                near = self._fields.nearest(name)
                return Fault(f"would create custom field: {name}", _existing(near), "fields", name)
            kind = self._types.get(name)
            if kind is None:
                values.append((name, text))
                continue
            order = self._date_orders.get(name, self._usual_order)
            try:
                values.append((name, field_value(name, kind, text, order)))
            except InvalidValue as error:
                return Fault(error.message, error.hint, "fields", name)
        return tuple(values)


def refuse_unread(catalogue: Catalogue, action: str) -> None:
    """Refuse an account whose tags or custom fields could not be read to their ends.

    Args:
        catalogue: What could be read.
        action: What is to be sent: a track names no custom fields.

    Raises:
        AccountUnread: What would be created cannot be told.
    """
    needed = {path: _NOUNS[path] for path in _COLLECTIONS[action] if path != LISTS}
    for path, noun in needed.items():
        if path in catalogue.problems:
            raise AccountUnread(
                f"--existing-only: {noun} could not be read: {catalogue.problems[path]}",
                hint="run it again, or remove --existing-only",
            )


def not_compared(catalogue: Catalogue, action: str) -> str | None:
    """Return why the account cannot be compared with what is to be sent, or not all of it.

    Args:
        catalogue: What could be read.
        action: What is to be sent.
    """
    problems = {
        path: catalogue.problems[path]
        for path in _COLLECTIONS[action]
        if path in catalogue.problems
    }
    reasons = list(dict.fromkeys(problems.values()))
    if len(reasons) == 1 and len(problems) == len(_COLLECTIONS[action]):
        return reasons[0]
    return "; ".join(f"{_NOUNS[path]}: {reason}" for path, reason in problems.items()) or None


def _existing(near: str | None) -> str:
    return _did_you_mean(near) or "--existing-only accepts only those that exist"


def _did_you_mean(near: str | None) -> str | None:
    return None if near is None else f'did you mean "{near}"?'
