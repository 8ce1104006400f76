"""What an undo does not take back: why, of whom, and what it is."""

from enum import StrEnum
from typing import NamedTuple


class Irreversible(StrEnum):
    """Why something of a run stays though the rest of its contact is taken back."""

    CREATED = "contacts that were created"
    EMPTY_BEFORE = "names and companies that were empty before"
    NO_FIELD_BEFORE = "custom fields that had no value before"
    LIST = "lists that were joined"
    BIRTHDAY = "birthdays: they cannot be read"
    ADDRESS = "addresses whose previous one now belongs to another contact"
    UNREADABLE = "values that could not be read, or cannot be sent"
    NOT_RECORDED = "values that are in no snapshot"


class NotUndone(StrEnum):
    """Why nothing of a contact is taken back."""

    CHANGED = "changed by others since"
    DOUBTFUL = "unclear: neither as before the run nor as after it"
    GONE = "no longer there"
    LEFT = "opted out since"
    NOT_RECORDED = "in no snapshot"


class Remark(NamedTuple):
    """Something that is not taken back.

    Args:
        kind: Why.
        email: The contact's address now.
        text: What it is, in words.
    """

    kind: Irreversible | NotUndone
    email: str
    text: str


class Remarks:
    """Collects what is not taken back of one contact.

    Args:
        email: Its address now.
        remarks: Where they go.
    """

    def __init__(self, email: str, remarks: list[Remark]) -> None:
        self._email = email
        self._remarks = remarks

    def add(self, kind: Irreversible | NotUndone, text: str) -> None:
        """Add one."""
        self._remarks.append(Remark(kind, self._email, text))
