"""The question what a column is for, as lines of a terminal."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.output.cell_width import cut_to
from sendx_cli.output.safe import safe
from sendx_cli.output.terminal import wrapped

IGNORE_KEY = "i"
TYPE_KEY = "t"
QUIT_KEY = "q"
_FIELD = f"{Target.FIELD}:"
_CUSTOM_FIELD = "custom field "
_SAMPLE_WIDTH = 24
_LEAST_NAME = 8


class Question(NamedTuple):
    """What is asked about one column.

    Args:
        column: The column.
        place: Which question it is, and of how many: `1 of 3`.
        samples: Some of its values, as they are in the file.
        targets: What it may be for, as in `--map`: the likeliest first, `ignore` last.
        fields: Custom fields that the account is known to have.
    """

    column: Column
    place: str
    samples: Sequence[str]
    targets: Sequence[str]
    fields: Sequence[str]

    @property
    def answers(self) -> dict[str, str]:
        """The target of each key: numbers, and a letter to ignore it."""
        numbered = {str(number): text for number, text in enumerate(self.targets[:-1], start=1)}
        return {**numbered, IGNORE_KEY: self.targets[-1]}

    @property
    def first_key(self) -> str:
        """The key that Enter stands for."""
        return next(iter(self.answers))


def question_lines(question: Question, width: int, *, ascii_only: bool = False) -> list[str]:
    """Return a question as lines no wider than a terminal, and harmless to it."""
    ellipsis = "..." if ascii_only else "…"
    column, place = question.column, f" (column {question.column.position}, {question.place})"
    name = cut_to(safe(column.name), max(width - len(place) - 2, _LEAST_NAME), ellipsis)
    samples = ", ".join(
        f'"{cut_to(safe(text), _SAMPLE_WIDTH, ellipsis)}"' for text in question.samples
    )
    lines = [
        f'"{name}"{place}',
        *([f"  such as {samples}"] if samples else []),
    ]
    for key, label in _labels(question):
        lines += _label_lines(key, safe(label), width)
    return ["", *(cut_to(line, width, ellipsis) for line in lines)]


def _label_lines(key: str, label: str, width: int) -> list[str]:
    """Return a key and what it means; words of our own are not cut."""
    line = f"  {key}  {label}"
    if len(line) <= width or label.startswith(_CUSTOM_FIELD):
        return [line]
    return wrapped(line, width, " " * (len(key) + 4))


def prompt(question: Question) -> str:
    """Return what stands before the cursor."""
    return f"press a key (Enter: {question.first_key}): "


def _labels(question: Question) -> Iterator[tuple[str, str]]:
    for key, target in question.answers.items():
        yield key, _label(target, question.fields)
    yield TYPE_KEY, "type another target"
    yield QUIT_KEY, "quit, send nothing"


def _label(target: str, fields: Sequence[str]) -> str:
    if target == Target.IGNORED:
        return "ignore, do not send it"
    if target == Target.OPT_OUT:
        return f"{target}, hold back who opted out"
    if not target.startswith(_FIELD):
        return target
    name = target.removeprefix(_FIELD)
    return f"{_CUSTOM_FIELD}{name}{' (of the account)' if name in fields else ''}"
