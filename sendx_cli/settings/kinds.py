"""What a setting may be: each parser takes text and returns the value.

Each raises `InvalidValue`, which says what the value must be. The text itself never gets into
that message, because a value in the wrong place can be a secret.
"""

import math
import os.path
import re
from collections.abc import Callable

from sendx_cli.errors import InvalidValue

OUTPUTS = ("table", "json", "jsonl", "csv")

_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_PREFIX = re.compile(r"[!-~]{1,64}")
_PROFILE_NAME = re.compile(r"\w[\w.-]{0,63}")


def profile_name(text: str) -> str:
    """Return a profile's name: letters, digits, `_`, `.` and `-`, at most 64.

    Raises:
        InvalidValue: It is none.
    """
    if not _PROFILE_NAME.fullmatch(text):
        raise InvalidValue('a profile\'s name has 1 to 64 letters, digits, "_", "." or "-"')
    return text


def number(low: float, high: float) -> Callable[[str], float]:
    """Return a parser of finite numbers within the bounds, in plain decimal notation."""

    def parse(text: str) -> float:
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not low <= value <= high:
            raise InvalidValue(f"must be a number from {low:g} to {high:g}")
        return value

    return parse


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole numbers within the bounds."""

    def parse(text: str) -> int:
        is_whole = text.isascii() and text.isdigit() and len(text) <= len(str(high))
        if not is_whole or not low <= int(text) <= high:
            raise InvalidValue(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def output_format(text: str) -> str:
    """Return the name of an output format."""
    if text not in OUTPUTS:
        raise InvalidValue(f"must be one of {', '.join(OUTPUTS)}")
    return text


def truth(text: str) -> bool:
    """Return what `true` or `false` means."""
    if text not in {"true", "false"}:
        raise InvalidValue("must be true or false")
    return text == "true"


def key_prefix(text: str) -> str:
    """Return a word that a header can carry (RFC 9110, 5.5)."""
    if not _PREFIX.fullmatch(text):
        raise InvalidValue('must be one word of visible ASCII, such as "Token"')
    return text


def absolute_path(text: str) -> str:
    """Return an absolute path; whether a file is there is found out when it is used."""
    # A relative one would be read from whatever directory sendx happens to be called in.
    if not os.path.isabs(text) or "\0" in text:  # noqa: PTH117 - Path loads for nothing else here
        raise InvalidValue("must be an absolute path")
    return text


def command_line(text: str) -> str:
    """Return a command on one line."""
    if not text.strip() or not text.isprintable():
        raise InvalidValue('must be one line, a program and its arguments, such as "pass sendx"')
    return text


def tidy(value: object) -> object:
    """Return a value as people write it: a float without a fraction as a whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
