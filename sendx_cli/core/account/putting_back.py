"""One contact as it was: the rows that make it so again, and what stays as the run left it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sendx_cli.core.account.courses import Contacts, Course
from sendx_cli.core.account.remarks import Irreversible, Remark, Remarks
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.contact.validation import MAX_TEXT_LENGTH, check_text, counts
from sendx_cli.errors import InvalidValue

_TEXTS = {"first_name": "first name", "last_name": "last name", "company": "company"}
_NOUNS = {**_TEXTS, "fields": "custom fields"}


def rows_back(
    course: Course, now: ServiceContact, list_names: Mapping[str, str], remarks: Remarks
) -> list[Contact]:
    """Return the rows that give a contact its values and tags back, at the address it has now.

    Args:
        course: What the run made of it.
        now: How it is.
        list_names: The names of lists by id.
        remarks: Takes what stays.
    """
    found: list[Contact] = []
    before = course.before
    if before is None:
        remarks.add(
            Irreversible.CREATED, "it was created by the run and stays; only its tags are removed"
        )
        before = ServiceContact("", now.email)
    else:
        values = _texts(course.rows, before, now, remarks)
        fields = _fields(course.rows, before, now, remarks)
        if values or fields:
            found.append(Identify(email=now.email, fields=fields, **values))
        _remark_on_lists(course.rows, before, now, list_names, remarks)
        if any(row.birthday for row in course.rows):
            remarks.add(Irreversible.BIRTHDAY, "birthday: stays as the run set it")
    track = _tags(course.rows, before, now, remarks)
    return found if track is None else [*found, track]


def moves_back(
    moves: Sequence[tuple[ServiceContact, str]], now: Contacts, remarks: list[Remark]
) -> list[Contact]:
    """Return the changes of address, each once the old address is free.

    Args:
        moves: Contacts as they are, with the address that each had.
        now: Who has which address.
        remarks: Takes the addresses that never become free.
    """
    found: list[Contact] = []
    taken = {key for key, contact in now.items() if contact is not None}
    left = [(contact, old) for contact, old in moves if contact.email != old]
    while True:
        for move in left:
            contact, old = move
            key, old_key = contact_key(contact.email), contact_key(old)
            if old_key == key or old_key not in taken:
                break
        else:
            break
        left.remove(move)
        found.append(Identify(email=contact.email, new_email=old))
        taken = taken - {key} | {old_key}
    for contact, old in left:
        text = f"its address stays: {old} now belongs to another contact"
        remarks.append(Remark(Irreversible.ADDRESS, contact.email, text))
    return found


def _texts(
    rows: Iterable[Contact], before: ServiceContact, now: ServiceContact, remarks: Remarks
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, noun in _TEXTS.items():
        if not any(getattr(row, name) for row in rows) or _is_unclear(name, before, now, remarks):
            continue
        was = getattr(before, name)
        if was == getattr(now, name):
            continue
        if not was:
            remarks.add(Irreversible.EMPTY_BEFORE, f"{noun}: was empty before")
        elif _can_be_sent(noun, was, remarks, max_length=MAX_TEXT_LENGTH):
            values[name] = was
    return values


def _fields(
    rows: Iterable[Contact], before: ServiceContact, now: ServiceContact, remarks: Remarks
) -> tuple[tuple[str, str], ...]:
    written = dict.fromkeys(name for row in rows for name, _ in row.fields)
    if not written or _is_unclear("fields", before, now, remarks):
        return ()
    values: dict[str, str] = {}
    for name in written:
        was, noun = before.fields.get(name, ""), f"custom field {name}"
        if was == now.fields.get(name, ""):
            continue
        if not was:
            remarks.add(Irreversible.NO_FIELD_BEFORE, f"{noun}: had no value before")
        elif counts(was):
            remarks.add(Irreversible.UNREADABLE, f"{noun}: its previous value would count: {was}")
        elif _can_be_sent(noun, was, remarks, max_length=None):
            values[name] = was
    return tuple(values.items())


def _tags(
    rows: Iterable[Contact], before: ServiceContact, now: ServiceContact, remarks: Remarks
) -> Track | None:
    named = dict.fromkeys(
        tag for row in rows for tag in (*row.tags, *row.add_tags, *row.remove_tags)
    )
    if not named or _is_unclear("tags", before, now, remarks):
        return None
    back = tuple(tag for tag in named if tag in before.tags and tag not in now.tags)
    away = tuple(tag for tag in named if tag in now.tags and tag not in before.tags)
    return Track(email=now.email, add_tags=back, remove_tags=away) if back or away else None


def _remark_on_lists(
    rows: Iterable[Contact],
    before: ServiceContact,
    now: ServiceContact,
    list_names: Mapping[str, str],
    remarks: Remarks,
) -> None:
    joined = dict.fromkeys(one for row in rows for one in row.lists)
    if not joined or _is_unclear("lists", before, now, remarks):
        return
    for one in joined:
        if one in now.lists and one not in before.lists:
            remarks.add(Irreversible.LIST, f"it stays on the list {list_names.get(one, one)}")


def _is_unclear(name: str, before: ServiceContact, now: ServiceContact, remarks: Remarks) -> bool:
    """Whether a member cannot be compared; then remark on it."""
    if name not in {*before.unclear, *now.unclear}:
        return False
    noun = _NOUNS.get(name, name)
    remarks.add(
        Irreversible.UNREADABLE, f"{noun}: could not be read completely, before the run or now"
    )
    return True


def _can_be_sent(noun: str, value: str, remarks: Remarks, *, max_length: int | None) -> bool:
    """Whether a value that the account had can be sent to it; if not, remark on it."""
    try:
        check_text(noun, value, max_length=max_length)
    except InvalidValue as error:
        remarks.add(Irreversible.UNREADABLE, f"its previous value cannot be sent: {error.message}")
        return False
    return True
