"""A run's numbers: what became of its rows, how fast, and why some were not accepted."""

from dataclasses import dataclass

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Failure:
    """Rows that were not accepted for the same reason.

    Args:
        outcome: Their outcome; never accepted.
        code: The reason, a stable word such as `timeout`.
        count: How many they are.
        where: The first one's place: `file:line`, or its address.
        message: What was said of the first one.
    """

    outcome: Outcome
    code: str
    count: int
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Totals:
    """A run's numbers at one moment.

    Args:
        counts: Rows decided, by outcome; every outcome is there.
        attempts: Requests made.
        retried: Rows that more than one request was made for.
        p50_s: Half of the rows were decided within so many seconds of their first request,
            waits between attempts included; None where nothing was sent.
        p95_s: The same for 95 %.
        p99_s: The same for 99 %.
        timeline: The run over time; all rates are of it.
        failures: Why rows were not accepted, the most frequent reason first.
    """

    counts: dict[Outcome, int]
    attempts: int
    retried: int
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    timeline: Timeline
    failures: tuple[Failure, ...]

    @property
    def rows(self) -> int:
        """Rows whose outcome is decided."""
        return sum(self.counts.values())

    def record(self) -> dict[str, object]:
        """Return the members that `sendx schema run` documents, in their order."""
        latencies_s = {"p50": self.p50_s, "p95": self.p95_s, "p99": self.p99_s}
        return {
            "rows": self.rows,
            **{str(outcome): count for outcome, count in self.counts.items()},
            "attempts": self.attempts,
            "retried": self.retried,
            "elapsed_s": round(self.timeline.elapsed_s, 3),
            "latency_ms": {
                name: None if seconds is None else round(seconds * 1000, 1)
                for name, seconds in latencies_s.items()
            },
            "throughput": {
                "slot_s": self.timeline.slot_s,
                "accepted": [slot.accepted for slot in self.timeline.slots],
                "average_per_s": round(self.timeline.average_per_s, 3),
                "highest_per_s": round(self.timeline.highest_per_s, 3),
            },
            "failures": [_failure_record(failure) for failure in self.failures],
        }


def _failure_record(failure: Failure) -> dict[str, object]:
    return {
        "outcome": str(failure.outcome),
        "kind": failure.code,
        "count": failure.count,
        "where": failure.where,
        "message": failure.message,
    }
