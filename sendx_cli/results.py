"""The results of commands: values with one JSON form each, documented and stable.

Tuples with names, here and wherever a call or a row needs one: a frozen dataclass takes a
millisecond to declare and microseconds to make.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sendx_cli.core.replies.outcome import Outcome


class ResultError(NamedTuple):
    """Why a contact was not accepted.

    Args:
        kind: A stable word for programs, such as `rejected` or `timeout`.
        message: What happened, for people.
        hint: What to do next, if anything.
    """

    kind: str
    message: str
    hint: str | None = None


class Sent(NamedTuple):
    """What was sent of a contact.

    Args:
        body: The payload of its request; None where nothing was sent.
    """

    body: Mapping[str, object] | None


class Result(NamedTuple):
    """The outcome of one contact.

    Args:
        email: The address as it was sent.
        action: `identify` or `track`; `undo` of what an undo does not take back.
        outcome: Its outcome.
        message: What the service or the network said last.
        status: HTTP status of the last answer, or None.
        response: The body of the last answer as it came.
        error: Why it was not accepted, or None.
        attempts: Number of requests made.
        elapsed_ms: From its first request to its last answer.
        source: The file it came from, or None.
        line: Its line in that file, or None.
        sent: What was sent, where that is told; None: it is not.
        state: The row's state as `runs show --state` names it; None: the outcome says it all.
    """

    email: str
    action: str
    outcome: Outcome
    message: str
    status: int | None = None
    response: object = None
    error: ResultError | None = None
    attempts: int = 0
    elapsed_ms: float = 0.0
    source: str | None = None
    line: int | None = None
    sent: Sent | None = None
    state: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the service accepted the contact, or has it as it should be already."""
        return self.outcome in {Outcome.ACCEPTED, Outcome.UNCHANGED}

    def record(self) -> dict[str, object]:
        """The documented members, in their documented order."""
        error = self.error
        members: dict[str, object] = {
            "email": self.email,
            "action": self.action,
            "ok": self.ok,
            "status": self.status,
            "message": self.message,
            "response": self.response,
            "error": error and {"kind": error.kind, "message": error.message, "hint": error.hint},
            "attempts": self.attempts,
            "elapsed_ms": round(self.elapsed_ms, 1),
        }
        if self.source is not None:
            members |= {"source": self.source, "line": self.line}
        if self.sent is not None:
            members["sent"] = self.sent.body
        return members


class PlannedRequest(NamedTuple):
    """A request as it would be sent. The key is no part of it."""

    action: str
    method: str
    url: str
    body: dict[str, object]
    line: int | None = None

    def record(self) -> dict[str, object]:
        """The documented members, in their documented order."""
        members: dict[str, object] = {
            "action": self.action,
            "method": self.method,
            "url": self.url,
            "body": self.body,
        }
        return members if self.line is None else {**members, "line": self.line}
