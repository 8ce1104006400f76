"""The rows that a sender is given and decides on, and the protocol of what records them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sendx_cli.core.contact.contact import Contact
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Verdict


class Row(NamedTuple):
    """A checked contact and its place.

    Args:
        number: Its place in the order given, from 0.
        contact: What is to be sent.
        line: Its line in the file it came from, if any.
        body: Its payload as JSON, where that has been made already.
        original: What the row itself says, where the account makes it another contact: by this it
            is known again.
    """

    number: int
    contact: Contact
    line: int | None = None
    body: bytes = b""
    original: Contact | None = None


class Decided(NamedTuple):
    """A row whose outcome is decided.

    Args:
        row: The row.
        outcome: Its outcome.
        verdict: On its last attempt; None if there was none.
        attempts: Number of requests made.
        elapsed_s: From its first request to its last answer.
    """

    row: Row
    outcome: Outcome
    verdict: Verdict | None = None
    attempts: int = 0
    elapsed_s: float = 0.0


class Journal(Protocol):
    """Records each row before it is sent and once it is decided."""

    def mark_sending(self, rows: Sequence[Row]) -> None:
        """Record that these rows are about to be sent."""

    def put_back(self, rows: Sequence[Row]) -> None:
        """Record that these rows certainly did not arrive and are pending again."""

    def record(self, rows: Sequence[Decided]) -> None:
        """Record the outcomes of these rows."""


class NoJournal:
    """Records nothing: for contacts named on the command line."""

    def mark_sending(self, rows: Sequence[Row]) -> None:
        """Do nothing."""

    def put_back(self, rows: Sequence[Row]) -> None:
        """Do nothing."""

    def record(self, rows: Sequence[Decided]) -> None:
        """Do nothing."""
