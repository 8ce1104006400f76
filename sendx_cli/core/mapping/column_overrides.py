"""The user's column overrides, from `--map`, `--ignore` and map files, matched to the header."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sendx_cli.core.mapping.spellings import EDGES, Target, column_key, nearest, nearest_target
from sendx_cli.errors import InvalidValue

FROM_MAP = "--map"
FROM_IGNORE = "--ignore"
FROM_MAP_FILE = "map file"
NAMED_IN_MAP_FILE = "named in the map file"
NAMED = frozenset({FROM_MAP, FROM_IGNORE, NAMED_IN_MAP_FILE})
"""The user named this very column. Other columns of a map file were mapped automatically once."""
_MAPPABLE = tuple(
    target for target in Target if target not in {Target.FIELD, Target.FIELDS, Target.NAMELESS}
)


@dataclass(frozen=True, slots=True)
class ColumnOverride:
    """The user's override for one column.

    Args:
        target: What it is mapped to.
        why: Where that was given.
        field: The custom field's name, if it is one.
    """

    target: Target
    why: str
    field: str | None = None


def column_overrides(
    header: Sequence[str],
    maps: Iterable[str],
    ignores: Iterable[str],
    file_maps: Iterable[tuple[str, str]],
    file_named: Collection[str] = (),
) -> dict[int, ColumnOverride]:
    """Return the overrides by position, from 1. `--map` and `--ignore` win over a map file.

    Raises:
        InvalidValue: A column or a target does not exist, or a column is named twice.
    """
    overrides: dict[int, ColumnOverride] = {}
    for name, target_text in file_maps:
        if target_text != Target.IGNORED or _positions(header, name):
            why = NAMED_IN_MAP_FILE if name in file_named else FROM_MAP_FILE
            overrides[_position(header, name)] = _override(target_text, why)
    typed: dict[int, ColumnOverride] = {}
    for name, override in _typed(header, maps, ignores):
        position = _position(header, name)
        if position in typed:
            raise InvalidValue(f'column "{name}" is given twice in --map and --ignore')
        typed[position] = override
    return overrides | typed


def parse_target(text: str) -> tuple[Target, str | None]:
    """Return what a target of `--map` or a map file means, and the custom field's name.

    Raises:
        InvalidValue: There is no such target.
    """
    word, _, field = text.partition(":")
    if word == Target.FIELD and field.strip():
        return Target.FIELD, field.strip()
    for target in _MAPPABLE:
        if text == target:
            return target, None
    near = nearest_target(text) or nearest(text, _MAPPABLE)
    raise InvalidValue(
        f"no such target: {text}",
        hint=f"did you mean {near}?" if near else f"one of {', '.join(_MAPPABLE)}, field:NAME",
    )


def _typed(
    header: Sequence[str], maps: Iterable[str], ignores: Iterable[str]
) -> Iterable[tuple[str, ColumnOverride]]:
    for text in maps:
        name, equals, target_text = text.partition("=")
        if not equals or not name or not target_text:
            raise InvalidValue(f"--map is not of the form COLUMN=TARGET: {text}")
        _refuse_swapped(header, name, target_text)
        yield name, _override(target_text, FROM_MAP)
    for name in ignores:
        yield name, ColumnOverride(Target.IGNORED, FROM_IGNORE)


def _override(target_text: str, why: str) -> ColumnOverride:
    target, field = parse_target(target_text)
    return ColumnOverride(target, why, field)


def _refuse_swapped(header: Sequence[str], name: str, target_text: str) -> None:
    is_column = bool(_positions(header, name))
    if not is_column and name in _MAPPABLE and _positions(header, target_text):
        raise InvalidValue(
            f'no column "{name}"', hint=f"the column comes first: --map '{target_text}={name}'"
        )


def _position(header: Sequence[str], name: str) -> int:
    positions = _positions(header, name)
    if len(positions) == 1:
        return positions[0]
    if positions:
        raise InvalidValue(
            f'column "{name}" appears {len(positions)} times',
            hint="use its position: " + " or ".join(f"'#{place}'" for place in positions),
        )
    near = nearest(name, header)
    raise InvalidValue(
        f'no column "{name}"',
        hint=f'did you mean "{near}"?' if near else f"the columns are: {', '.join(header)}",
    )


def _positions(header: Sequence[str], name: str) -> list[int]:
    places = list(enumerate(header, start=1))
    for spelled in (_as_is, _trimmed, column_key):
        wanted = spelled(name)
        if wanted and (found := [place for place, text in places if spelled(text) == wanted]):
            return found
    if name[:1] == "#" and name[1:].isdecimal() and 0 < int(name[1:]) <= len(header):
        return [int(name[1:])]
    return []


def _as_is(name: str) -> str:
    return name


def _trimmed(name: str) -> str:
    return name.strip(EDGES)
