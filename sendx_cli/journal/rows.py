"""What the journal keeps of a row: its content, a digest to match it by, and its state."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sendx_cli.core.contact.contact import Contact
from sendx_cli.delivery.rows import Row

DIGEST_BYTES = 16
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def storable(text: str) -> str:
    r"""Return a text from the service as SQLite can hold it: half a surrogate pair as `\ud800`."""
    return text.encode("utf-8", "backslashreplace").decode()


class State(StrEnum):
    """The state of a row: `PENDING` or `IN_FLIGHT`, then the outcome of the same name."""

    PENDING = "pending"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNCHANGED = "unchanged"


class LeftOutKind(StrEnum):
    """Why a row of the file is not sent at all; or, of an undo, what it does not take back."""

    BAD = "bad"
    HELD_BACK = "held_back"
    NOT_UNDONE = "not_undone"
    IRREVERSIBLE = "irreversible"

    @property
    def is_of_undo(self) -> bool:
        """Whether it is about a contact, not about a row of a file."""
        return self in {LeftOutKind.NOT_UNDONE, LeftOutKind.IRREVERSIBLE}


class LeftOut(NamedTuple):
    """A row of the file that is not sent, or something that an undo does not take back.

    Args:
        line: The line it begins on; of an undo, which has none, its place among them.
        kind: Bad, or held back because of an opt-out; of an undo, not undone or irreversible.
        email: The address, if it could be read.
        message: What is wrong with it, what marks it as an opt-out, or what is not taken back.
    """

    line: int
    kind: LeftOutKind
    email: str | None
    message: str


class InputRead(NamedTuple):
    """How far the input of a stream was read.

    Args:
        line: The last line whose row is in the journal, as are all before it; what follows was
            not read, or was read and discarded.
        has_ended: Whether the end of the input was seen behind it.
        first_row_line: The line after the header, on which the first row can begin.
    """

    line: int
    has_ended: bool
    first_row_line: int = 1


class RowContent(NamedTuple):
    """A row as the journal keeps it. The source's own cells are not kept.

    Args:
        number: Its place in the order of the file, from 0.
        line: Its line in the file.
        digest: Identifies the row's content, in any order and among edited rows.
        payload: The request's body as JSON text, as the row itself says it.
        sent: What is sent instead of it, where the account makes it another: a list's id in place
            of its name.
    """

    number: int
    line: int | None
    digest: bytes
    payload: str
    sent: str | None = None


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row with its state.

    Args:
        number: Its place in the order of the file, from 0.
        line: Its line in the file.
        contact: What is sent.
        state: Its state.
        status: HTTP status of its last answer.
        attempts: Number of requests made.
        code: The stable code of its last verdict, as in `Verdict`.
        message: The message of its last verdict.
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
    """Return what is kept of `row`.

    Members are sorted by name, so that the order of the file's columns does not matter.
    """
    original = row.original or row.contact
    text = _ENCODER.encode(original.payload)
    sent = None if row.original is None else _ENCODER.encode(row.contact.payload)
    return RowContent(row.number, row.line, digest_of(original.action, text), text, sent)


def digest_of(action: str, payload: str) -> bytes:
    """Return the digest that identifies a row: BLAKE2b (RFC 7693) of the action and the payload."""
    return hashlib.blake2b(
        payload.encode(), digest_size=DIGEST_BYTES, person=action.encode()
    ).digest()
