"""What is told of rows: a result each, and the exit code of all."""

from collections.abc import Iterable

from sendx_cli.core.replies.outcome import EXIT_CODES, Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.rows import Settled
from sendx_cli.errors import ExitCode
from sendx_cli.results import Result, ResultError

UNKNOWN_HINT = (
    "look at the contact in SendX; --retry-unknown sends it again, and its automations may "
    "start or its counters count twice"
)
_PASSING_STOP = "name_lookup"
"""A name that cannot be found stops everything, and may be found again later."""


def result_of(settled: Settled, source: str | None = None) -> Result:
    """Return what is told of a row."""
    contact, verdict = settled.row.contact, settled.verdict
    was_sent = settled.attempts > 0
    return Result(
        email=contact.email,
        action=contact.action,
        outcome=settled.outcome,
        status=verdict.status if verdict and was_sent else None,
        message=_message(settled),
        response=verdict.response if verdict and was_sent else None,
        error=_error(settled),
        attempts=settled.attempts,
        elapsed_ms=settled.elapsed_s * 1000,
        source=source,
        line=settled.row.line,
    )


def exit_code(outcomes: Iterable[Outcome], stopped_by: Verdict | None) -> ExitCode:
    """Return what a command tells its caller: 255 where nothing can succeed, else the highest."""
    stop_code = stopped_by.code if stopped_by and stopped_by.kind is Kind.STOP else _PASSING_STOP
    if stop_code != _PASSING_STOP:
        return ExitCode.STOP
    return max((EXIT_CODES[outcome] for outcome in outcomes), default=ExitCode.OK)


def _message(settled: Settled) -> str:
    verdict = settled.verdict
    if settled.attempts and verdict:
        return verdict.message
    return f"not sent: {verdict.message}" if verdict else "not sent: interrupted"


def _error(settled: Settled) -> ResultError | None:
    if settled.outcome is Outcome.ACCEPTED:
        return None
    verdict = settled.verdict
    if not settled.attempts or verdict is None:
        return ResultError("not_sent", _message(settled), verdict.hint if verdict else None)
    if settled.outcome is Outcome.UNKNOWN:
        message = f"it may have been applied: {verdict.message}"
        return ResultError("unknown", message, UNKNOWN_HINT)
    return ResultError(verdict.code, verdict.message, verdict.hint)
