"""The search for the rate that a service accepts, from its 429s alone."""

import math

from sendx_cli.core.pacing.accepted_rate import AcceptedRate
from sendx_cli.core.pacing.additive_increase import AdditiveIncrease
from sendx_cli.core.pacing.closed_periods import ClosedPeriods
from sendx_cli.core.pacing.search_state import SearchState

FIRST_CALLS = 8
"""Calls that start before anything is known: enough for tiny runs."""

_RAMP_DOUBLING_S = 0.25
_SHORTEST_RAMP_DOUBLING_S = 0.05
_RAMP_ROUND_TRIPS = 4.0
_FIRST_CUT = 0.7
_FASTEST_START_PER_S = 200.0
_MOST_REFUSED = 1.5
_MOST_UNPROVEN = 2.0
_MARGIN = 0.99
_PROBE_STEP = 0.01
_PROBE_DOUBLING_S = 0.25
_PROBE_ROUND_TRIPS = 4.0
_HOLD_S = 0.4
_HOLD_CALLS = 25.0
_LONGEST_HOLD_S = 30.0
_NEW_LIMIT = 1.5
_NEW_LIMIT_WHILE_SHARED = 2.0
_MOST_REFUSED_WHILE_SHARED = 1.3
_LEAST_SHARE = 0.5
_LOWEST_PER_S = 0.2
_LEAST_TRUST = 2.0
_MOST_TRUST = 6.0
_LEAST_STEADY = 0.25
_MOST_STEADY = 3.0
_MOST_STEADY_CLOSED = 10.0
_SAME = 0.15
_SAME_CYCLE = 0.4
_MOST_DOUBLINGS = 20.0


