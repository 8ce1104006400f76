import json

from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.outcome import Outcome
from sendx_cli.core.tally import Failure, Tally, Totals


def add(tally: Tally, outcome: Outcome, now: float, **members: object) -> None:
    row: dict[str, object] = {
        "code": None if outcome is Outcome.ACCEPTED else "rejected",
        "message": "no",
        "where": "people.csv:2",
        "attempts": 1,
        "elapsed_s": 0.1,
        **members,
    }
    tally.add(outcome, now=now, **row)  # type: ignore[arg-type]


def test_a_run_without_rows_has_all_numbers() -> None:
    """Before the first row every count is there and is 0."""
    assert Tally(0.0).snapshot() == Totals(
        counts=dict.fromkeys(Outcome, 0),
        attempts=0,
        retried=0,
        p50_s=None,
        p95_s=None,
        p99_s=None,
        slot_s=1.0,
        accepted_per_slot=(0,),
        failures=(),
    )


def test_rows_are_counted_timed_and_their_failures_kept_by_reason() -> None:
    """Each row is in one count, each failure with its reason's first example."""
    tally = Tally(10.0)
    add(tally, Outcome.ACCEPTED, 10.5)
    add(tally, Outcome.ACCEPTED, 12.0, attempts=3)
    add(tally, Outcome.REJECTED, 12.0, message="bad tag", where="people.csv:4")
    add(tally, Outcome.REJECTED, 12.1, message="bad list", where="people.csv:5")
    add(tally, Outcome.FAILED, 12.2, code="timeout", message="timed out", where="people.csv:6")
    add(tally, Outcome.UNKNOWN, 12.3, code="timeout", message="timed out", where="people.csv:7")
    add(tally, Outcome.SKIPPED, 12.4, code=None, attempts=0, message="not sent")
    assert tally.snapshot() == Totals(
        counts={
            Outcome.ACCEPTED: 2,
            Outcome.REJECTED: 2,
            Outcome.FAILED: 1,
            Outcome.UNKNOWN: 1,
            Outcome.SKIPPED: 1,
        },
        attempts=8,
        retried=1,
        p50_s=0.1,
        p95_s=0.1,
        p99_s=0.1,
        slot_s=1.0,
        accepted_per_slot=(1, 0, 1),
        failures=(
            Failure(Outcome.REJECTED, "rejected", 2, "people.csv:4", "bad tag"),
            Failure(Outcome.FAILED, "timeout", 1, "people.csv:6", "timed out"),
            Failure(Outcome.UNKNOWN, "timeout", 1, "people.csv:7", "timed out"),
        ),
    )


def test_the_rate_of_a_slot_that_is_not_over_is_not_told() -> None:
    """A rate is told only of time that has passed: the last slot would look like a slump."""
    tally = Tally(0.0)
    for now in (0.1, 0.2, 1.3, 2.0):
        add(tally, Outcome.ACCEPTED, now)
    assert tally.snapshot().accepted_per_s == (2.0, 1.0)


def test_a_row_held_back_for_a_reason_is_told_with_it() -> None:
    """Rows the run did not come to are only counted; those held back have a reason."""
    tally = Tally(0.0)
    add(tally, Outcome.SKIPPED, 0.0, code="unsubscribed", message="left", attempts=0)
    assert tally.snapshot().failures == (
        Failure(Outcome.SKIPPED, "unsubscribed", 1, "people.csv:2", "left"),
    )


def test_reasons_without_end_stay_few() -> None:
    """However many reasons there are, fifty are kept by name for an outcome, the rest together."""
    tally = Tally(0.0)
    for number in range(200):
        add(tally, Outcome.REJECTED, 0.0, code=f"code{number}", message="x" * 1000)
    failures = tally.snapshot().failures
    assert (len(failures), failures[0].code, failures[0].count, len(failures[0].message)) == (
        51,
        "other",
        150,
        300,
    )


def test_the_record_has_the_documented_members() -> None:
    """Programs find the same members in the same order, as plain JSON."""
    tally = Tally(0.0)
    add(tally, Outcome.ACCEPTED, 0.0, attempts=2, elapsed_s=0.25)
    add(tally, Outcome.REJECTED, 1.0, elapsed_s=0.25)
    assert json.dumps(tally.snapshot().record()) == (
        '{"rows": 2, "accepted": 1, "rejected": 1, "failed": 0, "unknown": 0, "skipped": 0, '
        '"attempts": 3, "retried": 1, "latency_ms": {"p50": 250.0, "p95": 250.0, "p99": 250.0}, '
        '"throughput": {"slot_s": 1.0, "accepted": [1, 0]}, '
        '"failures": [{"outcome": "rejected", "kind": "rejected", "count": 1, '
        '"where": "people.csv:2", "message": "no"}]}'
    )


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.integers(0, 4)), max_size=60))
def test_every_row_is_in_one_count(rows: list[tuple[Outcome, int]]) -> None:
    """The outcomes add up to the rows, the failures to those that were not accepted."""
    tally = Tally(0.0)
    for number, (outcome, attempts) in enumerate(rows):
        add(tally, outcome, float(number), attempts=attempts)
    totals = tally.snapshot()
    accepted = totals.counts[Outcome.ACCEPTED]
    assert totals.rows == len(rows)
    assert sum(totals.accepted_per_slot) == accepted
    assert sum(failure.count for failure in totals.failures) == len(rows) - accepted
