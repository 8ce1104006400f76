"""What became of a run's rows, folded into numbers that stay small however long it is."""

from dataclasses import dataclass

from sendx_cli.core.outcome import Outcome
from sendx_cli.core.percentiles import Percentiles
from sendx_cli.core.sparkline import Slots

_MAX_KINDS = 50
_OTHER = "other"
_MAX_EXAMPLE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Failure:
    """Rows that were not accepted for the same reason.

    Args:
        outcome: Their outcome; never accepted.
        code: The reason, a stable word such as `timeout`.
        count: How many they are.
        where: The first one's place: `file:line`, or its address.
        message: What was said of the first one, cut to 300 characters.
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
        slot_s: The width of a slot in seconds.
        accepted_per_slot: Rows accepted in each slot; the last slot is not over.
        failures: Why rows were not accepted, the most frequent reason first.
    """

    counts: dict[Outcome, int]
    attempts: int
    retried: int
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    slot_s: float
    accepted_per_slot: tuple[int, ...]
    failures: tuple[Failure, ...]

    @property
    def rows(self) -> int:
        """Rows whose fate is decided."""
        return sum(self.counts.values())

    @property
    def accepted_per_s(self) -> tuple[float, ...]:
        """The rate in each slot that is over."""
        return tuple(count / self.slot_s for count in self.accepted_per_slot[:-1])

    def record(self) -> dict[str, object]:
        """Return the documented members, in their documented order.

        `rows`; `accepted`, `rejected`, `failed`, `unknown`, `skipped` (together they are
        `rows`); `attempts`; `retried`; `latency_ms` with `p50`, `p95`, `p99`, each a number or
        null; `throughput` with `slot_s` and `accepted`, a number for each slot; `failures`,
        each with `outcome`, `kind`, `count`, `where`, `message`.
        """
        latencies_s = {"p50": self.p50_s, "p95": self.p95_s, "p99": self.p99_s}
        return {
            "rows": self.rows,
            **{str(outcome): count for outcome, count in self.counts.items()},
            "attempts": self.attempts,
            "retried": self.retried,
            "latency_ms": {
                name: None if seconds is None else round(seconds * 1000, 1)
                for name, seconds in latencies_s.items()
            },
            "throughput": {"slot_s": self.slot_s, "accepted": list(self.accepted_per_slot)},
            "failures": [_failure_record(failure) for failure in self.failures],
        }


class Tally:
    """Counts rows as they are decided.

    Args:
        began_at: When the run began, in seconds on the caller's clock.
    """

    def __init__(self, began_at: float) -> None:
        self._counts = dict.fromkeys(Outcome, 0)
        self._attempts = 0
        self._retried = 0
        self._latencies = Percentiles()
        self._slots = Slots(began_at)
        self._failures: dict[tuple[Outcome, str], Failure] = {}

    def add(
        self,
        outcome: Outcome,
        *,
        code: str | None,
        message: str,
        where: str,
        attempts: int,
        elapsed_s: float,
        now: float,
    ) -> None:
        """Count one row.

        Args:
            outcome: Its fate.
            code: Why it was not accepted. A skipped row without one is counted as skipped, but
                is no failure: the run ended before it.
            message: What was said of it.
            where: Its place: `file:line`, or its address.
            attempts: Requests made for it.
            elapsed_s: From its first request to its last answer.
            now: When its fate was decided.
        """
        self._counts[outcome] += 1
        self._attempts += attempts
        self._retried += attempts > 1
        if attempts:
            self._latencies.add(elapsed_s)
        is_accepted = outcome is Outcome.ACCEPTED
        self._slots.add(int(is_accepted), now)
        if not is_accepted and (code or outcome is not Outcome.SKIPPED):
            self._fail(outcome, code or str(outcome), where, message)

    def snapshot(self) -> Totals:
        """Return the numbers as they stand."""
        return Totals(
            counts=dict(self._counts),
            attempts=self._attempts,
            retried=self._retried,
            p50_s=self._latencies.at(0.50),
            p95_s=self._latencies.at(0.95),
            p99_s=self._latencies.at(0.99),
            slot_s=self._slots.width_s,
            accepted_per_slot=self._slots.counts,
            failures=tuple(sorted(self._failures.values(), key=lambda each: -each.count)),
        )

    def _fail(self, outcome: Outcome, code: str, where: str, message: str) -> None:
        if (outcome, code) not in self._failures and len(self._failures) >= _MAX_KINDS:
            code = _OTHER
        first = self._failures.get((outcome, code))
        if first is not None:
            where, message = first.where, first.message
        count = first.count + 1 if first is not None else 1
        self._failures[outcome, code] = Failure(
            outcome, code, count, where, message[:_MAX_EXAMPLE_LENGTH]
        )


def _failure_record(failure: Failure) -> dict[str, object]:
    return {
        "outcome": str(failure.outcome),
        "kind": failure.code,
        "count": failure.count,
        "where": failure.where,
        "message": failure.message,
    }
