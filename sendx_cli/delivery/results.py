"""The result of a decided row, and the exit code of all rows."""

from collections.abc import Iterable

from sendx_cli.core.replies.outcome import EXIT_CODES, Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.rows import Decided
from sendx_cli.errors import ExitCode
from sendx_cli.results import Result, ResultError

UNKNOWN_HINT = (
    "check the contact in SendX; --retry-unknown sends it again, which may trigger automations or "
    "count twice"
)
_PASSING_STOP = "name_lookup"
"""A failed name lookup stops everything, but is temporary: it does not exit with STOP."""


def result_of(decided: Decided, source: str | None = None) -> Result:
    """Return the result of a row; `source` is the name of its file, if any."""
    contact, verdict = decided.row.contact, decided.verdict
    was_sent = decided.attempts > 0
    return Result(
        email=contact.email,
        action=contact.action,
        outcome=decided.outcome,
        status=verdict.status if verdict and was_sent else None,
        message=_message(decided),
        response=verdict.response if verdict and was_sent else None,
        error=_error(decided),
        attempts=decided.attempts,
        elapsed_ms=decided.elapsed_s * 1000,
        source=source,
        line=decided.row.line,
    )


def exit_code(outcomes: Iterable[Outcome], stopped_by: Verdict | None) -> ExitCode:
    """Return a command's exit code: 255 where nothing can succeed, else the highest."""
    stop_code = stopped_by.code if stopped_by and stopped_by.kind is Kind.STOP else _PASSING_STOP
    if stop_code != _PASSING_STOP:
        return ExitCode.STOP
    return max((EXIT_CODES[outcome] for outcome in outcomes), default=ExitCode.OK)


def _message(decided: Decided) -> str:
    verdict = decided.verdict
    if decided.attempts and verdict:
        return verdict.message
    return f"not sent: {verdict.message}" if verdict else "not sent: interrupted"


def _error(decided: Decided) -> ResultError | None:
    if decided.outcome is Outcome.ACCEPTED:
        return None
    verdict = decided.verdict
    if not decided.attempts or verdict is None:
        return ResultError("not_sent", _message(decided), verdict.hint if verdict else None)
    if decided.outcome is Outcome.UNKNOWN:
        message = f"it may have been applied: {verdict.message}"
        return ResultError("unknown", message, UNKNOWN_HINT)
    return ResultError(verdict.code, verdict.message, verdict.hint)
