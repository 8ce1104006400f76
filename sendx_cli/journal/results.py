"""Results of rows read from a journal, the same as those shown when the rows were sent."""

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.results import UNKNOWN_HINT
from sendx_cli.journal.rows import JournalRow, LeftOut, LeftOutKind, State
from sendx_cli.results import Result, ResultError, Sent

_UNCHANGED = "unchanged: the contact is as its rows would leave it"

_SENT = frozenset({State.IN_FLIGHT, State.ACCEPTED, State.UNKNOWN})
"""States of rows that were sent, even where their attempts were not counted before a crash."""


def result_of_row(row: JournalRow, source: str) -> Result:
    """Return the result of a row in a journal, which does not keep the response."""
    is_open = row.state in {State.PENDING, State.IN_FLIGHT}
    outcome = Outcome.SKIPPED if is_open else Outcome(row.state)
    message = row.message or _message(outcome, is_open=is_open)
    error = None
    if outcome not in {Outcome.ACCEPTED, Outcome.UNCHANGED}:
        hint = UNKNOWN_HINT if outcome is Outcome.UNKNOWN else None
        kind = "not_sent" if is_open else row.code or str(outcome)
        error = ResultError("unknown" if hint else kind, message, hint)
    return Result(
        email=row.contact.email,
        action=row.contact.action,
        outcome=outcome,
        message=message,
        status=row.status,
        error=error,
        attempts=row.attempts,
        elapsed_ms=row.elapsed_ms,
        source=source,
        line=row.line,
    )


def sent_of_row(row: JournalRow) -> Sent:
    """Return what was sent of a row in a journal: also what may not have arrived."""
    was_sent = row.attempts > 0 or row.state in _SENT
    return Sent(row.contact.payload if was_sent else None)


def result_of_left_out(row: LeftOut, action: str, source: str) -> Result:
    """Return the result of a row that is not sent at all."""
    is_held_back = row.kind is LeftOutKind.HELD_BACK
    message = f"held back: {row.message}" if is_held_back else row.message
    return Result(
        email=row.email or "",
        action=action,
        outcome=Outcome.SKIPPED,
        message=message,
        error=ResultError(str(row.kind), message),
        source=source,
        line=None if row.kind.is_of_undo else row.line,
    )


def _message(outcome: Outcome, *, is_open: bool) -> str:
    if outcome is Outcome.UNCHANGED:
        return _UNCHANGED
    return "not sent yet" if is_open else ""
