"""A service with a limit, and processes that obey pacers, in virtual time: discrete events."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from itertools import count
from typing import Protocol

from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.rate_headers import RateHints
from tests.clocks import HandClock


class Service(Protocol):
    """Takes a call or refuses it, at the moment it arrives."""

    def takes(self, now: float) -> bool: ...

    def room(self, until: float) -> float:
        """How many calls it would have taken by then, apart from its burst."""


@dataclass(slots=True)
class TokenBucket:
    """Lets `burst` through at once, and refills by the limit of the step that it is in.

    Args:
        steps: (from second, calls a second), in order, the first from 0.
        burst: What the bucket holds.
    """

    steps: Sequence[tuple[float, float]]
    burst: float
    _left: float = field(init=False)
    _at: float = 0.0

    def __post_init__(self) -> None:
        self._left = self.burst

    def takes(self, now: float) -> bool:
        limit = next(limit for since, limit in reversed(self.steps) if now >= since)
        self._left = min(self.burst, self._left + (now - self._at) * limit)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def room(self, until: float) -> float:
        ends = [since for since, _ in self.steps[1:]] + [float("inf")]
        return sum(
            limit * max(min(end, until) - since, 0.0)
            for (since, limit), end in zip(self.steps, ends, strict=True)
        )


@dataclass(slots=True)
class FixedWindow:
    """Counts `quota` calls in each stretch of `window_s`."""

    quota: int
    window_s: float
    _window: int = -1
    _count: int = 0

    def takes(self, now: float) -> bool:
        window = int(now / self.window_s)
        if window != self._window:
            self._window, self._count = window, 0
        self._count += 1
        return self._count <= self.quota

    def room(self, until: float) -> float:
        return self.quota / self.window_s * until


@dataclass(frozen=True, slots=True)
class Unlimited:
    """Refuses nothing."""

    def takes(self, now: float) -> bool:  # noqa: ARG002
        return True

    def room(self, until: float) -> float:  # noqa: ARG002
        return float("inf")


@dataclass(frozen=True, slots=True)
class Trip:
    """What lies between sender and service.

    Args:
        round_trip_s: The network alone, both ways.
        uneven: Mean of the exponential extra time on each way, as a share of it.
        workers: Calls the service works on at a time; 0: any number, in no time.
        work_s: How long it works on one.
        hints: What every refusal says.
    """

    round_trip_s: float
    uneven: float = 0.2
    workers: int = 0
    work_s: float = 0.0
    hints: RateHints | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """How a run went."""

    seconds: float
    accepted: int
    throttled: int
    share: float
    mean_latency_s: float

    @property
    def wasted(self) -> float:
        """The share of calls that were throttled."""
        return self.throttled / (self.accepted + self.throttled)


@dataclass(slots=True)
class _Process:
    """One process that sends by its own pacer.

    Args:
        pacer: What it obeys.
        not_before: It starts nothing earlier.
        rows: How many calls it has to get accepted.
        ended_s: When it had them all.
    """

    pacer: Pacer
    not_before: float = 0.0
    rows: int = 10**9
    ended_s: float = 0.0
    in_flight: int = 0
    accepted: int = 0
    refusals: int = 0
    wakes_at: float = float("inf")


class Simulation:
    """Processes and one service; the same seed gives the same run.

    Args:
        pacers: One for each process.
        service: What they call.
        trip: What lies between.
        seed: Of all that is left to chance.
        clock: Shows the simulation's time.
        next_pacer: Where given, a process ends with each accepted call, as under `xargs`: this
            makes the next one's pacer, `start_up_s` later; a refused call is repeated after a
            jittered, doubling wait.
        start_up_s: How long a process takes to begin.
    """

    def __init__(
        self,
        pacers: Pacer | Sequence[Pacer],
        service: Service,
        trip: Trip,
        *,
        seed: int = 1,
        clock: HandClock | None = None,
        next_pacer: Callable[[float], Pacer] | None = None,
        start_up_s: float = 0.18,
    ) -> None:
        several = [pacers] if isinstance(pacers, Pacer) else pacers
        self.processes = [_Process(pacer) for pacer in several]
        self._service = service
        self._trip = trip
        self._random = random.Random(seed)
        self._clock = clock or HandClock()
        self._next_pacer = next_pacer
        self._start_up_s = start_up_s
        self._events: list[tuple[float, int, str, _Process, float, bool]] = []
        self._order = count()
        self._free_at = [0.0] * trip.workers
        self._in_flight = self._accepted = self._throttled = 0
        self._latency_sum_s = 0.0

    def run(self, *, rows: int = 10**9, until_s: float = 1e9) -> Figures:
        """Send until so many rows are accepted, or so much time has passed."""
        now = 0.0
        for process in self.processes:
            self._send(process, now, rows)
        while self._events and self._accepted < rows:
            at, _, kind, process, started_at, is_taken = heappop(self._events)
            if at >= until_s:
                now = until_s
                break
            now = self._clock.seconds = at
            if kind == "arrives":
                self._arrives(process, now, started_at)
                continue
            if kind == "answered":
                self._answered(process, now, started_at, is_taken=is_taken)
            elif now >= process.wakes_at:
                process.wakes_at = float("inf")
            self._send(process, now, rows)
        answers = max(self._accepted + self._throttled, 1)
        share = self._accepted / self._service.room(now)
        latency_s = self._latency_sum_s / answers
        return Figures(now, self._accepted, self._throttled, share, latency_s)

    def _send(self, process: _Process, now: float, rows: int) -> None:
        if now < process.not_before:
            self._wake(process, process.not_before)
            return
        while (
            self._accepted + self._in_flight < rows
            and process.accepted + process.in_flight < process.rows
        ):
            wait_s = process.pacer.wait_s(now, process.in_flight)
            if wait_s is None:
                return
            if wait_s > 0.0:
                self._wake(process, now + wait_s)
                return
            process.pacer.started(now)
            process.in_flight += 1
            self._in_flight += 1
            self._add(now + self._way_s(), "arrives", process, now)

    def _wake(self, process: _Process, at: float) -> None:
        if at < process.wakes_at:
            process.wakes_at = at
            self._add(at, "wakes", process, 0.0)

    def _arrives(self, process: _Process, now: float, started_at: float) -> None:
        is_taken = self._service.takes(now)
        done = self._work(now) if is_taken and self._free_at else now
        self._add(done + self._way_s(), "answered", process, started_at, is_taken=is_taken)

    def _work(self, now: float) -> float:
        done = max(now, self._free_at[0]) + self._trip.work_s
        heapreplace(self._free_at, done)
        return done

    def _answered(
        self, process: _Process, now: float, started_at: float, *, is_taken: bool
    ) -> None:
        process.in_flight -= 1
        process.accepted += is_taken
        if is_taken and process.accepted == process.rows:
            process.ended_s = now
        self._in_flight -= 1
        self._accepted += is_taken
        self._throttled += not is_taken
        self._latency_sum_s += now - started_at
        process.pacer.answered(
            now,
            started_at=started_at,
            throttled=not is_taken,
            latency_s=now - started_at,
            headers=None if is_taken else self._trip.hints,
        )
        if self._next_pacer is not None:
            self._go_on(process, self._next_pacer, now, is_taken=is_taken)

    def _go_on(
        self,
        process: _Process,
        next_pacer: Callable[[float], Pacer],
        now: float,
        *,
        is_taken: bool,
    ) -> None:
        if is_taken:
            process.not_before = now + self._start_up_s * self._random.uniform(0.9, 1.1)
            process.pacer = next_pacer(process.not_before)
            process.refusals = 0
        else:
            process.not_before = now + 0.5 * 2**process.refusals * self._random.random()
            process.refusals += 1

    def _way_s(self) -> float:
        extra = self._trip.uneven * self._random.expovariate(1.0)
        return self._trip.round_trip_s / 2 * (1.0 + extra)

    def _add(
        self,
        at: float,
        kind: str,
        process: _Process,
        started_at: float,
        *,
        is_taken: bool = False,
    ) -> None:
        heappush(self._events, (at, next(self._order), kind, process, started_at, is_taken))
