"""What a column that nothing explains may be for, the likeliest first, and the options for it."""

import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.column_overrides import FROM_MAP, parse_target
from sendx_cli.core.mapping.spellings import (
    EDGES,
    Target,
    column_key,
    nearest,
    nearest_targets,
)

SHARED = frozenset(
    {
        None,
        Target.TAGS,
        Target.ADD_TAGS,
        Target.REMOVE_TAGS,
        Target.LISTS,
        Target.IGNORED,
        Target.OPT_OUT,
        Target.NAMELESS,
    }
)
"""Targets that several columns may have. Custom fields differ by their names."""
IN_TRACK = frozenset(
    {
        Target.EMAIL,
        Target.ADD_TAGS,
        Target.REMOVE_TAGS,
        Target.IGNORED,
        Target.OPT_OUT,
        Target.NAMELESS,
        None,
    }
)
"""Targets that a column of a track may have."""
_NAMES = frozenset({Target.FIRST_NAME, Target.LAST_NAME, Target.FULL_NAME})
_MOST_TARGETS = 2
_LIKELY = 0.79
"""As alike are a slip (`emial`, `compnay`) and what was meant at least."""


def unexplained(columns: Iterable[Column]) -> list[Column]:
    """Return the columns that nothing explains."""
    return [column for column in columns if column.target is None]


def suggestions(
    column: Column, columns: Sequence[Column], action: str, fields: Collection[str] = ()
) -> list[str]:
    """Return what a column may be for, as in `--map`: the likeliest first, `ignore` last.

    Args:
        column: One that nothing explains.
        columns: All columns of the file.
        action: `identify` or `track`.
        fields: Custom fields that the account is known to have.
    """
    found = _of_track if action == "track" else _of_identify
    return [*dict.fromkeys(found(column.name, columns, fields)), str(Target.IGNORED)]


def named_in_option(column: Column, columns: Sequence[Column]) -> str:
    """Return how `--map` and `--ignore` name a column: by its place where its name will not do."""
    name = column.name
    is_single = sum(other.name == name for other in columns) == 1
    can_be_typed = bool(name) and name.isprintable() and "=" not in name
    return name if is_single and can_be_typed else f"#{column.position}"


def option_text(named: str, target: str) -> str:
    """Return the option that maps a column, as it is named, to a target: quoted for a shell."""
    if target == Target.IGNORED:
        return f"--ignore {shlex.quote(named)}"
    text = f"{named}={target}"
    quoted = shlex.quote(text)
    return f"--map '{text}'" if quoted == text else f"--map {quoted}"


def mapped_to(column: Column, target_text: str) -> Column:
    """Return a column that is mapped to a target, as by `--map` or `--ignore`.

    Raises:
        InvalidValue: There is no such target.
    """
    target, field = parse_target(target_text)
    return replace(column, target=target, field=field, why=FROM_MAP)


def _of_identify(name: str, columns: Sequence[Column], fields: Collection[str]) -> Iterator[str]:
    taken = _taken(columns) | {Target.ADD_TAGS, Target.REMOVE_TAGS}
    used = {column.field for column in columns if column.target is Target.FIELD}
    by_key = {column_key(field): field for field in fields if field not in used}
    same = by_key.get(column_key(name))
    if same is not None:
        yield _field(same)
    yield from nearest_targets(name, taken, most=_MOST_TARGETS, cutoff=_LIKELY)
    if same is None:
        near = nearest(column_key(name), by_key)
        own = " ".join(name.strip(EDGES).split())
        yield from [] if near is None else [_field(by_key[near])]
        yield from [_field(own)] if own.isprintable() and own not in used else []
    yield from nearest_targets(name, taken, most=_MOST_TARGETS)


def _of_track(name: str, columns: Sequence[Column], _fields: Collection[str]) -> Iterator[str]:
    """A track has no custom fields, and its tags are added."""
    taken = _taken(columns) | set(Target) - IN_TRACK - {Target.TAGS}
    for target in nearest_targets(name, taken, most=_MOST_TARGETS):
        yield Target.ADD_TAGS if target is Target.TAGS else target


def _taken(columns: Sequence[Column]) -> set[Target]:
    """Return the targets that no further column can have."""
    taken = {column.target for column in columns if column.target not in SHARED}
    found = {target for target in taken if target is not None}
    if Target.FULL_NAME in found:
        return found | _NAMES
    return found | ({Target.FULL_NAME} if _NAMES & found else set())


def _field(name: str) -> str:
    return f"{Target.FIELD}:{name}"
