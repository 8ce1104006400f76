"""Records as tables that fit the terminal (rich)."""

import json
from collections.abc import Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sendx_cli.output.formats import Record
from sendx_cli.output.safe import safe

_NARROW = 90
_HIDDEN_WHERE_MANY = ("action", "response", "error")
_HIDDEN_WHERE_NARROW = ("action", "response", "error", "attempts", "elapsed_ms", "method", "url")
_STYLES = {True: "green", False: "red"}


def draw_one(
    records: Sequence[Record], stream: TextIO, environ: Mapping[str, str], *, color: bool | None
) -> str:
    """Return one record as a table of two columns: member and value."""
    table = Table(show_header=False, expand=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _flat(records[0]).items():
        if value is not None:
            table.add_row(Text(safe(name)), _text(name, value))
    return _drawn(table, stream, environ, color=color)


def draw_rows(
    records: Sequence[Record], stream: TextIO, environ: Mapping[str, str], *, color: bool | None
) -> str:
    """Return records as a table with a row each."""
    if not records:
        return ""
    width = _console(stream, environ, color=color).width
    hidden = _HIDDEN_WHERE_NARROW if width < _NARROW else _HIDDEN_WHERE_MANY
    names = [name for name in records[0] if name not in hidden]
    table = Table(expand=False)
    for name in names:
        table.add_column(Text(safe(name)), overflow="fold")
    for record in records:
        table.add_row(*(_text(name, record.get(name)) for name in names))
    return _drawn(table, stream, environ, color=color)


def _drawn(table: Table, stream: TextIO, environ: Mapping[str, str], *, color: bool | None) -> str:
    console = _console(stream, environ, color=color)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def _console(stream: TextIO, environ: Mapping[str, str], *, color: bool | None) -> Console:
    return Console(
        file=stream,
        force_terminal=True if color is None and _is_forced(environ) else color,
        no_color=None if color is None else not color,
        _environ=environ,
        highlight=False,
        emoji=False,
        markup=False,
    )


def _is_forced(environ: Mapping[str, str]) -> bool:
    """Whether CLICOLOR_FORCE asks for colour off a terminal (https://bixense.com/clicolors/).

    FORCE_COLOR and NO_COLOR, which is stronger, are heeded by rich.
    """
    return environ.get("CLICOLOR_FORCE", "0") not in {"", "0"} and not environ.get("NO_COLOR")


def _flat(record: Record, prefix: str = "") -> dict[str, object]:
    """Name the members of members `response.message`, so that each has a line of its own."""
    flat: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, Mapping) and value:
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def _text(name: str, value: object) -> Text:
    if isinstance(value, bool):
        return Text("yes" if value else "no", style=_STYLES[value] if name == "ok" else "")
    if value is None:
        return Text("")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return Text(safe(", ".join(value)))
    if isinstance(value, list | dict):
        return Text(safe(json.dumps(value, ensure_ascii=False)))
    return Text(safe(str(value)))
