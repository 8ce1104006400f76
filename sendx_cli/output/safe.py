"""Text from elsewhere (the service, files, arguments) made harmless before a terminal sees it."""

import json
import re
import unicodedata

_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MAX_TWO_DIGITS = 0xFF
_MAX_FOUR_DIGITS = 0xFFFF
_MARKED_COMMAND = re.compile(r"##(?=\w*\[)")
"""GitHub Actions takes `##[`, Azure Pipelines `##vso[` for a command anywhere in a line."""
_LINE_COMMAND = re.compile(r":(?=:[A-Za-z])")
_LINE_START = re.compile(r"^(\s*):(?=:[A-Za-z])")
"""GitHub Actions takes `::error` for a command at the start of a line."""


def safe(text: str) -> str:
    r"""Escape control, direction and other invisible characters as `\xNN`, `\uNNNN`.

    Plain printable text comes back as it is. `##[` and the like are broken up, because build
    servers take them for commands wherever they stand in a line.
    """
    if not text.isprintable():
        text = "".join(_escape(character) for character in text)
    return _MARKED_COMMAND.sub(r"#\\x23", text) if "##" in text else text


def safe_line(text: str) -> str:
    r"""Return what `safe` does, for text that begins a line.

    There a build server would also take `::error` for a command: it becomes `\x3a:error`.
    """
    return _LINE_START.sub(r"\1\\x3a", safe(text))


def safe_to_fold(text: str) -> str:
    """Return what `safe_line` does, for text that is broken into lines: any part may begin one."""
    return _LINE_COMMAND.sub(r"\\x3a", safe(text))


def safe_json(text: str) -> str:
    r"""Write invisible characters and `##[` as `\uNNNN` in JSON text: its value stays the same."""
    if not text.isprintable():
        text = "".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in text)
    return _MARKED_COMMAND.sub(r"\\u0023\\u0023", text) if "##" in text else text


def _escape(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) not in _HARMFUL:
        return character
    code = ord(character)
    if code <= _MAX_TWO_DIGITS:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _MAX_FOUR_DIGITS else f"\\U{code:08x}"
