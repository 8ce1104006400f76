"""What of an account cannot be read, so that nobody asks for it again and again."""

from sendx_cli.core.replies.retry import Decision, Stop
from sendx_cli.core.replies.verdict import Verdict

_NOT_THERE = frozenset({404, 405, 410})


class Unreadable:
    """The collections that cannot be read, and why.

    One of which nothing was ever read is not there when it is not found; where the key or the plan
    is refused, every page will be.
    """

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}
        self._read: set[str] = set()
        self._given_up: str | None = None
        self.stops: dict[str, Verdict] = {}
        """What no further request can change, by the collection's path."""

    @property
    def has_read_any(self) -> bool:
        """Whether a page of any collection was read."""
        return bool(self._read)

    def reason(self, path: str) -> str | None:
        """Return why this collection cannot be read; None: it may be read."""
        return self._given_up or self._reasons.get(path)

    def was_read(self, path: str) -> None:
        """Record that a page of this collection was read."""
        self._read.add(path)

    def learn(self, path: str, verdict: Verdict, decision: Decision) -> None:
        """Record that a page of this collection could not be read."""
        is_absent = verdict.status in _NOT_THERE and path not in self._read
        if is_absent or isinstance(decision, Stop):
            self._reasons.setdefault(path, reason_of(verdict))
            self.stops.setdefault(path, verdict)

    def give_up(self, reason: str) -> None:
        """Record that nothing more is to be read."""
        self._given_up = reason


def reason_of(verdict: Verdict) -> str:
    """Return why a page could not be read, on one line."""
    message = " ".join(verdict.message.split())
    if verdict.status and "HTTP" not in message:
        return f"{message} (HTTP {verdict.status})"
    return message
