"""Whether a request is sent again, and when.

Back-off is full jitter: before the n-th retry the wait is drawn evenly from nothing to
`min(30 s, 0.5 s * 2^n)`, so that clients which failed together do not come back together.
`Retry-After` (RFC 9110, 10.2.3) is a lower bound: nothing is sent before it.
"""

from collections.abc import Callable
from typing import NamedTuple

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict

BASE_BACKOFF_S = 0.5
MAX_BACKOFF_S = 30.0
_MAX_DIGITS = 9
LONGEST_RETRY_AFTER_S = 10.0**_MAX_DIGITS
"""Thirty years: longer waits are cut to it."""

Jitter = Callable[[], float]
"""Draws evenly from [0, 1)."""


class RetryPolicy(NamedTuple):
    """How often a contact's request is retried, and which are not.

    Args:
        retries: Attempts after the first one.
        retry_unknown: Whether to retry what may have arrived and is not idempotent.
        max_wait_s: If the service asks for a longer wait, nothing more is sent for now.
    """

    retries: int = 4
    retry_unknown: bool = False
    max_wait_s: float = 900.0


class Wait(NamedTuple):
    """Send it again, after `seconds` at the earliest."""

    seconds: float


class Final(NamedTuple):
    """Do not send it again."""

    outcome: Outcome


class Stop(NamedTuple):
    """Send nothing more at all; this contact gets an outcome, too."""

    outcome: Outcome


Decision = Wait | Final | Stop


def decide(
    verdict: Verdict,
    *,
    attempt: int,
    is_repeatable: bool,
    policy: RetryPolicy,
    jitter: Jitter,
    retry_after_s: float | None = None,
) -> Decision:
    """Decide what follows the `attempt`-th attempt (the first is 1) at one contact."""
    match verdict.kind:
        case Kind.ACCEPTED:
            return Final(Outcome.ACCEPTED)
        case Kind.REFUSED:
            return Final(Outcome.REJECTED)
        case Kind.STOP:
            return Stop(Outcome.SKIPPED)
        case Kind.EXHAUSTED:
            return Stop(Outcome.FAILED)
        case Kind.AMBIGUOUS if not is_repeatable and not policy.retry_unknown:
            return Final(Outcome.UNKNOWN)
    if asks_too_much(retry_after_s, policy):
        in_doubt = _is_in_doubt(verdict, is_repeatable=is_repeatable)
        return Stop(Outcome.UNKNOWN if in_doubt else Outcome.SKIPPED)
    if attempt > policy.retries:
        in_doubt = _is_in_doubt(verdict, is_repeatable=is_repeatable)
        return Final(Outcome.UNKNOWN if in_doubt else Outcome.FAILED)
    return Wait(max(backoff_s(attempt, jitter), retry_after_s or 0.0))


def asks_too_much(retry_after_s: float | None, policy: RetryPolicy) -> bool:
    """Whether the service asks for a longer wait than the policy allows."""
    return retry_after_s is not None and retry_after_s > policy.max_wait_s


def backoff_s(attempt: int, jitter: Jitter) -> float:
    """Seconds to wait after the `attempt`-th attempt: full jitter."""
    exponent = min(attempt - 1, 16)
    ceiling: float = min(MAX_BACKOFF_S, BASE_BACKOFF_S * 2**exponent)
    return ceiling * jitter()


def read_retry_after(value: str | None, *, date: str | None, now_unix_s: float) -> float | None:
    """Read a `Retry-After` header: seconds, or a date (RFC 9110, 10.2.3).

    Of several values (repeated headers are joined by commas), the longest wait holds.

    Args:
        value: The header, if there is one.
        date: The answer's own `Date` header, with which a date is compared, so that this
            machine's clock does not matter.
        now_unix_s: This machine's clock, for answers without a `Date`.

    Returns:
        Seconds from 0 to `LONGEST_RETRY_AFTER_S`, or None if there is no usable value.
    """
    if value is None:
        return None
    # A date has a comma as well, behind the day of the week, which is ignored like other text.
    waits = [_read_wait(part.strip(), date, now_unix_s) for part in value.split(",")]
    return max((wait for wait in waits if wait is not None), default=None)


def _read_wait(text: str, date: str | None, now_unix_s: float) -> float | None:
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= _MAX_DIGITS else LONGEST_RETRY_AFTER_S
    then = _read_date(text)
    if then is None:
        return None
    sent = _read_date(date) if date else None
    seconds = then - (now_unix_s if sent is None else sent)
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


def _read_date(text: str) -> float | None:
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()


def _is_in_doubt(verdict: Verdict, *, is_repeatable: bool) -> bool:
    return verdict.kind is Kind.AMBIGUOUS and not is_repeatable
