"""The values that completion passes around: what was typed, and what could follow."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from sendx_cli.completion.table import Entry


class Kind(StrEnum):
    """What the shell does with an answer."""

    WORDS = "words"
    """Offer the candidates, a blank behind a chosen one."""
    OPEN = "open"
    """The same without the blank: something follows (`COLUMN=`)."""
    FILES = "files"
    """Offer files."""


class Candidate(NamedTuple):
    """What could stand at the cursor, and what it is, in a few words."""

    text: str
    help: str = ""


class Answer(NamedTuple):
    """What a shell is told."""

    kind: Kind = Kind.WORDS
    candidates: Sequence[Candidate] = ()


class Typed(NamedTuple):
    """What was typed before the cursor.

    Args:
        command: Its words, such as `runs show`.
        options: The values given to options so far, by the option's first name.
        arguments: The arguments given so far.
        pending: The option whose value is being typed.
        is_all_arguments: Whether `--` was typed.
    """

    command: str
    options: Mapping[str, Sequence[str]]
    arguments: Sequence[str]
    pending: Entry | None = None
    is_all_arguments: bool = False
