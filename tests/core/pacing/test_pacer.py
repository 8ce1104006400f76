import pytest

from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.rate_headers import RateHints


def start(pacer: Pacer, now: float, most: int = 100) -> int:
    """Start calls as long as they may go at once; return how many."""
    for started in range(most):
        if pacer.wait_s(now, started) != 0.0:
            return started
        pacer.started(now)
    return most


def answer(
    pacer: Pacer,
    now: float,
    started_at: float,
    *,
    throttled: bool = False,
    headers: RateHints | None = None,
) -> None:
    pacer.answered(
        now,
        started_at=started_at,
        throttled=throttled,
        latency_s=now - started_at,
        headers=headers,
    )


def test_the_first_eight_calls_go_at_once_and_the_ninth_awaits_an_answer() -> None:
    """Before anything is known eight calls go, and no more until one is answered."""
    pacer = Pacer(concurrency=32, now=5.0)
    assert (start(pacer, 5.0), pacer.wait_s(5.0, 8), pacer.rate_per_s) == (8, None, 0.0)


def test_no_more_than_the_concurrency_are_under_way() -> None:
    """With three places three calls go, and the fourth waits for an answer."""
    pacer = Pacer(concurrency=3, now=0.0)
    assert (start(pacer, 0.0), pacer.wait_s(0.0, 3)) == (3, None)


def test_a_first_burst_without_any_answer_goes_on_one_by_one() -> None:
    """Where the first calls were all lost, nothing stands still: one at a time may go."""
    pacer = Pacer(concurrency=8, now=0.0)
    start(pacer, 0.0)
    assert (pacer.wait_s(9.0, 0), pacer.wait_s(9.0, 1)) == (0.0, None)


def test_the_users_rate_spaces_even_the_first_calls() -> None:
    """With a cap of 4/s one call goes, and the next a quarter of a second later."""
    pacer = Pacer(concurrency=16, cap_per_s=4.0, now=0.0)
    started = start(pacer, 0.0)
    assert (started, pacer.wait_s(0.0, 1), pacer.wait_s(0.25, 1)) == (1, 0.25, 0.0)


def test_429s_of_one_moment_are_one_event() -> None:
    """Of eight 429s to calls sent together the first alone changes the limit."""
    pacer = Pacer(concurrency=8, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.1, 0.0, throttled=True)
    after_one = pacer.limit_per_s
    for _ in range(7):
        answer(pacer, 0.11, 0.0, throttled=True)
    assert (after_one, pacer.limit_per_s) == (after_one, after_one)
    assert after_one is not None


def test_calls_accepted_between_two_events_are_the_limit() -> None:
    """A hundred calls accepted in ten seconds between two 429s show a limit of about 10/s."""
    pacer = Pacer(concurrency=8, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.1, 0.0, throttled=True)
    for tenth in range(100):
        answer(pacer, 0.2 + tenth / 10, 0.15 + tenth / 10)
    answer(pacer, 10.1, 10.05, throttled=True)
    assert pacer.limit_per_s is not None
    assert round(pacer.limit_per_s) == 10


def test_retry_after_holds_the_run_only_where_throttling_goes_on() -> None:
    """One `Retry-After` leaves the run alone; a refusal after it with nothing accepted does not."""
    pacer = Pacer(concurrency=8, now=0.0)
    told = RateHints(retry_after_s=5.0)
    start(pacer, 0.0)
    answer(pacer, 0.1, 0.0, throttled=True, headers=told)
    after_one = pacer.wait_s(0.1, 0)
    answer(pacer, 1.1, 1.0, throttled=True, headers=told)
    answer(pacer, 2.1, 2.0, throttled=True, headers=told)
    after_three = pacer.wait_s(2.1, 0)
    assert (after_one is not None and after_one < 0.1, after_three) == (True, 5.0)


def test_a_closed_service_is_asked_by_one_call_at_a_time() -> None:
    """While everything is refused one call is allowed; then all are."""
    pacer = Pacer(concurrency=8, now=0.0)
    start(pacer, 0.0)
    for moment in (0.1, 1.1, 3.1):
        answer(pacer, moment, moment - 0.1, throttled=True)
    closed = (pacer.allowed_in_flight, pacer.wait_s(99.0, 1))
    answer(pacer, 99.1, 99.0)
    assert (closed, pacer.allowed_in_flight) == ((1, None), 8)


def test_a_policy_of_a_short_window_is_a_ceiling() -> None:
    """A service that says 100 in one second is called 99 times a second at the most."""
    pacer = Pacer(concurrency=64, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.01, 0.0, headers=RateHints(quota=100, window_s=1.0))
    pacer.started(0.5)
    assert (pacer.rate_per_s, pacer.limit_per_s) == (99.0, 99.0)


