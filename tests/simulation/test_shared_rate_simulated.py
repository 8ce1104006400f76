from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sendx_cli.core.pacing.shared_rate import SharedPacer
from tests.clocks import HandClock
from tests.simulation.shelf import Shelf
from tests.simulation.simulated_service import (
    Figures,
    FixedWindow,
    Service,
    Simulation,
    TokenBucket,
    Trip,
    Unlimited,
)

TRIP = Trip(0.04)


class Machine:
    """Processes with one record between them, and a service that they call.

    Args:
        service: What they call.
        processes: How many there are.
        concurrency: Of each.
        singles: Whether each call is a process of its own, so many at a time.
        kind: What paces each of them.
    """

    def __init__(
        self,
        service: Service,
        *,
        processes: int,
        concurrency: int = 64,
        singles: bool = False,
        trip: Trip = TRIP,
        seed: int = 1,
        kind: type[SharedPacer] = SharedPacer,
    ) -> None:
        self._kind = kind
        self.shelf, self._clock, self._concurrency = Shelf(), HandClock(), concurrency
        self.simulation = Simulation(
            [self.pacer(0.0) for _ in range(processes)],
            service,
            trip,
            seed=seed,
            clock=self._clock,
            next_pacer=self.pacer if singles else None,
        )

    def pacer(self, now: float) -> SharedPacer:
        return self._kind(
            self.shelf.update,
            self._clock.unix,
            look=self.shelf.look,
            concurrency=self._concurrency,
            now=now,
        )

    def shares(self) -> list[float]:
        accepted = [process.accepted for process in self.simulation.processes]
        return [part / sum(accepted) for part in accepted]


def bucket(burst: float, *steps: tuple[float, float]) -> Callable[[], Service]:
    return lambda: TokenBucket(steps, burst)


@dataclass(frozen=True, slots=True)
class Case:
    """Processes at a service, and what they must reach together."""

    service: Callable[[], Service]
    processes: int
    share: float
    wasted: float
    rows: int = 5_000
    concurrency: int = 64
    trip: Trip = TRIP


RUNS = {
    "two, 100/s, burst 10": Case(bucket(10, (0, 100)), 2, 0.98, 0.012),
    "two, 500/s, burst 50": Case(bucket(50, (0, 500)), 2, 0.95, 0.02, 10_000, trip=Trip(0.1)),
    "two, 10/s, burst 5": Case(bucket(5, (0, 10)), 2, 0.97, 0.03, 2_000, trip=Trip(0.1)),
    "two, burst 1": Case(bucket(1, (0, 100)), 2, 0.75, 0.03, 3_000, trip=Trip(0.04, 0.02)),
    "eight, 100/s, burst 10": Case(bucket(10, (0, 100)), 8, 0.98, 0.03),
}

SINGLES = {
    "10/s, burst 5": Case(bucket(5, (0, 10)), 8, 0.97, 0.04, 600, 1),
    "20/s, burst 10": Case(bucket(10, (0, 20)), 8, 0.97, 0.03, 1_000, 1),
    "2/s, burst 2": Case(bucket(2, (0, 2)), 8, 0.80, 0.10, 300, 1),
    "a window of 20 a second": Case(lambda: FixedWindow(20, 1.0), 8, 0.90, 0.09, 1_000, 1),
}


def played(case: Case, *, singles: bool, seed: int = 1) -> tuple[Machine, Figures]:
    machine = Machine(
        case.service(),
        processes=case.processes,
        concurrency=case.concurrency,
        singles=singles,
        trip=case.trip,
        seed=seed,
    )
    return machine, machine.simulation.run(rows=case.rows)


@pytest.mark.parametrize("name", RUNS)
def test_runs_side_by_side_share_the_limit(name: str) -> None:
    """Together they use it and waste little, as one would, and each gets its share."""
    case = RUNS[name]
    machine, figures = played(case, singles=False)
    reached = (figures.share >= case.share, figures.wasted <= case.wasted)
    assert reached == (True, True), figures
    assert min(machine.shares()) > 0.9 / case.processes


@pytest.mark.parametrize("name", SINGLES)
def test_single_calls_together_keep_to_the_limit(name: str) -> None:
    """Eight at a time, each a process of one call: what one has met the next one heeds."""
    case = SINGLES[name]
    machine, figures = played(case, singles=True)
    reached = (figures.share >= case.share, figures.wasted <= case.wasted)
    assert reached == (True, True), figures
    assert min(machine.shares()) > 0.6 / case.processes


def test_where_there_is_no_limit_nothing_is_slowed_or_written() -> None:
    """Eight at a time are as fast as their start and the network let them be."""
    machine = Machine(Unlimited(), processes=8, concurrency=1, singles=True)
    figures = machine.simulation.run(rows=800)
    assert (figures.seconds < 100 * (0.18 + 0.06), machine.shelf.writes) == (True, 0), figures


def test_a_limit_that_changes_is_followed_by_all() -> None:
    """100, 30 and 200/s for ten seconds each, two runs: 88 % used, 2.5 % wasted."""
    machine = Machine(TokenBucket(((0, 100), (10, 30), (20, 200)), 10), processes=2)
    figures = machine.simulation.run(until_s=30)
    assert (figures.share >= 0.88, figures.wasted <= 0.025) == (True, True), figures


def test_a_run_that_comes_later_begins_at_what_the_first_has_found() -> None:
    """From its first second both get the same, and hardly a call is wasted for it."""
    machine = Machine(TokenBucket(((0, 100),), 10), processes=2)
    first, second = machine.simulation.processes
    second.not_before = 20.0
    figures = machine.simulation.run(until_s=40)
    assert (0.3 < second.accepted / first.accepted < 0.36, figures.wasted < 0.01) == (True, True)
    assert figures.share > 0.98


def test_a_run_that_ends_leaves_its_share_to_the_other() -> None:
    """Half of the time one is alone, and the limit is used all the same."""
    machine = Machine(TokenBucket(((0, 100),), 10), processes=2)
    first, second = machine.simulation.processes
    second.not_before = 1e9
    machine.simulation.run(until_s=10)
    assert (first.accepted > 950, second.accepted) == (True, 0)


class FitfulPacer(SharedPacer):
    """One of a sender that sends for one second in each five."""

    def wait_s(self, now: float, in_flight: int) -> float | None:
        rest_s = 5.0 - now % 5.0
        return rest_s if rest_s < 4.0 else super().wait_s(now, in_flight)


def test_pauses_show_nothing_of_the_limit() -> None:
    """After a run in fits and starts the limit known is still the service's."""
    machine = Machine(TokenBucket(((0, 100),), 10), processes=2, concurrency=16, kind=FitfulPacer)
    machine.simulation.run(until_s=60)
    limit_per_s = machine.simulation.processes[0].pacer.limit_per_s
    assert limit_per_s is not None
    assert 90 < limit_per_s < 115
