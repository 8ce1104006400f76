"""One contact on its way through a run."""

from typing import NamedTuple

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
    """

    number: int
    contact: Contact
    line: int | None = None
    body: bytes = b""


class Settled(NamedTuple):
    """A row whose fate is decided.

    Args:
        row: The row.
        outcome: Its fate.
        verdict: What its last attempt came to; None if there was none.
        attempts: Requests made for it.
        elapsed_s: From its first request to its last answer.
    """

    row: Row
    outcome: Outcome
    verdict: Verdict | None = None
    attempts: int = 0
    elapsed_s: float = 0.0
