import pytest

from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.circuit_breaker import MAX_SAME_REJECTIONS, Patience

UNREACHED = Verdict(Kind.NOT_SENT, "connection", "cannot connect")
TROUBLE = Verdict(Kind.AMBIGUOUS, "server_error", "HTTP 500")
LATER = Verdict(Kind.LATER, "throttled", "slow down")
ACCEPTED = Verdict(Kind.ACCEPTED, "accepted", "OK")


def patient(*, keeps_going: bool = False) -> tuple[Patience, Pacer]:
    pacer = Pacer(concurrency=8, now=0.0)
    return Patience(pacer, lambda: 0.5, 0.0, keeps_going=keeps_going), pacer


def rejected(message: str) -> Verdict:
    return Verdict(Kind.REFUSED, "rejected", message)


def meet_limit(pacer: Pacer) -> None:
    pacer.started(0.0)
    pacer.answered(0.1, started_at=0.0, throttled=True, latency_s=0.1)
    assert pacer.limit_per_s is not None


def go_down(patience: Patience, now: float) -> None:
    for _ in range(20):
        patience.heard(UNREACHED, now, sent_at=now - 0.1)
    assert patience.is_down


@pytest.mark.parametrize("ending", [ACCEPTED, rejected("no"), LATER])
def test_after_an_outage_the_pace_begins_gently(ending: Verdict) -> None:
    """Whatever answer shows that the service is back: what was known of its limit is forgotten."""
    patience, pacer = patient()
    meet_limit(pacer)
    go_down(patience, 1.0)
    patience.heard(ending, 5.0, sent_at=4.9)
    assert (patience.is_down, pacer.limit_per_s) == (False, None)


@pytest.mark.parametrize("answer", [ACCEPTED, rejected("no"), LATER])
def test_an_answer_where_there_was_no_outage_changes_no_pace(answer: Verdict) -> None:
    """Nineteen failures before it are none."""
    patience, pacer = patient()
    meet_limit(pacer)
    for _ in range(19):
        patience.heard(UNREACHED, 1.0, sent_at=0.9)
    patience.heard(answer, 5.0, sent_at=4.9)
    assert pacer.limit_per_s is not None


def test_the_thousandth_like_rejection_is_the_reason_to_stop() -> None:
    """Not the one before; and not where the run is to keep going."""
    patience, _ = patient()
    stubborn, _ = patient(keeps_going=True)
    for one in (patience, stubborn):
        for _ in range(MAX_SAME_REJECTIONS - 1):
            one.heard(rejected("no such list"), 1.0, sent_at=0.9)
    before = patience.reason_to_stop()
    for one in (patience, stubborn):
        one.heard(rejected("no such list"), 1.0, sent_at=0.9)
    reason = patience.reason_to_stop()
    assert (MAX_SAME_REJECTIONS, before, stubborn.reason_to_stop()) == (1000, None, None)
    assert reason is not None
    assert (reason.kind, reason.code, reason.message, reason.hint) == (
        Kind.REFUSED,
        "same_rejection",
        "1000 contacts in a row were rejected: no such list",
        "is this file meant for this account? --keep-going goes on all the same",
    )


@pytest.mark.parametrize("between", [ACCEPTED, rejected("another reason")])
def test_another_answer_begins_the_count_of_rejections_anew(between: Verdict) -> None:
    """An acceptance, or a rejection for another reason, which counts as the first of its own."""
    patience, _ = patient()
    for verdict in (*[rejected("no")] * 999, between, *[rejected("no")] * 999):
        patience.heard(verdict, 1.0, sent_at=0.9)
        assert patience.reason_to_stop() is None
    patience.heard(rejected("no"), 1.0, sent_at=0.9)
    assert patience.reason_to_stop() is not None


def test_a_rejection_for_another_reason_is_the_first_of_its_kind() -> None:
    """999 more of it are a thousand."""
    patience, _ = patient()
    for verdict in (rejected("a"), *[rejected("b")] * 1000):
        assert patience.reason_to_stop() is None
        patience.heard(verdict, 1.0, sent_at=0.9)
    assert patience.reason_to_stop() is not None


@pytest.mark.parametrize("between", [UNREACHED, TROUBLE, LATER])
def test_trouble_between_rejections_is_passed_over(between: Verdict) -> None:
    """It says nothing of the file: the count goes on."""
    patience, _ = patient()
    for verdict in (*[rejected("no")] * 999, between, rejected("no")):
        patience.heard(verdict, 1.0, sent_at=0.9)
    assert patience.reason_to_stop() is not None


def test_retries_for_trouble_are_counted_and_throttled_ones_are_not() -> None:
    """After a hundred the next has to wait five seconds; a 429 costs the budget nothing."""
    patience, _ = patient()
    throttled = [patience.retry_wait_s(LATER, 0.0) for _ in range(200)]
    troubled = [patience.retry_wait_s(TROUBLE, 0.0) for _ in range(101)]
    assert throttled == [0.0] * 200
    assert troubled[:100] == [0.0] * 100
    assert round(troubled[100], 6) == 5.0
    assert patience.retry_wait_s(LATER, 0.0) == 0.0


def test_retries_in_an_outage_cost_the_budget_nothing() -> None:
    """Its single probes hold them back enough: after it a hundred are there."""
    patience, _ = patient()
    go_down(patience, 1.0)
    in_outage = [patience.retry_wait_s(UNREACHED, 1.0) for _ in range(200)]
    patience.heard(ACCEPTED, 2.0, sent_at=1.9)
    after = [patience.retry_wait_s(TROUBLE, 2.0) for _ in range(101)]
    assert (in_outage, after[:100], after[100] > 4.0) == ([0.0] * 200, [0.0] * 100, True)


def test_first_attempts_pay_for_retries_and_repeated_ones_do_not() -> None:
    """Ten of the first buy one; a hundred of the others buy none."""
    patience, _ = patient()
    for _ in range(100):
        patience.retry_wait_s(TROUBLE, 0.0)
    for _ in range(100):
        patience.begun(0.0, is_new=False)
    bought_by_others = patience.retry_wait_s(TROUBLE, 0.0) == 0.0
    for _ in range(10):
        patience.begun(0.0, is_new=True)
    assert (bought_by_others, patience.retry_wait_s(TROUBLE, 0.0)) == (False, 0.0)
