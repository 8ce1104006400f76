"""What identify and track do to a contact: values in, value out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from sendx_cli.sandbox.messages import Refused
from sendx_cli.sandbox.team import FieldType, is_number, misfit

_COUNT = re.compile(r"(\+\+|--)(\d{1,100}(?:\.\d{1,100})?)\Z", re.ASCII)
_COUNTING = ("++", "--")
# A text field that holds a number is counted too: a field that an identify created is text.
_COUNTABLE = frozenset({FieldType.TEXT, FieldType.NUMBER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Identify:
    """The values of an identify; those that are absent stay unchanged.

    Args:
        email: The contact's present address.
        new_email: The address it shall have from now on.
        texts: First and last name, company, birthday, under the API's member names.
        fields: Custom fields, to be set or counted (`++5`, `--5`).
        tags: Tags to add.
        lists: Ids of lists to add.
    """

    email: str
    new_email: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Tags to add to a contact, and tags to remove; a tag in both is removed."""

    email: str
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A contact as it is stored; members as in `Identify`.

    Args:
        flags: Why it is not mailed, under the API's member names; no call here sets them.
    """

    email: str
    texts: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def new_field_type(value: str) -> FieldType:
    """Return the type of a field that is created by being named with a value.

    Text, as documented; a number where the value counts, for only numbers can be counted.
    """
    return FieldType.NUMBER if value.startswith(_COUNTING) else FieldType.TEXT


def identified(record: Record | None, wanted: Identify, types: Mapping[str, FieldType]) -> Record:
    """Return the contact after an identify.

    The address keeps the spelling it was first given in. `newEmail` is the new address *where
    `email` names the present one*: a contact that is only now created has none to give up, so it
    is created under `email`. (A 404 would tell clients that the endpoint is missing.)

    Args:
        record: The contact before; None where there was none.
        wanted: What is asked for.
        types: The types of its custom fields, by name.

    Raises:
        Refused: 422, a field is counted that holds no number, or by what is no number; 400, a
            value does not fit its field's type.
    """
    if record is None:
        record = Record(email=wanted.email)
    elif wanted.new_email is not None:
        record = replace(record, email=wanted.new_email)
    counted = {
        name: _set_or_count(name, types[name], record.fields.get(name), value)
        for name, value in wanted.fields.items()
    }
    return replace(
        record,
        texts={**record.texts, **wanted.texts},
        fields={**record.fields, **counted},
        tags=_with(record.tags, wanted.tags),
        lists=_with(record.lists, wanted.lists),
    )


def tracked(record: Record, wanted: Track) -> Record:
    """Return the contact after a track."""
    tags = _with(record.tags, wanted.add_tags)
    return replace(record, tags=tuple(tag for tag in tags if tag not in wanted.remove_tags))


def _with(present: tuple[str, ...], added: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*present, *added)))


def _set_or_count(name: str, field_type: FieldType, stored: str | None, value: str) -> str:
    if field_type in _COUNTABLE and value.startswith(_COUNTING):
        value = _counted(stored or "0", value)
    must = misfit(value, field_type)
    if must is not None:
        raise Refused(HTTPStatus.BAD_REQUEST, f"{name} must {must}")
    return value


def _counted(stored: str, value: str) -> str:
    count = _COUNT.match(value)
    if count is None or not is_number(stored):
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY)
    return _sum(stored, count[2], is_added=count[1] == "++")


def _sum(stored: str, count: str, *, is_added: bool) -> str:
    from decimal import Context, Decimal

    exact = Context(prec=400)
    change = exact.add if is_added else exact.subtract
    return format(change(Decimal(stored), Decimal(count)), "f")
