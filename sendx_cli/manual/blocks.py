"""What a topic is made of."""

from collections.abc import Sequence
from typing import NamedTuple


class Paragraph(NamedTuple):
    """Words on one line, wrapped when they are shown."""

    text: str


class Rows(NamedTuple):
    """Names, each with what it means.

    Args:
        title: What they are; empty for none.
        rows: Name and meaning.
    """

    title: str
    rows: Sequence[tuple[str, str]]


class Lines(NamedTuple):
    """Lines that are shown as they are: commands, or parts of a file.

    Args:
        title: What they do; empty for none.
        lines: The lines.
    """

    title: str
    lines: Sequence[str]


Block = Paragraph | Rows | Lines
