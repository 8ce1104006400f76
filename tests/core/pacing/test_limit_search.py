import pytest

from sendx_cli.core.pacing.limit_search import LimitSearch

LATENCY_S = 0.05


def accept(search: LimitSearch, since: float, until: float, per_s: float) -> None:
    """Have calls accepted evenly, the last of them at `until`."""
    for number in range(1, round((until - since) * per_s) + 1):
        search.accepted(since + number / per_s, LATENCY_S)


def throttle(search: LimitSearch, now: float, asked_s: float | None = None) -> float:
    return search.throttled(now, started_at=now - LATENCY_S, latency_s=LATENCY_S, asked_s=asked_s)


def measured(idle_s: float) -> float:
    """The limit found from a hundred calls in ten seconds, with an idle time in their midst."""
    search = LimitSearch.from_limit(0.0, 10.0)
    accept(search, 0.0, 1.0, 10.0)
    throttle(search, 1.0)
    accept(search, 1.0, 6.0, 10.0)
    search.idled(idle_s)
    accept(search, 6.0 + idle_s, 11.0 + idle_s, 10.0)
    throttle(search, 11.0 + idle_s)
    assert search.limit_per_s is not None
    return search.limit_per_s


def test_an_idle_time_does_not_make_the_limit_smaller() -> None:
    """What is found with a rest of an hour is what is found without one."""
    assert round(measured(3600.0), 6) == round(measured(0.0), 6)
    assert round(measured(0.0)) == 10


def test_an_idle_time_is_no_part_of_a_hold() -> None:
    """What was left of it before is left of it afterwards; then it probes as it would have."""
    rested, steady = (LimitSearch.from_limit(0.0, 100.0) for _ in range(2))
    for search in (rested, steady):
        accept(search, 0.0, 1.0, 100.0)
        throttle(search, 1.0)
    rested.idled(500.0)
    rates = [steady.rate_at(1.0 + tenth / 10) for tenth in range(10)]
    after = [rested.rate_at(501.0 + tenth / 10) for tenth in range(10)]
    assert after == pytest.approx(rates, rel=1e-9)
    assert steady.limit_per_s is not None
    assert rates[0] == 0.99 * steady.limit_per_s < rates[-1]


def test_an_idle_time_is_no_part_of_a_ramp() -> None:
    """It continues growing from where it was, not from where it would have been by then."""
    rested, steady = (LimitSearch(0.0, 20.0) for _ in range(2))
    for search in (rested, steady):
        accept(search, 0.0, 0.2, 50.0)
    rested.idled(500.0)
    rates = [steady.rate_at(0.2 + step / 20) for step in range(3)]
    after = [rested.rate_at(500.2 + step / 20) for step in range(3)]
    assert after == pytest.approx(rates, rel=1e-9)
    assert rates[0] < rates[1] < rates[2]


def test_after_a_closed_spell_the_limit_is_held_before_it_is_probed() -> None:
    """The first call accepted begins a hold: the rate is not what had grown meanwhile."""
    search = LimitSearch.from_limit(0.0, 100.0)
    accept(search, 0.0, 1.02, 100.0)
    throttle(search, 1.02)
    throttle(search, 2.0)
    throttle(search, 3.0)
    limit = search.limit_per_s
    assert limit is not None
    assert (search.is_closed, search.rate_at(9.0) > 1.5 * limit) == (True, True)
    search.accepted(9.0, LATENCY_S)
    after = [search.rate_at(moment) for moment in (9.0, 9.05)]
    assert (search.is_closed, after) == (False, [0.99 * limit] * 2)


def test_a_closed_service_says_from_its_second_refusal_on_when_to_come_again() -> None:
    """The first one's word concerns its own contact."""
    search = LimitSearch.from_limit(0.0, 100.0)
    accept(search, 0.0, 1.0, 100.0)
    throttle(search, 1.0)
    pauses = [throttle(search, 2.0 + number, 30.0) for number in range(3)]
    assert (pauses[0] < 1.0, pauses[1:]) == (True, [30.0, 30.0])
