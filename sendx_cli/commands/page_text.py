"""The text of help pages, loaded when one is shown."""

from collections.abc import Sequence
from inspect import cleandoc
from typing import Any, NamedTuple

import typer

from sendx_cli.commands.sections import COLUMNS, CONTACT, FILE, OUTPUT, SENDING, SERVICE

_OWN, _ARGUMENTS, _COMMANDS = "Options", "Arguments", "Commands"
_ORDER = (_ARGUMENTS, _OWN, CONTACT, FILE, COLUMNS, SENDING, SERVICE, OUTPUT)
_EXAMPLES = "Examples"
_MAX_NAME = 24
"""Columns for names: what is longer has a line of its own."""


class Section(NamedTuple):
    """Arguments, options or commands under one title: each with what it is for."""

    title: str
    rows: tuple[tuple[str, str], ...]


class Description(NamedTuple):
    """What a command's docstring says.

    Args:
        text: Its paragraphs.
        examples: Whole command lines.
    """

    text: str
    examples: tuple[str, ...]


def description_of(command: Any) -> Description:  # noqa: ANN401 - a command or a group
    """Return a command's text and its examples, which stand last, under `Examples:`."""
    text, _, examples = cleandoc(command.help or "").partition(f"\n\n{_EXAMPLES}:\n")
    return Description(text, tuple(line.strip() for line in examples.splitlines()))


def sections_of(command: Any, ctx: typer.Context) -> list[Section]:  # noqa: ANN401 - as above
    """Return a command's arguments and options by section, in the order of the page."""
    rows: dict[str, list[tuple[str, str]]] = {title: [] for title in _ORDER}
    for parameter in command.params:
        record = parameter.get_help_record(ctx)
        if record is not None:
            rows[_section_of(parameter)].append((record[0], _without_range(record[1])))
    last = OUTPUT if rows[OUTPUT] else _OWN
    rows[last].append(command.get_help_option(ctx).get_help_record(ctx))
    return [Section(title, tuple(found)) for title, found in rows.items() if found]


def commands_of(group: Any) -> Section:  # noqa: ANN401 - as above
    """Return the commands of a group, each with the first line of its help, never cut short."""
    commands = group.commands.items()
    rows = ((name, cleandoc(command.help or "").partition("\n")[0]) for name, command in commands)
    return Section(_COMMANDS, tuple(rows))


def write_description(command: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
    """Write what a command does, then its examples."""
    text, examples = description_of(command)
    if text:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text)
    if examples:
        with formatter.section(_EXAMPLES):
            for example in examples:
                formatter.write(f"  {example}\n")


def write_sections(sections: Sequence[Section], formatter: Any) -> None:  # noqa: ANN401 - as above
    """Write sections, the names of all of them in one column."""
    names = [name for section in sections for name, _ in section.rows]
    width = min(max(map(len, names)), _MAX_NAME)
    for title, rows in sections:
        with formatter.section(title):
            formatter.write_dl([(name.ljust(width), text) for name, text in rows], col_max=width)


def _section_of(parameter: Any) -> str:  # noqa: ANN401 - an option or an argument
    if parameter.param_type_name == "argument":
        return _ARGUMENTS
    return parameter.rich_help_panel or _OWN


def _without_range(text: str) -> str:
    """Leave out what Typer says of a number's range, `[x>=0]`: the option's help says it."""
    head, _, tail = text.rpartition("  [")
    return head if tail.startswith("x") else text
