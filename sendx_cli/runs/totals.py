"""A run's numbers from its journal: the same at its end and whenever it is inspected later."""

from collections.abc import Sequence

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.timeline import timeline
from sendx_cli.core.totals.totals import Failure, Totals
from sendx_cli.core.totals.work_time import spans_of
from sendx_cli.journal.rows import JournalRow
from sendx_cli.journal.view import Counts, RunView

_SHARES = (0.50, 0.95, 0.99)


def totals_of(view: RunView, source: str) -> Totals:
    """Compute the numbers of a run.

    Args:
        view: Its journal.
        source: The name of its file, for the examples of failures.
    """
    attempts, retried = view.attempts()
    p50_s, p95_s, p99_s = _latencies_s(view)
    seconds = view.seconds()
    return Totals(
        counts=_counts(view.counts()),
        attempts=attempts,
        retried=retried,
        p50_s=p50_s,
        p95_s=p95_s,
        p99_s=p99_s,
        timeline=timeline(seconds, spans_of(view.sending_times, seconds)),
        failures=tuple(
            Failure(
                Outcome(kind.state),
                kind.code or kind.state,
                kind.count,
                place_of(source, kind.example),
                kind.example.message or "",
            )
            for kind in view.failure_groups()
        ),
    )


def place_of(source: str, row: JournalRow) -> str:
    """Return where a row is: `file:line`, or its address if it has no line."""
    return row.contact.email if row.line is None else f"{source}:{row.line}"


def _latencies_s(view: RunView) -> Sequence[float | None]:
    found = view.elapsed_ms(_SHARES)
    return [elapsed_ms / 1000 for elapsed_ms in found] if found else [None] * len(_SHARES)


def _counts(counts: Counts) -> dict[Outcome, int]:
    return {
        Outcome.ACCEPTED: counts.accepted,
        Outcome.REJECTED: counts.rejected,
        Outcome.FAILED: counts.failed,
        Outcome.UNKNOWN: counts.unknown,
        Outcome.SKIPPED: 0,
        Outcome.UNCHANGED: counts.unchanged,
    }
