"""Map files: a mapping kept as TOML, for the next file of the same kind."""

from dataclasses import dataclass

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.column_overrides import FROM_MAP_FILE, parse_target
from sendx_cli.core.mapping.columns import INCLUDED, ColumnMapping
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.own_results import LEFT_ASIDE
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.core.mapping.tag_cells import TagStyle
from sendx_cli.errors import InvalidValue

_FOUND_AGAIN = frozenset({Target.OPT_OUT, Target.NAMELESS, Target.FIELDS})
"""Targets that are detected again in the next file."""
_SETTINGS = frozenset({"columns", "date_order", "tag_separator", "named", "opt_out_values"})


@dataclass(frozen=True, slots=True)
class SavedMap:
    """The contents of a map file.

    Args:
        columns: (name, target) as in `--map`.
        date_order: The order of dates, if given.
        tag_separator: What separates the tags of a cell, if given.
        named: Columns that the user named, and so decided to send whatever opt-outs they hold;
            the others were mapped automatically.
        opt_out_values: Words that mean an opt-out, beside the known ones.
    """

    columns: tuple[tuple[str, str], ...] = ()
    date_order: DateOrder | None = None
    tag_separator: str | None = None
    named: tuple[str, ...] = ()
    opt_out_values: tuple[str, ...] = ()


def dump_map(mapping: ColumnMapping) -> str:
    """Return the mapping as the text of a map file."""
    import tomli_w

    saved: dict[str, object] = {}
    if mapping.date_order is not None:
        saved["date_order"] = str(mapping.date_order)
    if not isinstance(mapping.tag_style, TagStyle):
        saved["tag_separator"] = mapping.tag_style
    if mapping.opt_out_values:
        saved["opt_out_values"] = list(mapping.opt_out_values)
    kept = {
        _unique_name(mapping, column.position, column.name): column
        for column in mapping.columns
        if _is_kept(column)
    }
    if named := [name for name, column in kept.items() if column.is_named]:
        saved["named"] = named
    saved["columns"] = {name: column.target_text for name, column in kept.items()}
    return tomli_w.dumps(saved)


def load_map(text: str) -> SavedMap:
    """Read a map file.

    Raises:
        InvalidValue: It is not TOML, or not a valid map file.
    """
    import tomllib

    try:
        members = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue(f"not a map file: {error}") from None
    for name in members.keys() - _SETTINGS:
        raise InvalidValue(f"no such setting in a map file: {name}")
    return SavedMap(
        _columns(members.get("columns")),
        _date_order(members.get("date_order")),
        _separator(members.get("tag_separator")),
        _texts("named", members.get("named")),
        _texts("opt_out_values", members.get("opt_out_values")),
    )


def _is_kept(column: Column) -> bool:
    is_given = column.is_named or column.why == FROM_MAP_FILE
    if column.target is Target.OPT_OUT and is_given:
        return True
    # A column ignored because of --include-unsubscribed is so for this file only; results of sendx
    # are known again.
    return column.target not in _FOUND_AGAIN and column.why not in {INCLUDED, LEFT_ASIDE}


def _unique_name(mapping: ColumnMapping, position: int, name: str) -> str:
    is_single = sum(column.name == name for column in mapping.columns) == 1
    return name if is_single and name else f"#{position}"


def _columns(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise InvalidValue("a map file has no [columns]")
    for name, target_text in value.items():
        if not isinstance(target_text, str):
            raise InvalidValue(f'the target of column "{name}" is not a string')
        parse_target(target_text)
    return tuple(value.items())


def _date_order(value: object) -> DateOrder | None:
    try:
        return None if value is None else DateOrder(str(value))
    except ValueError:
        raise InvalidValue(f"no such date_order: {value}", hint="dmy, mdy or ymd") from None


def _separator(value: object) -> str | None:
    if value is not None and (not isinstance(value, str) or not value):
        raise InvalidValue("tag_separator is not a string")
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise InvalidValue(f"{name} is not an array of strings")
    return tuple(value)
