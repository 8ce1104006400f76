"""Text from elsewhere (the service, files, arguments) made harmless before a terminal sees it."""

import json
import unicodedata

_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MAX_TWO_DIGITS = 0xFF
_MAX_FOUR_DIGITS = 0xFFFF


def safe(text: str) -> str:
    r"""Escape control, direction and other invisible characters as `\xNN`, `\uNNNN`.

    Plain printable text comes back as it is. `##[` is broken up, because build servers take
    it for a command wherever it stands in a line.
    """
    if not text.isprintable():
        text = "".join(_escape(character) for character in text)
    return text.replace("##[", r"#\x23[")


def safe_json(text: str) -> str:
    r"""Write invisible characters and `##[` as `\uNNNN` in JSON text: its value stays the same."""
    if not text.isprintable():
        text = "".join(c if c == "\n" or c.isprintable() else json.dumps(c)[1:-1] for c in text)
    return text.replace("##[", r"\u0023\u0023[")


def _escape(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) not in _HARMFUL:
        return character
    code = ord(character)
    if code <= _MAX_TWO_DIGITS:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _MAX_FOUR_DIGITS else f"\\U{code:08x}"
