import json

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.timeline import Slot, Timeline
from sendx_cli.core.totals.totals import Failure, Totals


def test_the_record_has_the_documented_members() -> None:
    """Programs find the same members in the same order, as plain JSON."""
    totals = Totals(
        counts=dict.fromkeys(Outcome, 0) | {Outcome.ACCEPTED: 1, Outcome.REJECTED: 1},
        attempts=3,
        retried=1,
        p50_s=0.25,
        p95_s=0.2501,
        p99_s=None,
        timeline=Timeline(1, (Slot(1, 1, width_s=0.5), Slot(0, 1, width_s=0.75))),
        failures=(Failure(Outcome.REJECTED, "rejected", 1, "people.csv:2", "no"),),
    )
    assert json.dumps(totals.record()) == (
        '{"rows": 2, "accepted": 1, "rejected": 1, "failed": 0, "unknown": 0, "skipped": 0, '
        '"unchanged": 0, "attempts": 3, "retried": 1, "elapsed_s": 1.25, '
        '"latency_ms": {"p50": 250.0, "p95": 250.1, "p99": null}, '
        '"throughput": {"slot_s": 1, "accepted": [1, 0], "average_per_s": 0.8, '
        '"highest_per_s": 2.0}, '
        '"failures": [{"outcome": "rejected", "kind": "rejected", "count": 1, '
        '"where": "people.csv:2", "message": "no"}]}'
    )
