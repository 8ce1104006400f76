"""Records as tables that fit the terminal (rich)."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sendx_cli.output.cell_width import ELLIPSIS, columns_of, cut_middle
from sendx_cli.output.cells import cell_text, flat
from sendx_cli.output.fitting import GAP, widths_within
from sendx_cli.output.formats import Record
from sendx_cli.output.safe import safe, safe_to_fold
from sendx_cli.output.terminal import shows_only_ascii, terminal_width

_NARROW = 90
_HIDDEN = frozenset({"action", "response", "error"})
_HIDDEN_OF_RESULTS = _HIDDEN | {"attempts", "elapsed_ms", "method", "url"}
_HIDDEN_OF_CONTACTS = frozenset({"encryptedTeamId", "encryptedId"})
_FOLDED = frozenset({"body", "message", "value"})
"""Read to the end: where they are too wide, they go on below."""
_ANY_HEIGHT = 25
_RULE = "    \n    \n {0} \n    \n    \n    \n    \n    \n"
"""A line below the header, and nothing else."""
_STYLES = {"yes": "green", "no": "red"}


def draw_one(
    records: Sequence[Record], stream: TextIO, environ: Mapping[str, str], *, color: bool | None
) -> str:
    """Return one record as a table of two columns: member and value."""
    frame = box.ASCII if shows_only_ascii(stream, environ) else box.SQUARE
    table = Table(show_header=False, expand=False, box=frame)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in flat(records[0]).items():
        if value is not None:
            table.add_row(Text(safe(name)), _styled(name, cell_text(name, value)))
    return _drawn(table, _console(stream, environ, color=color))


def draw_rows(
    records: Sequence[Record], stream: TextIO, environ: Mapping[str, str], *, color: bool | None
) -> str:
    """Return records as a table with a row each, within the terminal's width.

    Columns that are empty throughout are left out, then those that matter least; cells that are
    too wide are shortened in the middle, never ids and numbers.
    """
    if not records:
        return ""
    console = _console(stream, environ, color=color)
    columns = _columns(records, console.width)
    natural = {
        name: max(columns_of(text) for text in (safe(name), *cells))
        for name, cells in columns.items()
    }
    numbers = {name for name, cells in columns.items() if _are_numbers(records, name)}
    widths = widths_within(console.width, natural, whole=numbers)
    is_ascii = shows_only_ascii(stream, environ)
    ellipsis = "..." if is_ascii else ELLIPSIS
    rule = box.Box(_RULE.format("--" if is_ascii else "──"), ascii=is_ascii)
    table = Table(box=rule, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for name, width in widths.items():
        heading = Text(cut_middle(safe(name), width, ellipsis))
        table.add_column(
            heading,
            width=width,
            overflow="fold",
            justify="right" if name in numbers else "left",
        )
    for number in range(len(records)):
        table.add_row(
            *(
                _styled(name, _shortened(name, columns[name][number], width, ellipsis))
                for name, width in widths.items()
            )
        )
    return "".join(f"{line.rstrip()}\n" for line in _drawn(table, console).splitlines())


def _columns(records: Sequence[Record], width: int) -> dict[str, list[str]]:
    first = records[0]
    hidden = _HIDDEN_OF_CONTACTS
    if "ok" in first or "body" in first:
        hidden = _HIDDEN_OF_RESULTS if width < _NARROW else _HIDDEN
    columns = {
        name: [safe_to_fold(cell_text(name, record.get(name))) for record in records]
        for name in first
        if name not in hidden
    }
    return {name: cells for name, cells in columns.items() if any(cells)} or columns


def _are_numbers(records: Sequence[Record], name: str) -> bool:
    values = [record.get(name) for record in records]
    return all(type(value) in {int, float} for value in values if value is not None)


def _shortened(name: str, text: str, width: int, ellipsis: str) -> str:
    return text if name in _FOLDED else cut_middle(text, width, ellipsis)


def _styled(name: str, text: str) -> Text:
    return Text(text, style=_STYLES.get(text, "") if name == "ok" else "")


def _drawn(table: Table, console: Console) -> str:
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def _console(stream: TextIO, environ: Mapping[str, str], *, color: bool | None) -> Console:
    return Console(
        file=stream,
        # rich takes a dumb terminal for one of 80 columns, unless it is given both.
        width=terminal_width(stream, environ),
        height=_ANY_HEIGHT,
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
