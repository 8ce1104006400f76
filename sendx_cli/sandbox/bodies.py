"""Parsing JSON bodies into checked values, and the API's messages for invalid ones."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus

from sendx_cli.sandbox.messages import Refused
from sendx_cli.sandbox.rules import Identify, Track
from sendx_cli.sandbox.team import MAX_TEXT_LENGTH, is_day

MAX_BATCH = 25
"""Contacts in a call of the bulk endpoint."""
LIST_ID = re.compile(r"list_[A-Za-z0-9]{22}\Z")
"""The form of a list's id."""

_TEXTS = ("firstName", "lastName", "company", "birthday")
_WORD = r"[^\s@<>(),;:\"\x00-\x1f]"
_ADDRESS = re.compile(rf"{_WORD}+@(?:(?!\.){_WORD})+(?:\.(?:(?!\.){_WORD})+)+\Z")

Members = Mapping[str, object]


def identify_in(body: bytes) -> Identify:
    """Return the identify in a body; members that are not documented are ignored.

    Raises:
        Refused: 400 or 422.
    """
    return _identify(_parsed(body))


def batch_in(body: bytes) -> list[Identify]:
    """Return the 1 to 25 identifies in a body of the bulk endpoint.

    Raises:
        Refused: 400 or 422; one bad contact refuses them all.
    """
    contacts = _parsed(body)
    if not isinstance(contacts, list) or not 1 <= len(contacts) <= MAX_BATCH:
        raise _malformed()
    return [_identify(contact) for contact in contacts]


def track_in(body: bytes) -> Track:
    """Return the track in a body.

    Raises:
        Refused: 400 or 422.
    """
    members = _object(_parsed(body))
    return Track(
        email=_required_email(members),
        add_tags=_names(members, "addTags"),
        remove_tags=_names(members, "removeTags"),
    )


def is_address(text: str) -> bool:
    """Return whether a text has the form of an address."""
    local = text.partition("@")[0]
    return bool(_ADDRESS.match(text)) and ".." not in f".{local}."


def _identify(value: object) -> Identify:
    members = _object(value)
    return Identify(
        email=_required_email(members),
        new_email=_address(members, "newEmail"),
        texts={name: text for name in _TEXTS if (text := _text(members, name)) is not None},
        fields=_fields(members),
        tags=_names(members, "tags"),
        lists=_list_ids(members),
    )


def _parsed(body: bytes) -> object:
    try:
        value: object = json.loads(body)
        if b"\\u" in body:
            # Half of a surrogate pair is valid JSON, but no text.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _malformed() from None
    return value


def _object(value: object) -> Members:
    if not isinstance(value, dict):
        raise _malformed()
    return value


def _required_email(members: Members) -> str:
    if members.get("email") is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "Email is required")
    email = _address(members, "email")
    if email is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "Email is required")
    return email


def _address(members: Members, name: str) -> str | None:
    text = (_text(members, name) or "").strip()
    if text and not is_address(text):
        raise _malformed()
    return text or None


def _text(members: Members, name: str) -> str | None:
    if name not in members:
        return None
    text = members[name]
    if not isinstance(text, str):
        raise _malformed()
    if len(text) > MAX_TEXT_LENGTH:
        message = f"{name} must not be longer than {MAX_TEXT_LENGTH} characters"
        raise Refused(HTTPStatus.BAD_REQUEST, message)
    if name == "birthday" and not is_day(text):
        raise _malformed()
    return text


def _names(members: Members, member: str) -> tuple[str, ...]:
    names = members.get(member, [])
    if not isinstance(names, list):
        raise _malformed()
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise _malformed()
    return tuple(names)


def _list_ids(members: Members) -> tuple[str, ...]:
    ids = _names(members, "lists")
    if not all(map(LIST_ID.match, ids)):
        raise _malformed()
    return ids


def _fields(members: Members) -> dict[str, str]:
    fields = members.get("customFields", {})
    if not isinstance(fields, dict):
        raise _malformed()
    for name, value in fields.items():
        if not isinstance(value, str) or not name.strip():
            raise _malformed()
    return fields


def _malformed() -> Refused:
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY)
