"""A service with a limit, and a sender that obeys a pacer, in virtual time: discrete events."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from itertools import count
from typing import Protocol

from sendx_cli.core.pacing import Pacer
from sendx_cli.core.rate_headers import RateHints


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


class Simulation:
    """One sender and one service; the same seed gives the same run."""

    def __init__(self, pacer: Pacer, service: Service, trip: Trip, *, seed: int = 1) -> None:
        self.pacer = pacer
        self._service = service
        self._trip = trip
        self._random = random.Random(seed)
        self._events: list[tuple[float, int, str, float, bool]] = []
        self._order = count()
        self._free_at = [0.0] * trip.workers
        self._wakes_at = float("inf")
        self._in_flight = self._accepted = self._throttled = 0
        self._latency_sum_s = 0.0

    def run(self, *, rows: int = 10**9, until_s: float = 1e9) -> Figures:
        """Send until so many rows are accepted, or so much time has passed."""
        now = 0.0
        self._send(now, rows)
        while self._events and self._accepted < rows:
            at, _, kind, started_at, is_taken = heappop(self._events)
            if at >= until_s:
                now = until_s
                break
            now = at
            if kind == "arrives":
                self._arrives(now, started_at)
                continue
            if kind == "answered":
                self._answered(now, started_at, is_taken=is_taken)
            elif now >= self._wakes_at:
                self._wakes_at = float("inf")
            self._send(now, rows)
        answers = max(self._accepted + self._throttled, 1)
        share = self._accepted / self._service.room(now)
        latency_s = self._latency_sum_s / answers
        return Figures(now, self._accepted, self._throttled, share, latency_s)

    def _send(self, now: float, rows: int) -> None:
        while self._accepted + self._in_flight < rows:
            wait_s = self.pacer.wait_s(now, self._in_flight)
            if wait_s is None:
                return
            if wait_s > 0.0:
                self._wake(now + wait_s)
                return
            self.pacer.started(now)
            self._in_flight += 1
            self._add(now + self._way_s(), "arrives", now)

    def _wake(self, at: float) -> None:
        if at < self._wakes_at:
            self._wakes_at = at
            self._add(at, "wakes", 0.0)

    def _arrives(self, now: float, started_at: float) -> None:
        is_taken = self._service.takes(now)
        done = self._work(now) if is_taken and self._free_at else now
        self._add(done + self._way_s(), "answered", started_at, is_taken=is_taken)

    def _work(self, now: float) -> float:
        done = max(now, self._free_at[0]) + self._trip.work_s
        heapreplace(self._free_at, done)
        return done

    def _answered(self, now: float, started_at: float, *, is_taken: bool) -> None:
        self._in_flight -= 1
        self._accepted += is_taken
        self._throttled += not is_taken
        self._latency_sum_s += now - started_at
        self.pacer.answered(
            now,
            started_at=started_at,
            throttled=not is_taken,
            latency_s=now - started_at,
            headers=None if is_taken else self._trip.hints,
        )

    def _way_s(self) -> float:
        extra = self._trip.uneven * self._random.expovariate(1.0)
        return self._trip.round_trip_s / 2 * (1.0 + extra)

    def _add(self, at: float, kind: str, started_at: float, *, is_taken: bool = False) -> None:
        heappush(self._events, (at, next(self._order), kind, started_at, is_taken))
