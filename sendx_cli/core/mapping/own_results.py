"""Results that sendx wrote, read as a file of contacts: their addresses, once they were accepted.

A result says what became of a contact. Sent on as it is, one that was refused would be sent as if
nothing had happened, and so only those that were accepted are rows to send.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sendx_cli.core.mapping.source_rows import MemberRow, SourceRow
from sendx_cli.errors import InvalidValue

LEFT_ASIDE = "a member of sendx's results"
"""Why a column of results is not sent."""
_SKIP = "--skip-invalid skips such rows"
_TAKE_OR_SKIP = "--retry-unknown sends such rows, --skip-invalid skips them"
_UNKNOWN = "unknown"


class ResultsKind(StrEnum):
    """Which results they are; the value is what a plan calls them."""

    SENT = "results of sendx"
    """Of identify and track, and of `runs show --rows`."""
    LOOKED_UP = "results of sendx lookup"


_EVERY = {
    ResultsKind.SENT: frozenset(
        {
            "email",
            "action",
            "ok",
            "status",
            "message",
            "response",
            "error",
            "attempts",
            "elapsed_ms",
        }
    ),
    ResultsKind.LOOKED_UP: frozenset({"email", "ok", "found", "contact", "error"}),
}
"""Members that all results of a kind have: a file without one of them is an ordinary file."""
_SOME = frozenset({"source", "line", "sent"})
"""Members that some results have: those of a file's rows, and of a run looked at later."""


def own_results(header: Collection[str], *, takes_unknown: bool) -> "OwnResults | None":
    """Return how the rows of results are told; None where the file is an ordinary one."""
    kind = results_kind(header)
    return None if kind is None else OwnResults(kind, takes_unknown)


def results_kind(header: Collection[str]) -> ResultsKind | None:
    """Return which results have such members or columns, or None: an ordinary file.

    The names must be the very ones, and all of them: a file of people may have a status, too.
    """
    return next((kind for kind, names in _EVERY.items() if names.issubset(header)), None)


@dataclass(frozen=True, slots=True)
class OwnResults:
    """Tells which rows of a file of results are to be sent.

    Args:
        kind: Which results they are.
        takes_unknown: Whether contacts whose outcome is unknown are to be sent.
    """

    kind: ResultsKind
    takes_unknown: bool = False

    def has(self, name: str) -> bool:
        """Return whether it is a member of such results."""
        return name in _EVERY[self.kind] | _SOME

    def leaves_aside(self, name: str) -> bool:
        """Return whether it is a member of such results that is not sent."""
        return name != "email" and self.has(name)

    def refuse_unaccepted(self, row: SourceRow | MemberRow, header: Sequence[str]) -> None:
        """Refuse a result that was not accepted.

        Args:
            row: The result.
            header: The file's columns.

        Raises:
            InvalidValue: It was not, or it cannot be told whether it was.
        """
        ok = _truth(_member(row, header, "ok"))
        if ok is None:
            raise InvalidValue(
                "is neither true nor false", where="ok", hint="use results as sendx wrote them"
            )
        if ok:
            return
        kind, message = _reason(row, header)
        if self.kind is ResultsKind.LOOKED_UP:
            raise InvalidValue(message, hint=_SKIP)
        if kind != _UNKNOWN:
            raise InvalidValue(f"was not accepted: {message}", hint=_SKIP)
        if not self.takes_unknown:
            raise InvalidValue(f"its outcome is unknown: {message}", hint=_TAKE_OR_SKIP)


def _member(row: SourceRow | MemberRow, header: Sequence[str], name: str) -> object:
    if isinstance(row, MemberRow):
        return row.members.get(name)
    return row.cells[header.index(name)]


def _truth(value: object) -> bool | None:
    """Return what a member says, also as a spreadsheet writes it: TRUE."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).strip().lower())


def _reason(row: SourceRow | MemberRow, header: Sequence[str]) -> tuple[str, str]:
    """Return the kind and the message of a result's error; empty where it has none."""
    error = _member(row, header, "error")
    if isinstance(error, str):
        try:
            error = json.loads(error)
        except ValueError:
            error = None
    if not isinstance(error, dict):
        return "", "no reason is given"
    return str(error.get("kind") or ""), str(error.get("message") or "no reason is given")