def test_a_policy_of_a_long_window_is_no_pace() -> None:
    """10,000 an hour may be used at once: it does not become three a second."""
    pacer = Pacer(concurrency=64, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.1, 0.0, headers=RateHints(quota=10_000, window_s=3600.0, remaining=9_000))
    pacer.started(0.1)
    assert (pacer.rate_per_s, pacer.limit_per_s) == (80.0, None)


def test_nothing_left_is_waited_out() -> None:
    """A service that says that nothing is left for three seconds is left alone for three."""
    pacer = Pacer(concurrency=4, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.1, 0.0, headers=RateHints(remaining=0, reset_s=3.0))
    assert (pacer.wait_s(0.1, 0), pacer.wait_s(3.1, 0)) == (3.0, 0.0)


def test_a_limit_known_from_before_is_where_it_starts() -> None:
    """With a start of 50/s the calls after the first eight are spaced by it from the beginning."""
    pacer = Pacer(concurrency=16, start_per_s=50.0, now=0.0)
    started = start(pacer, 0.0)
    assert (started, pacer.rate_per_s) == (8, 50.0)


def test_after_an_outage_it_starts_gently_again() -> None:
    """A restart forgets rate and limit: eight calls, then an answer is awaited."""
    pacer = Pacer(concurrency=16, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.1, 0.0, throttled=True)
    pacer.restart(600.0)
    assert (pacer.limit_per_s, start(pacer, 600.0), pacer.wait_s(600.0, 8)) == (None, 8, None)


@pytest.mark.parametrize(("window_s", "limit"), [(10.0, 9.9), (10.5, None), (11.0, None)])
def test_a_policy_is_a_ceiling_up_to_ten_seconds(window_s: float, limit: float | None) -> None:
    """A window of ten is a pace yet, one of a little more is not."""
    pacer = Pacer(concurrency=64, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.01, 0.0, headers=RateHints(quota=100, window_s=window_s))
    assert pacer.limit_per_s == limit


@pytest.mark.parametrize(("cap", "rate"), [(20.0, 20.0), (99.0, 99.0), (500.0, 99.0)])
def test_of_the_services_ceiling_and_the_users_the_lower_holds(cap: float, rate: float) -> None:
    """Neither lifts the other."""
    pacer = Pacer(concurrency=64, cap_per_s=cap, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.01, 0.0, headers=RateHints(quota=100, window_s=1.0))
    pacer.started(0.5)
    assert pacer.rate_per_s == rate


@pytest.mark.parametrize(
    ("hints", "wait_s"),
    [
        (RateHints(remaining=0, reset_s=3.0), 3.0),
        (RateHints(remaining=0, reset_s=60.0), 60.0),
        (RateHints(remaining=0, reset_s=3600.0), 60.0),
        (RateHints(remaining=0, reset_s=3.0, quota=1000, window_s=3600.0), 3.0),
        (RateHints(remaining=0, reset_s=3.0, quota=100, window_s=1.0), 0.0),
        (RateHints(remaining=0), 0.0),
        (RateHints(remaining=1, reset_s=3.0), 0.0),
        (RateHints(reset_s=3.0), 0.0),
    ],
)
def test_only_nothing_left_until_a_moment_is_waited_out(hints: RateHints, wait_s: float) -> None:
    """Where something is left, or no moment is told, or a pace is known, the pace alone holds."""
    pacer = Pacer(concurrency=4, now=0.0)
    start(pacer, 0.0)
    answer(pacer, 0.1, 0.0, headers=hints)
    assert pacer.wait_s(0.1, 0) == wait_s


@pytest.mark.parametrize(
    ("hints", "wait_s"),
    [
        (RateHints(remaining=0, reset_s=7.0), 7.0),
        (RateHints(remaining=0, reset_s=90.0), 90.0),
        (RateHints(retry_after_s=5.0, remaining=0, reset_s=3.0), 5.0),
        (RateHints(retry_after_s=0.0), 0.0),
        (RateHints(remaining=3, reset_s=7.0), None),
        (RateHints(reset_s=7.0), None),
        (None, None),
    ],
)
def test_a_closed_service_is_left_alone_as_long_as_it_says(
    hints: RateHints | None, wait_s: float | None
) -> None:
    """`Retry-After` goes before a reset, which counts where nothing is left."""
    pacer = Pacer(concurrency=8, now=0.0)
    start(pacer, 0.0)
    for moment in (0.1, 1.1, 2.1):
        answer(pacer, moment, moment - 0.1, throttled=True, headers=hints)
    found = pacer.wait_s(2.1, 0)
    assert found is not None
    if wait_s is None:
        assert 0.0 < found < 1.0
    else:
        assert round(found, 9) == wait_s
