"""The width of a text in columns of a terminal, and cutting texts to a width."""

import unicodedata
from collections.abc import Iterable

ELLIPSIS = "…"


def cut_to(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """Shorten a text of one line that takes more than `width` columns."""
    columns = 0
    fits = 0
    for at, character in enumerate(text):
        columns += _columns_of(character)
        if columns > width:
            return text[:fits] + ellipsis
        if columns <= width - len(ellipsis):
            fits = at + 1
    return text


def cut_middle(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """Shorten a text of one line that takes more than `width` columns, keeping both its ends."""
    if columns_of(text) <= width:
        return text
    room = max(width - len(ellipsis), 0)
    end = _fitting(reversed(text), room // 2)
    start = _fitting(text, room - room // 2)
    return (text[:start] + ellipsis + (text[-end:] if end else ""))[:width]


def columns_of(text: str) -> int:
    """Return how many columns a text of one line takes."""
    return sum(map(_columns_of, text))


def padded(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """Cut or fill a text of one line to just `width` columns."""
    fitting = cut_to(text, width, ellipsis)
    return fitting + " " * (width - columns_of(fitting))


def _fitting(characters: Iterable[str], width: int) -> int:
    """Return how many of the characters fit `width` columns."""
    columns = count = 0
    for character in characters:
        columns += _columns_of(character)
        if columns > width:
            break
        count += 1
    return count


def _columns_of(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