class LimitSearch:
    """Finds a service's limit `L`, and sets the rate accordingly.

    *Ramp*, while no limit is known: `rate = r0 * 2^(t / d)`, with `r0` eight calls by the first
    answer's latency, at most 200/s, and `d` four round trips, from 0.05 s to 0.25 s.

    *Limit*, from 429s. All calls that had started before a 429 came are one event with it. An
    empty token bucket lets through just what flows in: the calls accepted between two events
    (n), divided by the time between them (T), are the limit. The ramp's event only gives a guess,
    0.7 times the rate that was refused (which counts as 1.5 times the recently accepted rate at
    most). Each later one: `L = (n + w) / (T + w / L_old)`, the weight `w` of the old value
    being the calls that it came from, from 2 to 6.

    *Hold*, after an event: `rate = 0.99 L` for `s * max(0.4 s, 25 calls / L)`, at most 30 s. The
    steadiness `s` begins at 0.25; each event that finds the limit within 15 % of where it was
    doubles it up to 1, then adds a fifth up to 3. One that comes before the hold is over (a
    bucket of one token, uneven arrival) takes a third off. So a steady limit is probed less often,
    and 429s stay at about one in a hundred calls.

    *Probe*, after the hold: `rate = L * (0.99 + 0.01 / min(s, 1) * (2^(t / d) - 1))`, with `d`
    0.25 s or `min(s, 1)` times four round trips, so that answers come before the next doubling.
    If 1.5 L is really accepted, the limit has changed: ramp again, from there.

    *Shared*: where others use the same limit, the rate follows `additive_increase` instead, until
    they have ended. `L` then is the rate at the last 429, counted as 1.3 times what was accepted
    at most.

    *Closed*: 429s with nothing accepted between show nothing of `L` but that the service counts
    by windows: see `closed_periods`.

    The rate never exceeds twice the recently accepted one: an unused rate shows nothing.

    Args:
        now: The current time.
        start_per_s: The rate at which the ramp starts, if one is known from before.
    """

    __slots__ = ("_accepted", "_closed", "_cycle_per_s", "_event_at", "_hold_until", "_is_ramping",
                 "_lately", "_measured_from", "_ramp_at", "_ramp_doubling_s", "_ramp_per_s",
                 "_round_trip_s", "_sharing", "_steadiness", "_trust", "limit_per_s")  # fmt: skip

    def __init__(self, now: float, start_per_s: float | None = None) -> None:
        self.limit_per_s: float | None = None
        self._lately = AcceptedRate(now)
        self._closed = ClosedPeriods()
        self._sharing = AdditiveIncrease()
        self._cycle_per_s = 0.0
        self._accepted = 0
        self._event_at = -math.inf
        self._measured_from = now
        self._hold_until = now
        self._is_ramping = True
        self._ramp_at = now
        self._ramp_doubling_s = _RAMP_DOUBLING_S
        self._ramp_per_s = start_per_s or 0.0
        self._round_trip_s = 0.0
        self._steadiness = _LEAST_STEADY
        self._trust = _LEAST_TRUST

    @classmethod
    def from_limit(cls, now: float, limit_per_s: float) -> "LimitSearch":
        """Return a search that starts from a known limit: not exceeded, but probed at once."""
        search = cls(now, limit_per_s)
        search.limit_per_s = limit_per_s
        search._is_ramping = False
        return search

    @property
    def has_begun(self) -> bool:
        """Whether there is a rate: an answer has come, or a start was given."""
        return self._ramp_per_s > 0.0

    @property
    def is_closed(self) -> bool:
        """Whether the service accepts nothing at all at present."""
        return self._closed.is_closed

    def state(self) -> SearchState:
        """Return its state, for `restore`."""
        lately_per_s, lately_count, lately_since_s = self._lately.state()
        closed_count, closed_shut_at, closed_accepted = self._closed.state()
        shared_score, shared_left_per_s = self._sharing.state()
        return SearchState(
            limit_per_s=self.limit_per_s or 0.0,
            cycle_per_s=self._cycle_per_s,
            event_at=self._event_at,
            hold_until=self._hold_until,
            measured_from=self._measured_from,
            ramp_at=self._ramp_at,
            ramp_doubling_s=self._ramp_doubling_s,
            ramp_per_s=self._ramp_per_s,
            round_trip_s=self._round_trip_s,
            steadiness=self._steadiness,
            trust=self._trust,
            accepted=float(self._accepted),
            is_ramping=float(self._is_ramping),
            lately_per_s=lately_per_s,
            lately_count=lately_count,
            lately_since_s=lately_since_s,
            closed_count=closed_count,
            closed_shut_at=closed_shut_at,
            closed_accepted=closed_accepted,
            shared_score=shared_score,
            shared_left_per_s=shared_left_per_s,
        )

    def restore(self, state: SearchState) -> None:
        """Take over the state of another one that uses the same clock."""
        self.limit_per_s = state.limit_per_s or None
        self._cycle_per_s = state.cycle_per_s
        self._event_at = state.event_at
        self._hold_until = state.hold_until
        self._measured_from = state.measured_from
        self._ramp_at = state.ramp_at
        self._ramp_doubling_s = state.ramp_doubling_s
        self._ramp_per_s = state.ramp_per_s
        self._round_trip_s = state.round_trip_s
        self._steadiness = state.steadiness
        self._trust = state.trust
        self._accepted = int(state.accepted)
        self._is_ramping = bool(state.is_ramping)
        self._lately.restore((state.lately_per_s, state.lately_count, state.lately_since_s))
        self._closed.restore((state.closed_count, state.closed_shut_at, state.closed_accepted))
        self._sharing.restore((state.shared_score, state.shared_left_per_s))

    def idled(self, idle_s: float) -> None:
        """Leave out a time in which there was no call to make: it shows nothing of the limit."""
        self._hold_until += idle_s
        self._measured_from += idle_s
        self._ramp_at += idle_s
        self._lately.idled(idle_s)
        self._closed.idled(idle_s)

    def rate_at(self, now: float) -> float:
        """Calls a second that are allowed at `now`."""
        if self._is_ramping or self.limit_per_s is None:
            floor = self._ramp_per_s
            rate = floor * _doubled(now - self._ramp_at, self._ramp_doubling_s)
        elif self._sharing.is_shared:
            floor = _LEAST_SHARE * self.limit_per_s
            rate = self._sharing.rate_per_s(self.limit_per_s, now - self._measured_from)
        else:
            floor = _MARGIN * self.limit_per_s
            age_s = now - self._hold_until
            if age_s <= 0.0:
                return floor
            rate = floor + self._probed_share(age_s) * self.limit_per_s
        return min(rate, max(_MOST_UNPROVEN * self._lately.per_s, floor))

    def _probed_share(self, age_s: float) -> float:
        sureness = min(self._steadiness, 1.0)
        round_trips_s = _PROBE_ROUND_TRIPS * sureness * self._round_trip_s
        growth = _doubled(age_s, max(_PROBE_DOUBLING_S, round_trips_s)) - 1.0
        return _PROBE_STEP / sureness * growth

    def accepted(self, now: float, latency_s: float) -> None:
        """Record an answer that was not throttled."""
        self._begin(now, latency_s)
        self._round_trip_s += (latency_s - self._round_trip_s) / 8.0
        self._accepted += 1
        if self._closed.accepted():
            self._hold(now)
        interval_began = self._lately.add(now, self._round_trip_s)
        if interval_began is not None and self._is_outgrown(now, interval_began):
            self._ramp_from(self.rate_at(now), now)

    def throttled(
        self, now: float, *, started_at: float, latency_s: float, asked_s: float | None
    ) -> float:
        """Record a 429; return the seconds in which nothing more may start."""
        self._begin(now, latency_s)
        if started_at <= self._event_at:
            return 0.0
        refused_per_s = self.rate_at(now)
        span_s = now - self._measured_from
        self._event_at = self._measured_from = now
        limit = self.limit_per_s
        if self._is_ramping or limit is None:
            limit = self._guess(started_at)
        elif not self._accepted:
            return self._shut(now, limit, asked_s)
        else:
            limit = self._measure(now, limit, span_s, refused_per_s)
        self.limit_per_s = limit
        self._accepted = 0
        self._hold(now)
        return 1.0 / limit

    def _begin(self, now: float, latency_s: float) -> None:
        if self._round_trip_s > 0.0:
            return
        self._round_trip_s = max(latency_s, 1e-4)
        if not self.has_begun:
            start_per_s = FIRST_CALLS / self._round_trip_s
            self._ramp_from(min(start_per_s, _FASTEST_START_PER_S), now)

    def _ramp_from(self, rate_per_s: float, now: float) -> None:
        self._is_ramping = True
        self._sharing.reset()
        self._ramp_per_s = rate_per_s
        self._ramp_at = now
        round_trips_s = _RAMP_ROUND_TRIPS * self._round_trip_s
        self._ramp_doubling_s = min(max(round_trips_s, _SHORTEST_RAMP_DOUBLING_S), _RAMP_DOUBLING_S)
        self._steadiness = _LEAST_STEADY

    def _is_outgrown(self, now: float, interval_began: float) -> bool:
        if self.limit_per_s is None or self._is_ramping or now <= self._hold_until:
            return False
        is_after_event = interval_began > self._event_at
        factor = _NEW_LIMIT_WHILE_SHARED if self._sharing.is_shared else _NEW_LIMIT
        return is_after_event and self._lately.per_s > factor * self.limit_per_s

    def _guess(self, started_at: float) -> float:
        refused_per_s = min(self.rate_at(started_at), _MOST_REFUSED * self._lately.per_s)
        self._is_ramping = False
        self._steadiness = _LEAST_STEADY
        self._trust = _LEAST_TRUST
        return max(_FIRST_CUT * refused_per_s, _LOWEST_PER_S)

    def _measure(self, now: float, old_per_s: float, span_s: float, refused_per_s: float) -> float:
        expected = min(1.1 * old_per_s, refused_per_s)
        found = (self._accepted + self._trust) / (span_s + self._trust / expected)
        self._trust = min(max(float(self._accepted), _LEAST_TRUST), _MOST_TRUST)
        self._steady(now, found / old_per_s)
        left_per_s = self._accepted / span_s
        if self._sharing.refused(
            left_per_s,
            calls=self._accepted,
            in_flight=left_per_s * self._round_trip_s,
            is_held=now < self._hold_until,
        ):
            found = min(refused_per_s, _MOST_REFUSED_WHILE_SHARED * found)
        return max(found, _LOWEST_PER_S)

    def _steady(self, now: float, change: float) -> None:
        if abs(change - 1.0) > _SAME:
            self._steadiness = min(self._steadiness, 1.0) if self._cycle_per_s else _LEAST_STEADY
        elif now < self._hold_until:
            self._steadiness = max(self._steadiness / 1.5, _LEAST_STEADY)
        elif self._steadiness < _MOST_STEADY:
            factor = 1.2 if self._steadiness >= 1.0 else 2.0
            self._steadiness = min(factor * self._steadiness, _MOST_STEADY)

    def _shut(self, now: float, limit_per_s: float, asked_s: float | None) -> float:
        first_s = max(1.0 / limit_per_s, self._round_trip_s)
        pause_s = self._closed.refused(first_s=first_s, asked_s=asked_s)
        cycle_per_s = self._closed.limit_per_s(now)
        if cycle_per_s is not None:
            is_same = abs(cycle_per_s / (self._cycle_per_s or limit_per_s) - 1.0) < _SAME_CYCLE
            grown = min(2.0 * self._steadiness, _MOST_STEADY_CLOSED)
            self._steadiness = grown if is_same else 1.0
            self.limit_per_s = self._cycle_per_s = max(cycle_per_s, _LOWEST_PER_S)
        return pause_s

    def _hold(self, now: float) -> None:
        limit = self.limit_per_s or _LOWEST_PER_S
        hold_s = self._steadiness * max(_HOLD_S, _HOLD_CALLS / limit)
        self._hold_until = now + min(hold_s, _LONGEST_HOLD_S)


def _doubled(age_s: float, doubling_s: float) -> float:
    return math.pow(2.0, min(age_s / doubling_s, _MOST_DOUBLINGS))
