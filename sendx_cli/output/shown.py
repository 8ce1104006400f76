"""Which results of a run are shown."""

from enum import StrEnum
from typing import TextIO


class Shown(StrEnum):
    """Which rows have their results written to standard output."""

    ALL = "all"
    FAILED = "failed"
    """Those that were not accepted."""
    NONE = "none"


def shown_on(stream: TextIO, asked: Shown | None) -> Shown:
    """Return which results are shown: as asked for, else all, but on a terminal those that failed.

    Args:
        stream: Where results go.
        asked: What was asked for.
    """
    return asked or (Shown.FAILED if stream.isatty() else Shown.ALL)
