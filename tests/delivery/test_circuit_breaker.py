import pytest

from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.circuit_breaker import MAX_SAME_REJECTIONS, CircuitBreaker

UNREACHED = Verdict(Kind.NOT_SENT, "connection", "cannot connect")
TROUBLE = Verdict(Kind.AMBIGUOUS, "server_error", "HTTP 500")
THROTTLED = Verdict(Kind.THROTTLED, "throttled", "slow down")
ACCEPTED = Verdict(Kind.ACCEPTED, "accepted", "OK")


def make_breaker(*, keeps_going: bool = False) -> tuple[CircuitBreaker, Pacer]:
    pacer = Pacer(concurrency=8, now=0.0)
    return CircuitBreaker(pacer, lambda: 0.5, 0.0, keeps_going=keeps_going), pacer


def rejected(message: str) -> Verdict:
    return Verdict(Kind.REFUSED, "rejected", message)


def meet_limit(pacer: Pacer) -> None:
    pacer.started(0.0)
    pacer.answered(0.1, started_at=0.0, throttled=True, latency_s=0.1)
    assert pacer.limit_per_s is not None


def go_down(breaker: CircuitBreaker, now: float) -> None:
    for _ in range(20):
        breaker.record(UNREACHED, now, sent_at=now - 0.1)
    assert breaker.is_down


@pytest.mark.parametrize("ending", [ACCEPTED, rejected("no"), THROTTLED])
def test_after_an_outage_the_pace_begins_gently(ending: Verdict) -> None:
    """Whatever answer shows that the service is back: what was known of its limit is forgotten."""
    breaker, pacer = make_breaker()
    meet_limit(pacer)
    go_down(breaker, 1.0)
    breaker.record(ending, 5.0, sent_at=4.9)
    assert (breaker.is_down, pacer.limit_per_s) == (False, None)


@pytest.mark.parametrize("answer", [ACCEPTED, rejected("no"), THROTTLED])
def test_an_answer_where_there_was_no_outage_changes_no_pace(answer: Verdict) -> None:
    """Nineteen failures before it are none."""
    breaker, pacer = make_breaker()
    meet_limit(pacer)
    for _ in range(19):
        breaker.record(UNREACHED, 1.0, sent_at=0.9)
    breaker.record(answer, 5.0, sent_at=4.9)
    assert pacer.limit_per_s is not None


def test_the_thousandth_like_rejection_is_the_reason_to_stop() -> None:
    """Not the one before; and not where the run is to keep going."""
    breaker, _ = make_breaker()
    stubborn, _ = make_breaker(keeps_going=True)
    for one in (breaker, stubborn):
        for _ in range(MAX_SAME_REJECTIONS - 1):
            one.record(rejected("no such list"), 1.0, sent_at=0.9)
    before = breaker.reason_to_stop()
    for one in (breaker, stubborn):
        one.record(rejected("no such list"), 1.0, sent_at=0.9)
    reason = breaker.reason_to_stop()
    assert (MAX_SAME_REJECTIONS, before, stubborn.reason_to_stop()) == (1000, None, None)
    assert reason is not None
    assert (reason.kind, reason.code, reason.message, reason.hint) == (
        Kind.REFUSED,
        "same_rejection",
        "1000 contacts in a row were rejected: no such list",
        "is this file meant for this account? use --keep-going to continue anyway",
    )


@pytest.mark.parametrize("between", [ACCEPTED, rejected("another reason")])
def test_another_answer_begins_the_count_of_rejections_anew(between: Verdict) -> None:
    """An acceptance, or a rejection for another reason, which counts as the first of its own."""
    breaker, _ = make_breaker()
    for verdict in (*[rejected("no")] * 999, between, *[rejected("no")] * 999):
        breaker.record(verdict, 1.0, sent_at=0.9)
        assert breaker.reason_to_stop() is None
    breaker.record(rejected("no"), 1.0, sent_at=0.9)
    assert breaker.reason_to_stop() is not None


def test_a_rejection_for_another_reason_is_the_first_of_its_kind() -> None:
    """999 more of it are a thousand."""
    breaker, _ = make_breaker()
    for verdict in (rejected("a"), *[rejected("b")] * 1000):
        assert breaker.reason_to_stop() is None
        breaker.record(verdict, 1.0, sent_at=0.9)
    assert breaker.reason_to_stop() is not None


@pytest.mark.parametrize("between", [UNREACHED, TROUBLE, THROTTLED])
def test_trouble_between_rejections_is_passed_over(between: Verdict) -> None:
    """It says nothing of the file: the count continues."""
    breaker, _ = make_breaker()
    for verdict in (*[rejected("no")] * 999, between, rejected("no")):
        breaker.record(verdict, 1.0, sent_at=0.9)
    assert breaker.reason_to_stop() is not None


def test_retries_for_trouble_are_counted_and_throttled_ones_are_not() -> None:
    """After a hundred the next has to wait five seconds; a 429 costs the budget nothing."""
    breaker, _ = make_breaker()
    throttled = [breaker.retry_wait_s(THROTTLED, 0.0) for _ in range(200)]
    troubled = [breaker.retry_wait_s(TROUBLE, 0.0) for _ in range(101)]
    assert throttled == [0.0] * 200
    assert troubled[:100] == [0.0] * 100
    assert round(troubled[100], 6) == 5.0
    assert breaker.retry_wait_s(THROTTLED, 0.0) == 0.0


def test_retries_in_an_outage_cost_the_budget_nothing() -> None:
    """Its single probes hold them back enough: after it a hundred are there."""
    breaker, _ = make_breaker()
    go_down(breaker, 1.0)
    in_outage = [breaker.retry_wait_s(UNREACHED, 1.0) for _ in range(200)]
    breaker.record(ACCEPTED, 2.0, sent_at=1.9)
    after = [breaker.retry_wait_s(TROUBLE, 2.0) for _ in range(101)]
    assert (in_outage, after[:100], after[100] > 4.0) == ([0.0] * 200, [0.0] * 100, True)


def test_first_attempts_pay_for_retries_and_repeated_ones_do_not() -> None:
    """Ten of the first buy one; a hundred of the others buy none."""
    breaker, _ = make_breaker()
    for _ in range(100):
        breaker.retry_wait_s(TROUBLE, 0.0)
    for _ in range(100):
        breaker.begun(0.0, is_new=False)
    bought_by_others = breaker.retry_wait_s(TROUBLE, 0.0) == 0.0
    for _ in range(10):
        breaker.begun(0.0, is_new=True)
    assert (bought_by_others, breaker.retry_wait_s(TROUBLE, 0.0)) == (False, 0.0)
