"""What a terminal can show: how many columns, and which characters."""

import os
from collections.abc import Mapping
from typing import TextIO

LEAST_WIDTH = 20
_USUAL_WIDTH = 80


def terminal_width(stream: TextIO, environ: Mapping[str, str]) -> int:
    """Return the columns: `COLUMNS`, else what the terminal says, else 80; 20 at least."""
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return max(int(columns), LEAST_WIDTH)
    try:
        return max(os.get_terminal_size(stream.fileno()).columns, LEAST_WIDTH)
    except (OSError, ValueError):
        return _USUAL_WIDTH


def wrapped(text: str, width: int, indent: str = "  ") -> list[str]:
    """Return text as lines that end between words; a space at its end stays, for an answer."""
    from textwrap import wrap

    lines = wrap(
        text, width - 1, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [*lines[:-1], lines[-1] + " " * text.endswith(" ")] if lines else [text]


def is_utf_8(stream: TextIO) -> bool:
    """Return whether text is written to `stream` as UTF-8."""
    return (stream.encoding or "ascii").lower().replace("-", "") == "utf8"


def shows_only_ascii(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Return whether lines and bars must be drawn in ASCII.

    Python writes UTF-8 in the locale `C` as well (PEP 540); who has asked for that locale need not
    have a terminal that shows it.
    """
    named = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG")
    return not is_utf_8(stream) or named in {"C", "POSIX"}
