"""The problems of mapped columns, all reported at once."""

from collections.abc import Collection, Iterator, Sequence

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.spellings import Target, nearest_target
from sendx_cli.core.mapping.suggestions import (
    IN_TRACK,
    SHARED,
    mapped_to,
    named_in_option,
    option_text,
    suggestions,
    unexplained,
)
from sendx_cli.errors import ColumnsRefused

_FULL_NAME = (str(Target.FIRST_NAME), str(Target.LAST_NAME))
_MAX_NAMED = 5
_MAX_LINES = 50
_MAX_FIRST = 40
"""Columns that first options are filled up to."""


def refuse_problems(columns: Sequence[Column], action: str, fields: Collection[str] = ()) -> None:
    """Refuse columns that no contact can be made of.

    Args:
        columns: All columns of the file.
        action: `identify` or `track`.
        fields: Custom fields that the account is known to have: one may be meant.

    Raises:
        ColumnsRefused: It names all problems.
    """
    unknown = unexplained(columns)
    problems = [
        *_unmapped(unknown, action),
        *beyond_unexplained(columns, action),
        *_without_address(columns),
    ]
    if problems:
        messages, hints = zip(*problems, strict=True)
        raise ColumnsRefused(
            "; ".join(messages),
            hint="; ".join(dict.fromkeys(filter(None, hints))),
            lines=[*_option_lines(unknown, columns, action, fields)],
        )


def beyond_unexplained(columns: Sequence[Column], action: str) -> list[tuple[str, str]]:
    """Return what is wrong whatever unexplained columns are for: what it is, and a hint."""
    return [*_doubled(columns), *_out_of_place(columns, action)]


def _unmapped(unknown: Sequence[Column], action: str) -> Iterator[tuple[str, str]]:
    if not unknown:
        return
    named = ", ".join(f'"{column.name}"' for column in unknown[:_MAX_NAMED])
    more = f" and {len(unknown) - _MAX_NAMED} more" if len(unknown) > _MAX_NAMED else ""
    noun, use = ("column", "it") if len(unknown) == 1 else ("columns", "each")
    or_fields = "" if action == "track" else ", or --custom-fields for all"  # it has none
    yield (
        f"unknown {noun} {named}{more}",
        f"use one option for {use}{or_fields}; `sendx help columns` shows all targets",
    )


def _option_lines(
    unknown: Sequence[Column], columns: Sequence[Column], action: str, fields: Collection[str]
) -> Iterator[str]:
    """Yield a line for each column: the likeliest option, then the others as a comment.

    So whoever pastes the line into a command gives the first alone.
    """
    found = []
    assumed = list(columns)
    for column in unknown[:_MAX_LINES]:
        named = named_in_option(column, columns)
        targets = suggestions(column, assumed, action, fields)
        assumed[column.position - 1] = mapped_to(column, targets[0])
        found.append([option_text(named, target) for target in _few(targets)])
    width = min(max((len(first) for first, *_ in found), default=0), _MAX_FIRST)
    for first, *others in found:
        yield f"{first:<{width}}  # or {' or '.join(others)}" if others else first
    if len(unknown) > _MAX_LINES:
        yield f"and {len(unknown) - _MAX_LINES} more columns"


def _few(targets: Sequence[str]) -> list[str]:
    """Return the likeliest target, a custom field, and `ignore`, which is the last."""
    first, *others = targets
    field = next((target for target in targets if target.startswith(f"{Target.FIELD}:")), first)
    return [*dict.fromkeys([first, field, *others[-1:]])]


def _doubled(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    first: dict[str, Column] = {}
    for column in columns:
        if column.target in SHARED:
            continue
        taken = _FULL_NAME if column.target is Target.FULL_NAME else (column.target_text,)
        earlier = next((first[text] for text in taken if text in first), None)
        first.update(dict.fromkeys(taken, column))
        if earlier is not None:
            both = f"{_placed(earlier)} and {_placed(column)}"
            yield (
                f"columns {both} are both for {column.target_text}",
                f"use --ignore '#{column.position}'",
            )


def _out_of_place(columns: Sequence[Column], action: str) -> Iterator[tuple[str, str]]:
    for column in columns:
        if action == "identify" and column.target is Target.REMOVE_TAGS:
            yield f'column "{column.name}": only `sendx track` removes tags', _ignore(column)
        elif action == "track" and column.target not in IN_TRACK:
            yield (
                f'column "{column.name}": not used by track: {column.target_text}',
                _ignore(column),
            )


def _placed(column: Column) -> str:
    return f'{column.position} "{column.name}"'


def _ignore(column: Column) -> str:
    return f"use --ignore '{column.name}'"


def _without_address(columns: Sequence[Column]) -> Iterator[tuple[str, str]]:
    if not any(column.target is Target.EMAIL for column in columns):
        found = ", ".join(f'"{column.name}"' for column in columns[: 2 * _MAX_NAMED])
        near = next((c.name for c in columns if nearest_target(c.name) is Target.EMAIL), "COLUMN")
        yield (
            f"no column contains the address; the columns are {found}",
            f"use --map '{near}=email'",
        )
