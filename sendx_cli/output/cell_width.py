"""The width of a text in columns of a terminal, and cutting texts to a width."""

import unicodedata

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


def padded(text: str, width: int, ellipsis: str = ELLIPSIS) -> str:
    """Cut or fill a text of one line to just `width` columns."""
    fitting = cut_to(text, width, ellipsis)
    return fitting + " " * (width - sum(map(_columns_of, fitting)))


def _columns_of(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
