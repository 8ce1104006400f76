from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.rate_headers import RateHints
from tests.simulation.simulated_service import (
    Figures,
    FixedWindow,
    Service,
    Simulation,
    TokenBucket,
    Trip,
    Unlimited,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A service, and what must be reached there: share of its limit used, share of calls wasted."""

    service: Callable[[], Service]
    trip: Trip
    share: float
    wasted: float
    rows: int = 10**9
    until_s: float = 1e9
    concurrency: int = 64


def bucket(burst: float, *steps: tuple[float, float]) -> Callable[[], Service]:
    return lambda: TokenBucket(steps, burst)


def steps_at(third: float) -> Callable[[], Service]:
    return bucket(10, (0, 100), (10, 30), (third, 200))


CASES = {
    "100/s, burst 10": Case(bucket(10, (0, 100)), Trip(0.04), 0.98, 0.01, rows=5_000),
    "10/s, burst 5": Case(bucket(5, (0, 10)), Trip(0.1), 0.97, 0.03, rows=1_000),
    "500/s, burst 50": Case(
        bucket(50, (0, 500)), Trip(0.1), 0.95, 0.01, rows=20_000, concurrency=128
    ),
    "1,000/s, burst 100": Case(bucket(100, (0, 1_000)), Trip(0.03), 0.95, 0.01, rows=10_000),
    "burst 2": Case(bucket(2, (0, 100)), Trip(0.04, uneven=0.02), 0.90, 0.02, rows=2_000),
    "burst 1": Case(bucket(1, (0, 100)), Trip(0.04, uneven=0.02), 0.74, 0.03, rows=2_000),
    "slow answers": Case(bucket(10, (0, 100)), Trip(0.4), 0.85, 0.02, rows=2_000),
    "50, 5, 50/s": Case(bucket(10, (0, 50), (20, 5), (40, 50)), Trip(0.05), 0.80, 0.05, until_s=60),
    "a window of 100 a second": Case(
        lambda: FixedWindow(100, 1.0), Trip(0.04), 0.83, 0.12, rows=3_000
    ),
    "Retry-After of a second on each 429": Case(
        bucket(10, (0, 100)),
        Trip(0.04, hints=RateHints(retry_after_s=1.0)),
        0.97,
        0.01,
        rows=4_000,
    ),
}


def played(case: Case, seed: int = 1) -> Figures:
    pacer = Pacer(concurrency=case.concurrency, now=0.0)
    simulation = Simulation(pacer, case.service(), case.trip, seed=seed)
    return simulation.run(rows=case.rows, until_s=case.until_s)


@pytest.mark.parametrize("name", CASES)
def test_the_limit_is_used_and_few_calls_are_wasted(name: str) -> None:
    """At each kind of service nearly all of the limit is used, and nearly no call is wasted."""
    case = CASES[name]
    figures = played(case)
    assert (figures.share >= case.share, figures.wasted <= case.wasted) == (True, True), figures


@pytest.mark.parametrize(("shifts", "least"), [((0, 0, 0, 0), 0.9), ((-0.6, -0.2, 0.4, 0.8), 0.88)])
def test_a_limit_that_changes_is_followed(shifts: tuple[float, ...], least: float) -> None:
    """100, 30 and 200/s for ten seconds each: 90 % used, 2 % wasted; nearly at other phases."""
    runs = [
        played(Case(steps_at(20 + shift), Trip(0.04), least, 0.02, until_s=30 + shift), seed)
        for seed, shift in enumerate(shifts)
    ]
    share = sum(run.share for run in runs) / len(runs)
    wasted = sum(run.wasted for run in runs) / len(runs)
    assert (share >= least, wasted <= 0.02) == (True, True), (share, wasted, runs)


def test_without_a_limit_the_start_costs_no_more_than_a_second() -> None:
    """20,000 rows at a service that does 2,500/s take hardly more than their eight seconds."""
    pacer = Pacer(concurrency=64, now=0.0)
    trip = Trip(0.004, uneven=0.0, workers=50, work_s=0.02)
    figures = Simulation(pacer, Unlimited(), trip).run(rows=20_000)
    assert (figures.seconds < 9.0, figures.throttled, pacer.limit_per_s) == (True, 0, None), figures


def test_a_service_at_its_end_gets_fewer_calls_not_fewer_a_second() -> None:
    """Where 64 under way only queue behind eight workers, fewer are sent, as many are done."""
    pacer = Pacer(concurrency=64, now=0.0)
    trip = Trip(0.01, workers=8, work_s=0.02)
    figures = Simulation(pacer, Unlimited(), trip).run(rows=4_000)
    reached = (
        figures.accepted / figures.seconds > 0.95 * 400,
        figures.mean_latency_s < 0.08,
        8 < pacer.allowed_in_flight < 32,
    )
    assert reached == (True, True, True), (figures, pacer.allowed_in_flight)


@pytest.mark.parametrize(("rows", "round_trips"), [(1, 1), (8, 1), (20, 3)])
def test_small_runs_are_not_held_back(rows: int, round_trips: int) -> None:
    """One to twenty calls take no longer than sixteen places and the network make them take."""
    pacer = Pacer(concurrency=16, now=0.0)
    figures = Simulation(pacer, Unlimited(), Trip(0.04, uneven=0.0)).run(rows=rows)
    assert figures.seconds <= round_trips * 0.04 + 1e-9


def test_the_users_own_rate_is_kept() -> None:
    """With a cap of 20/s a hundred calls take five seconds, not counting the first."""
    pacer = Pacer(concurrency=16, cap_per_s=20.0, now=0.0)
    figures = Simulation(pacer, Unlimited(), Trip(0.04, uneven=0.0)).run(rows=100)
    assert 4.95 <= figures.seconds <= 5.1


@pytest.mark.parametrize("limit", [2.0, 7.0, 40.0, 250.0])
@pytest.mark.parametrize("burst", [3, 30])
def test_any_limit_is_found(limit: float, burst: int) -> None:
    """Over two decades of limits, short and long bursts: used well, finding it costs few calls."""
    case = Case(
        bucket(burst, (0, limit)), Trip(0.06, uneven=0.05), 0.85, 0.0, rows=int(300 + 8 * limit)
    )
    figures = played(case)
    assert (figures.share > 0.85, figures.throttled < 50) == (True, True), figures
