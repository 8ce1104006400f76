"""Parts of JSON Schemas (2020-12): values with their meanings."""

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]


def text(meaning: str) -> Schema:
    """Return a text."""
    return {"type": "string", "description": meaning}


def integer(meaning: str) -> Schema:
    """Return a whole number, 0 or more."""
    return {"type": "integer", "minimum": 0, "description": meaning}


def number(meaning: str) -> Schema:
    """Return a number, 0 or more."""
    return {"type": "number", "minimum": 0, "description": meaning}


def flag(meaning: str) -> Schema:
    """Return true or false."""
    return {"type": "boolean", "description": meaning}


def word(meaning: str, words: Iterable[str]) -> Schema:
    """Return one of several words."""
    return {"type": "string", "enum": [str(one) for one in words], "description": meaning}


def anything(meaning: str) -> Schema:
    """Return any value, which somebody else made."""
    return {"description": meaning}


def members_of_any_name(meaning: str) -> Schema:
    """Return an object with members of any name."""
    return {"type": "object", "description": meaning}


def array(meaning: str, items: Schema) -> Schema:
    """Return an array of such items."""
    return {"type": "array", "items": items, "description": meaning}


def record(
    meaning: str, members: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None
) -> Schema:
    """Return an object that has all of these members, may have the optional ones, and no other."""
    return {
        "type": "object",
        "description": meaning,
        "properties": {**members, **(optional or {})},
        "required": list(members),
        "additionalProperties": False,
    }


def or_null(schema: Schema) -> Schema:
    """Return the same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def meanings(schema: Schema) -> list[tuple[str, str]]:
    """Return the members of a record, each with its meaning."""
    return [(name, member["description"]) for name, member in schema["properties"].items()]
