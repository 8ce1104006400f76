"""What the journal holds of a row: its content, by which it is known again, and its state."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sendx_cli.core.contact.contact import Contact
from sendx_cli.delivery.rows import Row

DIGEST_BYTES = 16
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class State(StrEnum):
    """Where a row stands: `PENDING` and `IN_FLIGHT`, then an outcome of the same name."""

    PENDING = "pending"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"


class LeftOutKind(StrEnum):
    """Why a row of the file is not sent at all."""

    BAD = "bad"
    HELD_BACK = "held_back"


class LeftOut(NamedTuple):
    """A row of the file that is not sent.

    Args:
        line: The line it begins on.
        kind: Bad, or held back because its person left.
        email: The address, where it was read.
        message: What is wrong with it, or what says that its person left.
    """

    line: int
    kind: LeftOutKind
    email: str | None
    message: str


class InputRead(NamedTuple):
    """How far an input was read whose rows are sent as they come.

    Args:
        line: The last line whose row is in the journal: all before it is there as well, what
            follows was not read, or was read in vain.
        has_ended: Whether the end of the input was seen behind it.
        first_row_line: The line that its first row can begin on.
    """

    line: int
    has_ended: bool
    first_row_line: int = 1


class RowContent(NamedTuple):
    """A row as the journal keeps it. The source's own cells are not kept.

    Args:
        number: Its place in the order of the file, from 0.
        line: Its line in the file.
        digest: By which it is known again in another order, or among mended rows.
        payload: The request's body as JSON text.
    """

    number: int
    line: int | None
    digest: bytes
    payload: str


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row and what is known of it.

    Args:
        number: Its place in the order of the file, from 0.
        line: Its line in the file.
        contact: What is sent.
        state: Where it stands.
        status: HTTP status of its last answer.
        attempts: Requests made for it.
        code: A stable word for what its last attempt came to, as in `Verdict`.
        message: What the service or the network said last.
        elapsed_ms: From its first request to its last answer.
    """

    number: int
    line: int | None
    contact: Contact
    state: State
    status: int | None = None
    attempts: int = 0
    code: str | None = None
    message: str | None = None
    elapsed_ms: float = 0.0


def content_of(row: Row) -> RowContent:
    """Return what is kept of `row`. Members stand in the order of their names.

    Columns that changed their places so make no other row.
    """
    text = _ENCODER.encode(row.contact.payload)
    return RowContent(row.number, row.line, digest_of(row.contact.action, text), text)


def digest_of(action: str, payload: str) -> bytes:
    """Return by what a row is known again: BLAKE2b (RFC 7693) of the action and the payload."""
    return hashlib.blake2b(
        payload.encode(), digest_size=DIGEST_BYTES, person=action.encode()
    ).digest()
