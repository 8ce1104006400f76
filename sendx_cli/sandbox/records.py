"""Contacts as the store keeps them: as text, and what a search looks through."""

import json
from dataclasses import dataclass

from sendx_cli.sandbox.rules import Record

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A contact in the store, under its row's number."""

    number: int
    record: Record


@dataclass(frozen=True, slots=True)
class DatedContact:
    """A contact as it is read: with its id, and when it came and changed (UTC)."""

    id: str
    record: Record
    created: str
    updated: str


def text_of(record: Record) -> str:
    """Return a record as the store keeps it."""
    return _ENCODER.encode(
        {
            "email": record.email,
            "texts": record.texts,
            "fields": record.fields,
            "tags": record.tags,
            "lists": record.lists,
            "flags": record.flags,
        }
    )


def record_of(text: str) -> Record:
    """Return the record that a text of the store stands for."""
    members = json.loads(text)
    return Record(
        email=members["email"],
        texts=members["texts"],
        fields=members["fields"],
        tags=tuple(members["tags"]),
        lists=tuple(members["lists"]),
        flags=tuple(members["flags"]),
    )


def searched_in(record: Record) -> str:
    """Return names and address in lower case; no search reaches from one into the next."""
    names = (record.texts.get(name, "") for name in ("firstName", "lastName"))
    return "\n".join((*names, record.email)).casefold()
