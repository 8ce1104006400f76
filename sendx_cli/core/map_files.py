"""Map files: a mapping kept as TOML, for the next file of the same kind."""

from dataclasses import dataclass

from sendx_cli.core.columns import Mapping
from sendx_cli.core.dates import DateOrder
from sendx_cli.core.said_columns import parse_target
from sendx_cli.core.spellings import Target
from sendx_cli.core.tag_cells import TagStyle
from sendx_cli.errors import InvalidValue

_FOUND_AGAIN = frozenset({Target.DEPARTURE, Target.NAMELESS, Target.FIELDS})
"""Targets that the next header tells by itself, and that nobody can ask for."""


@dataclass(frozen=True, slots=True)
class SavedMap:
    """What a map file says.

    Args:
        columns: (name, target) as `--map` writes them.
        date_order: The order of dates, if it was said.
        tag_separator: What stands between the tags of a cell, if it was said.
    """

    columns: tuple[tuple[str, str], ...] = ()
    date_order: DateOrder | None = None
    tag_separator: str | None = None


def dump_map(mapping: Mapping) -> str:
    """Return the mapping as the text of a map file."""
    import tomli_w

    saved: dict[str, object] = {}
    if mapping.date_order is not None:
        saved["date_order"] = str(mapping.date_order)
    if not isinstance(mapping.tag_style, TagStyle):
        saved["tag_separator"] = mapping.tag_style
    saved["columns"] = {
        _unmistakable(mapping, column.position, column.name): column.target_text
        for column in mapping.columns
        if column.target not in _FOUND_AGAIN
    }
    return tomli_w.dumps(saved)


def load_map(text: str) -> SavedMap:
    """Read a map file.

    Raises:
        InvalidValue: It is no TOML, or says what cannot be.
    """
    import tomllib

    try:
        members = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue(f"not a map file: {error}") from None
    for name in members.keys() - {"columns", "date_order", "tag_separator"}:
        raise InvalidValue(f"no such setting in a map file: {name}")
    return SavedMap(
        _columns(members.get("columns")),
        _date_order(members.get("date_order")),
        _separator(members.get("tag_separator")),
    )


def _unmistakable(mapping: Mapping, position: int, name: str) -> str:
    is_single = sum(column.name == name for column in mapping.columns) == 1
    return name if is_single and name else f"#{position}"


def _columns(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise InvalidValue("a map file has no [columns]")
    for name, target_text in value.items():
        if not isinstance(target_text, str):
            raise InvalidValue(f'the target of column "{name}" is not a text')
        parse_target(target_text)
    return tuple(value.items())


def _date_order(value: object) -> DateOrder | None:
    try:
        return None if value is None else DateOrder(str(value))
    except ValueError:
        raise InvalidValue(f"no such date_order: {value}", hint="dmy, mdy or ymd") from None


def _separator(value: object) -> str | None:
    if value is not None and (not isinstance(value, str) or not value):
        raise InvalidValue("tag_separator is not a text")
    return value
