"""The account file: the team that a sandbox begins with, in JSON, by names instead of ids.

All of it may be left out, save what names a thing (`name`, `email`):

    {"members": ["jane@example.com", {"email": "joe@example.com", "fullName": "Joe Doe"}],
     "tags": ["vip"],
     "fields": [{"name": "Points", "type": "number", "description": "Since 2020"}],
     "lists": [{"name": "Newsletter", "double_opt_in": true}],
     "contacts": [{"email": "ann@example.com", "firstName": "Ann", "lastName": "Lee",
                   "company": "Example Ltd", "birthday": "1990-01-31", "tags": ["vip"],
                   "lists": ["Newsletter"], "customFields": {"Points": "5"},
                   "unsubscribed": true}]}

Types are `text` (where none is given), `number`, `date`, `boolean` and `phone`. A contact may be
`unsubscribed`, `bounced`, `spam`, `blocked` or `dropped`. Tags and fields that only contacts name
are created, fields as text; a list has to be named under `lists`, where it may be given the `id`
that it has in another account.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from sendx_cli.core.contact.address import contact_key
from sendx_cli.errors import FileRefused, InvalidValue, reason_of
from sendx_cli.sandbox.bodies import LIST_ID, is_address
from sendx_cli.sandbox.rules import Record
from sendx_cli.sandbox.shapes import FLAGS
from sendx_cli.sandbox.team import MAX_TEXT_LENGTH, FieldType, is_day, misfit

_TYPES: Final[Mapping[str, FieldType]] = {kind.name.lower(): kind for kind in FieldType}
_TEXTS = ("firstName", "lastName", "company", "birthday")
_ACCOUNT = ("members", "tags", "fields", "lists", "contacts")
_Part = TypeVar("_Part")
_CONTACT = ("email", *_TEXTS, "tags", "lists", "customFields", *FLAGS)


@dataclass(frozen=True, slots=True)
class GivenMember:
    """A member of the team."""

    email: str
    full_name: str


@dataclass(frozen=True, slots=True)
class GivenField:
    """A custom field."""

    name: str
    type: FieldType
    description: str


@dataclass(frozen=True, slots=True)
class GivenList:
    """A list; without an id it is given one."""

    name: str
    is_double_opt_in: bool
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A team; `contacts` have the names of their lists, not the ids."""

    members: tuple[GivenMember, ...] = ()
    tags: tuple[str, ...] = ()
    fields: tuple[GivenField, ...] = ()
    lists: tuple[GivenList, ...] = ()
    contacts: tuple[Record, ...] = ()


