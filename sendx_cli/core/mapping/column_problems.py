"""The problems of mapped columns, all reported at once."""

from collections.abc import Collection, Iterator, Sequence

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.spellings import Target, nearest_target
from sendx_cli.errors import ColumnsRefused

_SHARED = frozenset(
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
_FULL_NAME = (str(Target.FIRST_NAME), str(Target.LAST_NAME))
_MAX_NAMED = 5
_IN_TRACK = frozenset(
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


def refuse_problems(columns: Sequence[Column], action: str) -> None:
    """Refuse columns that no contact can be made of.

    Raises:
        ColumnsRefused: It names all problems.
    """
    problems = [
        *_unmapped(columns, action),
        *_doubled(columns),
        *_out_of_place(columns, action),
        *_without_address(columns),
    ]
    if problems:
        messages, hints = zip(*problems, strict=True)
        raise ColumnsRefused(
            "; ".join(messages), hint="; ".join(dict.fromkeys(filter(None, hints)))
        )


def _unmapped(columns: Sequence[Column], action: str) -> Iterator[tuple[str, str]]:
    unknown = [column for column in columns if column.target is None]
    if not unknown:
        return
    taken = {column.target for column in columns if column.target} - _SHARED
    named = ", ".join(_with_nearest(column.name, taken) for column in unknown[:_MAX_NAMED])
    more = f" and {len(unknown) - _MAX_NAMED} more" if len(unknown) > _MAX_NAMED else ""
    first = unknown[0].name
    noun = "column" if len(unknown) == 1 else "columns"
    message = f"nothing explains {noun} {named}{more}"
    target = nearest_target(first, taken)
    if action == "track":  # which has no custom fields
        mapped = f"--map '{first}={target}' or " if target in _IN_TRACK - {None} else ""
        yield message, f"say {mapped}--ignore '{first}'"
        return
    said = f"--map '{first}={target or f'field:{first}'}', --ignore '{first}'"
    yield message, f"say {said}, or --custom-fields for all that is left"


def _with_nearest(name: str, taken: Collection[Target]) -> str:
    near = nearest_target(name, taken)
    return f'"{name}" (near to {near})' if near else f'"{name}"'


def _doubled(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    first: dict[str, Column] = {}
    for column in columns:
        if column.target in _SHARED:
            continue
        taken = _FULL_NAME if column.target is Target.FULL_NAME else (column.target_text,)
        earlier = next((first[text] for text in taken if text in first), None)
        first.update(dict.fromkeys(taken, column))
        if earlier is not None:
            both = f"{_placed(earlier)} and {_placed(column)}"
            yield (
                f"columns {both} are both for {column.target_text}",
                f"say --ignore '#{column.position}'",
            )


def _out_of_place(columns: Sequence[Column], action: str) -> Iterator[tuple[str, str]]:
    for column in columns:
        if action == "identify" and column.target is Target.REMOVE_TAGS:
            yield f'column "{column.name}": only `sendx track` removes tags', _ignore(column)
        elif action == "track" and column.target not in _IN_TRACK:
            yield f'column "{column.name}": a track has no {column.target_text}', _ignore(column)


def _placed(column: Column) -> str:
    return f'{column.position} "{column.name}"'


def _ignore(column: Column) -> str:
    return f"say --ignore '{column.name}'"


def _without_address(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    if not any(column.target is Target.EMAIL for column in columns):
        found = ", ".join(f'"{column.name}"' for column in columns[: 2 * _MAX_NAMED])
        near = next((c.name for c in columns if nearest_target(c.name) is Target.EMAIL), "COLUMN")
        yield f"no column holds the address; there are {found}", f"say --map '{near}=email'"
