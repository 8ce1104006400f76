"""A line for each request that came to the server: what `--log` writes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import TextIO

from sendx_cli.sandbox.messages import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The log entry of one request, without the key.

    Args:
        unix_s: When it came, in seconds since 1970.
        method: HTTP method.
        path: Without the query.
        emails: The addresses that its body names.
        status: What was answered; None where nothing was.
        fault: What went wrong on purpose: a kind of `faults.Failure`, or `rate_limit`.
        was_applied: Whether the contacts are now as it asked, whatever the client was told.
    """

    unix_s: float
    method: str
    path: str
    emails: tuple[str, ...]
    status: int | None
    fault: str | None
    was_applied: bool


class LogWriter:
    """Writes entries as JSON Lines; threads may share one.

    Args:
        stream: Written to, and flushed after each line.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = Lock()

    def write(self, entry: Entry) -> None:
        """Write one line."""
        with self._lock:
            self._stream.write(_line_of(entry))
            self._stream.flush()


def emails_in(request: Request) -> tuple[str, ...]:
    """Return the addresses in a body; none where it cannot be read."""
    try:
        body: object = json.loads(request.body)
    except (ValueError, RecursionError):
        return ()
    return tuple(_emails(body))


def _emails(value: object) -> Iterator[str]:
    for contact in value if isinstance(value, list) else [value]:
        if isinstance(contact, dict):
            named = (contact.get("email"), contact.get("newEmail"))
            yield from (email for email in named if isinstance(email, str))


def _line_of(entry: Entry) -> str:
    members = {
        "time": datetime.fromtimestamp(entry.unix_s, UTC).isoformat(timespec="milliseconds"),
        "method": entry.method,
        "path": entry.path,
        "emails": entry.emails,
        "status": entry.status,
        "fault": entry.fault,
        "applied": entry.was_applied,
    }
    return json.dumps(members) + "\n"
