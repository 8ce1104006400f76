"""The members of a JSON Lines row, by column: texts, arrays of texts, custom fields."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as JsonObject
from dataclasses import dataclass
from operator import attrgetter
from typing import overload

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.source_rows import JsonNumber
from sendx_cli.core.mapping.spellings import Target, nearest
from sendx_cli.errors import InvalidValue

_ARRAYS = frozenset({Target.TAGS, Target.LISTS, Target.ADD_TAGS, Target.REMOVE_TAGS})
_POSITION = attrgetter("position")
_LOOSE = frozenset({Target.FIELD, Target.OPT_OUT})
"""Targets that accept numbers, `true` and `false` as they are written; all others only texts."""


@dataclass(frozen=True, slots=True)
class Members:
    """The values of a JSON Lines row.

    Args:
        texts: One for each column; empty where the row has none, or another kind of value.
        arrays: Arrays of texts, by the column's position.
        fields: The members of `customFields`.
        columns: Those that the row has, in their order.
    """

    texts: "SparseTexts"
    arrays: dict[int, tuple[str, ...]]
    fields: tuple[tuple[str, str], ...]
    columns: list[Column]


class SparseTexts(Sequence[str]):
    """One text for each column, of which only those that are present take time and memory.

    Args:
        texts: By the column's index, from 0.
        width: The number of columns.
    """

    __slots__ = ("_texts", "_width")

    def __init__(self, texts: dict[int, str], width: int) -> None:
        self._texts = texts
        self._width = width

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        """Return the text at an index; empty where there is none."""
        if isinstance(place, slice):
            return list(self)[place]
        return self._texts.get(place, "")

    def __iter__(self) -> Iterator[str]:
        """Yield the text of each column."""
        return (self._texts.get(place, "") for place in range(self._width))

    def __len__(self) -> int:
        """Return the number of columns."""
        return self._width


def read_members(members: JsonObject[str, object], columns: JsonObject[str, Column]) -> Members:
    """Read a row's members by the columns they are mapped to. `null` is not sent.

    It iterates over the row's own members only: a file may have as many columns as rows.

    Args:
        members: The row's members.
        columns: The columns by name.

    Raises:
        InvalidValue: A member has a value of the wrong kind, or is not mapped.
    """
    texts: dict[int, str] = {}
    arrays: dict[int, tuple[str, ...]] = {}
    fields: tuple[tuple[str, str], ...] = ()
    mapped = [columns[name] for name in members if name in columns]
    mapped.sort(key=_POSITION)
    for column in mapped:
        value = members[column.name]
        if value is None:
            pass
        elif column.target in _ARRAYS:
            arrays[column.position] = _array(column.name, value)
        elif column.target is Target.FIELDS:
            fields = _fields(column.name, value)
        else:
            texts[column.position - 1] = _text(column, value)
    if len(mapped) != len(members):
        _refuse_unmapped(members, columns)
    return Members(SparseTexts(texts, len(columns)), arrays, fields, mapped)


def _text(column: Column, value: object) -> str:
    if isinstance(value, str) and not isinstance(value, JsonNumber):
        return value
    if column.target is Target.IGNORED and not column.opt_out:
        return ""
    if isinstance(value, list | dict):
        raise InvalidValue(
            "a nested value where a string is expected",
            where=column.name,
            hint=f"flatten it, or use --ignore '{column.name}'",
        )
    if column.target in _LOOSE or column.opt_out:
        return _as_written(value)
    raise InvalidValue(f"must be a string, not {_kind(value)}", where=column.name)


def _array(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InvalidValue(
            f"must be an array of strings, not {_kind(value)}", where=name, hint='as in ["VIP"]'
        )
    for item in value:
        if not isinstance(item, str) or isinstance(item, JsonNumber):
            raise InvalidValue(f"must contain only strings, not {_kind(item)}", where=name)
    return tuple(item for item in value if item)


def _fields(name: str, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise InvalidValue(f"must be an object, not {_kind(value)}", where=name)
    fields = []
    for field, held in value.items():
        if isinstance(held, list | dict):
            raise InvalidValue(f"custom field {field} is nested", where=name)
        if held is not None and (text := _as_written(held)):
            fields.append((field, text))
    return tuple(fields)


def _as_written(value: object) -> str:
    """Custom fields are texts (POST /contact/identify): a number is sent as it was written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _kind(value: object) -> str:
    kinds = (
        (bool, "true or false"),
        (JsonNumber, "a number"),
        (str, "a string"),
        (list, "an array"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), _other_kind(value))


def _other_kind(value: object) -> str:
    return "null" if value is None else "an object"


def _refuse_unmapped(members: JsonObject[str, object], columns: JsonObject[str, Column]) -> None:
    for name in members:
        if name not in columns:
            near = nearest(name, list(columns))
            raise InvalidValue(
                f"unknown member: {name}",
                where=name,
                hint=f"did you mean {near}?" if near else None,
            )