def read_account(path: Path) -> Account:
    """Read an account file.

    Raises:
        FileRefused: It cannot be read, or is no JSON.
        InvalidValue: It says what cannot be.
    """
    try:
        value = _parsed(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        reason = reason_of(error)
        raise FileRefused(f"the account file cannot be read: {reason}", where=str(path)) from None
    except UnicodeDecodeError:
        raise FileRefused("the account file is not UTF-8", where=str(path)) from None
    except json.JSONDecodeError as error:
        where = f"{path}:{error.lineno}:{error.colno}"
        reason = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise FileRefused(f"the account file is not JSON: {reason}", where=where) from None
    except UnicodeEncodeError:
        # Half of a surrogate pair is valid JSON, but no text.
        raise FileRefused("the account file contains half a character", where=str(path)) from None
    except RecursionError:
        raise FileRefused("the account file is nested too deep", where=str(path)) from None
    except ValueError:
        raise FileRefused(
            "the account file contains a number that is too long", where=str(path)
        ) from None
    try:
        return account_of(value)
    except InvalidValue as error:
        raise error.at(f"{path}: {error.where}" if error.where else str(path)) from None


def account_of(value: object) -> Account:
    """Return the account that the JSON of an account file describes.

    Raises:
        InvalidValue: It says what cannot be; `where` is the place (`contacts[3].email`).
    """
    account = _Object(value, "", _ACCOUNT)
    fields = _distinct(account, "fields", _field, lambda field: field.name)
    lists = _distinct(account, "lists", _list, lambda found: found.name)
    _check_distinct_ids(lists)
    types = {field.name: field.type for field in fields}
    list_names = frozenset(found.name for found in lists)
    return Account(
        members=_distinct(account, "members", _member, lambda member: member.email),
        tags=_distinct(account, "tags", _name, str),
        fields=fields,
        lists=lists,
        contacts=_distinct(
            account,
            "contacts",
            lambda one, where: _contact(one, where, types, list_names),
            lambda contact: contact_key(contact.email),
        ),
    )


def _parsed(text: str) -> object:
    value: object = json.loads(text)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    return value


class _Object:
    """The members of a JSON object; one with a member that is not known is refused."""

    def __init__(self, value: object, where: str, known: tuple[str, ...]) -> None:
        if not isinstance(value, dict):
            raise InvalidValue("must be an object", where=where)
        self._members = value
        self._where = where
        for name in value:
            if name not in known:
                hint = f"known here: {', '.join(known)}"
                raise InvalidValue("unknown member", where=self.place(name), hint=hint)

    def place(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def text(self, name: str) -> str:
        """Return a text; empty where it is absent."""
        value = self._members.get(name, "")
        if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH:
            raise self.refused(name, f"must be text of at most {MAX_TEXT_LENGTH} characters")
        return value

    def name(self, name: str) -> str:
        """Return a text that must not be blank."""
        return _name(self._members.get(name), self.place(name))

    def email(self, name: str) -> str:
        """Return an address."""
        return _email(self._members.get(name), self.place(name))

    def flag(self, name: str) -> bool:
        """Return a boolean; false where it is absent."""
        value = self._members.get(name, False)
        if not isinstance(value, bool):
            raise self.refused(name, "must be true or false")
        return value

    def each(self, name: str) -> Iterator[tuple[object, str]]:
        """Yield the values of an array, each with its place."""
        values = self._members.get(name, [])
        if not isinstance(values, list):
            raise self.refused(name, "must be an array")
        place = self.place(name)
        for number, value in enumerate(values):
            yield value, f"{place}[{number}]"

    def pairs(self, name: str) -> Iterator[tuple[str, object, str]]:
        """Yield the members of an object, each with its place."""
        values = self._members.get(name, {})
        if not isinstance(values, dict):
            raise self.refused(name, "must be an object")
        for key, value in values.items():
            yield key, value, f"{self.place(name)}.{key}"

    def refused(self, name: str, message: str, *, hint: str | None = None) -> InvalidValue:
        return InvalidValue(message, where=self.place(name), hint=hint)


def _distinct(
    account: _Object,
    name: str,
    read: Callable[[object, str], _Part],
    key_of: Callable[[_Part], str],
) -> tuple[_Part, ...]:
    found: dict[str, _Part] = {}
    for value, where in account.each(name):
        part = read(value, where)
        key = key_of(part)
        if key in found:
            raise InvalidValue(f"{key} appears twice", where=where)
        found[key] = part
    return tuple(found.values())


def _check_distinct_ids(lists: tuple[GivenList, ...]) -> None:
    seen: set[str] = set()
    for number, found in enumerate(lists):
        if found.id is not None and found.id in seen:
            raise InvalidValue(f"{found.id} appears twice", where=f"lists[{number}].id")
        seen.add(found.id or "")


def _name(value: object, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue("must be a name", where=where)
    return value


def _email(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH or not is_address(value):
        raise InvalidValue("must be an email address", where=where)
    return value


def _member(value: object, where: str) -> GivenMember:
    if isinstance(value, str):
        return GivenMember(_email(value, where), "")
    member = _Object(value, where, ("email", "fullName"))
    return GivenMember(member.email("email"), member.text("fullName"))


def _field(value: object, where: str) -> GivenField:
    field = _Object(value, where, ("name", "type", "description"))
    named = field.text("type") or "text"
    if named not in _TYPES:
        raise field.refused("type", f"not a type of field: {named}", hint=_one_of(tuple(_TYPES)))
    return GivenField(field.name("name"), _TYPES[named], field.text("description"))


def _list(value: object, where: str) -> GivenList:
    found = _Object(value, where, ("name", "double_opt_in", "id"))
    list_id = found.text("id")
    if list_id and not LIST_ID.match(list_id):
        raise found.refused("id", "must be list_ and 22 letters or digits")
    return GivenList(found.name("name"), found.flag("double_opt_in"), list_id or None)


def _contact(
    value: object, where: str, types: Mapping[str, FieldType], list_names: frozenset[str]
) -> Record:
    contact = _Object(value, where, _CONTACT)
    texts = {name: text for name in _TEXTS if (text := contact.text(name))}
    if not is_day(texts.get("birthday", "2000-01-01")):
        raise contact.refused("birthday", "must be a date (YYYY-MM-DD)")
    return Record(
        email=contact.email("email"),
        texts=texts,
        fields=_values(contact, types),
        tags=_names(contact, "tags"),
        lists=_lists_of(contact, list_names),
        flags=tuple(flag for flag in FLAGS if contact.flag(flag)),
    )


def _names(contact: _Object, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_name(value, where) for value, where in contact.each(name)))


def _lists_of(contact: _Object, list_names: frozenset[str]) -> tuple[str, ...]:
    for value, where in contact.each("lists"):
        if _name(value, where) not in list_names:
            hint = "name each list of the team under lists"
            raise InvalidValue(f"no such list: {value}", where=where, hint=hint)
    return _names(contact, "lists")


def _values(contact: _Object, types: Mapping[str, FieldType]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value, where in contact.pairs("customFields"):
        if not isinstance(value, str):
            raise InvalidValue("must be text, whatever the field's type", where=where)
        must = misfit(value, types.get(_name(name, where), FieldType.TEXT))
        if must is not None:
            raise InvalidValue(f"must {must}", where=where)
        values[name] = value
    return values


def _one_of(words: tuple[str, ...]) -> str:
    return f"write {', '.join(words[:-1])} or {words[-1]}"
