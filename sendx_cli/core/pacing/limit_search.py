"""The search for the rate that a service accepts, by its 429s alone."""

import math

from sendx_cli.core.pacing.accepted_rate import AcceptedRate
from sendx_cli.core.pacing.closed_periods import ClosedPeriods
from sendx_cli.core.pacing.search_state import SearchState

FIRST_CALLS = 8
"""Calls that go out before anything is known: as many as tiny runs have."""

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
_LOWEST_PER_S = 0.2
_LEAST_TRUST = 2.0
_MOST_TRUST = 6.0
_SHYEST = 0.25
_STEADIEST = 3.0
_STEADIEST_CLOSING = 10.0
_SAME = 0.15
_SAME_CYCLE = 0.4
_MOST_DOUBLINGS = 20.0


class LimitSearch:
    """Finds a service's limit `L` and says how fast to go.

    *Ramp*, while no limit is known: `rate = r0 * 2^(t / d)`, with `r0` eight calls by the first
    answer's latency, at most 200/s, and `d` four round trips, from 0.05 s to 0.25 s.

    *Limit*, from 429s. All calls that had started before a 429 came are one event with it. An
    empty token bucket lets through just what flows in: the calls accepted between two events
    (n), divided by the time between them (T), are the limit. The ramp's event gives no more than
    a guess, 0.7 times the rate that was refused (taken as 1.5 times what was lately accepted at
    the most). Each later one: `L = (n + w) / (T + w / L_old)`, the weight `w` of the old value
    being the calls that it came from, from 2 to 6.

    *Hold*, after an event: `rate = 0.99 L` for `s * max(0.4 s, 25 calls / L)`, at most 30 s. The
    steadiness `s` begins at 0.25; each event that finds the limit within 15 % of where it was
    doubles it up to 1, then adds a fifth up to 3. One that comes before the hold is over (a
    bucket of one token, uneven arrival) takes a third off. So a limit that holds is tried
    less often, and 429s stay at about one in a hundred calls.

    *Probe*, after the hold: `rate = L * (0.99 + 0.01 / min(s, 1) * (2^(t / d) - 1))`, with `d`
    0.25 s or `min(s, 1)` times four round trips, so that answers come before the next doubling.
    Where 1.5 L is really accepted, the limit is a new one: ramp again, from there.

    *Closed*: 429s with nothing accepted between say nothing of `L` but that the service counts
    by windows: see `closed_spells`.

    Never beyond twice what is lately accepted: a rate that is not used finds nothing out.

    Args:
        now: The moment it begins.
        start_per_s: Where the ramp begins, if something is known from before.
    """

    __slots__ = ("_accepted", "_closed", "_cycle_per_s", "_event_at", "_hold_until", "_is_ramping",
                 "_lately", "_measured_from", "_ramp_at", "_ramp_doubling_s", "_ramp_per_s",
                 "_round_trip_s", "_steadiness", "_trust", "limit_per_s")  # fmt: skip

    def __init__(self, now: float, start_per_s: float | None = None) -> None:
        self.limit_per_s: float | None = None
        self._lately = AcceptedRate(now)
        self._closed = ClosedPeriods()
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
        self._steadiness = _SHYEST
        self._trust = _LEAST_TRUST

    @classmethod
    def from_limit(cls, now: float, limit_per_s: float) -> "LimitSearch":
        """Return a search that begins at a limit known from before: kept to, and probed at once."""
        search = cls(now, limit_per_s)
        search.limit_per_s = limit_per_s
        search._is_ramping = False
        return search

    @property
    def has_begun(self) -> bool:
        """Whether there is a rate to keep: an answer has come, or a start was given."""
        return self._ramp_per_s > 0.0

    @property
    def is_closed(self) -> bool:
        """Whether the service takes nothing at all just now."""
        return self._closed.is_closed

    def state(self) -> SearchState:
        """Return all that it knows, for `restore`."""
        lately_per_s, lately_count, lately_since_s = self._lately.state()
        closed_count, closed_shut_at, closed_accepted = self._closed.state()
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
        )

    def restore(self, state: SearchState) -> None:
        """Know what another one knew, that went by the same clock."""
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

    def idled(self, idle_s: float) -> None:
        """Leave out a time in which no call was to be made: it shows nothing of the limit."""
        self._hold_until += idle_s
        self._measured_from += idle_s
        self._ramp_at += idle_s
        self._lately.idled(idle_s)
        self._closed.idled(idle_s)

    def rate_at(self, now: float) -> float:
        """Calls a second that are allowed at this moment."""
        if self._is_ramping or self.limit_per_s is None:
            floor = self._ramp_per_s
            rate = floor * _doubled(now - self._ramp_at, self._ramp_doubling_s)
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
        """Record an answer that was no 429."""
        self._begin(now, latency_s)
        self._round_trip_s += (latency_s - self._round_trip_s) / 8.0
        self._accepted += 1
        if self._closed.accepted():
            self._hold(now)
        stretch_began = self._lately.add(now, self._round_trip_s)
        if stretch_began is not None and self._is_outgrown(now, stretch_began):
            self._ramp_from(self.rate_at(now), now)

    def throttled(
        self, now: float, *, started_at: float, latency_s: float, told_s: float | None
    ) -> float:
        """Record a 429; return the seconds in which nothing more may start."""
        self._begin(now, latency_s)
        if started_at <= self._event_at:
            return 0.0
        span_s = now - self._measured_from
        self._event_at = self._measured_from = now
        limit = self.limit_per_s
        if self._is_ramping or limit is None:
            limit = self._guess(started_at)
        elif not self._accepted:
            return self._shut(now, limit, told_s)
        else:
            limit = self._measure(now, limit, span_s)
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
        self._ramp_per_s = rate_per_s
        self._ramp_at = now
        round_trips_s = _RAMP_ROUND_TRIPS * self._round_trip_s
        self._ramp_doubling_s = min(max(round_trips_s, _SHORTEST_RAMP_DOUBLING_S), _RAMP_DOUBLING_S)
        self._steadiness = _SHYEST

    def _is_outgrown(self, now: float, stretch_began: float) -> bool:
        if self.limit_per_s is None or self._is_ramping or now <= self._hold_until:
            return False
        is_after_event = stretch_began > self._event_at
        return is_after_event and self._lately.per_s > _NEW_LIMIT * self.limit_per_s

    def _guess(self, started_at: float) -> float:
        refused_per_s = min(self.rate_at(started_at), _MOST_REFUSED * self._lately.per_s)
        self._is_ramping = False
        self._steadiness = _SHYEST
        self._trust = _LEAST_TRUST
        return max(_FIRST_CUT * refused_per_s, _LOWEST_PER_S)

    def _measure(self, now: float, old_per_s: float, span_s: float) -> float:
        expected = min(1.1 * old_per_s, self.rate_at(now))
        found = (self._accepted + self._trust) / (span_s + self._trust / expected)
        self._trust = min(max(float(self._accepted), _LEAST_TRUST), _MOST_TRUST)
        self._steady(now, found / old_per_s)
        return max(found, _LOWEST_PER_S)

    def _steady(self, now: float, change: float) -> None:
        if abs(change - 1.0) > _SAME:
            self._steadiness = min(self._steadiness, 1.0) if self._cycle_per_s else _SHYEST
        elif now < self._hold_until:
            self._steadiness = max(self._steadiness / 1.5, _SHYEST)
        elif self._steadiness < _STEADIEST:
            factor = 1.2 if self._steadiness >= 1.0 else 2.0
            self._steadiness = min(factor * self._steadiness, _STEADIEST)

    def _shut(self, now: float, limit_per_s: float, told_s: float | None) -> float:
        first_s = max(1.0 / limit_per_s, self._round_trip_s)
        pause_s = self._closed.refused(first_s=first_s, told_s=told_s)
        cycle_per_s = self._closed.limit_per_s(now)
        if cycle_per_s is not None:
            is_same = abs(cycle_per_s / (self._cycle_per_s or limit_per_s) - 1.0) < _SAME_CYCLE
            grown = min(2.0 * self._steadiness, _STEADIEST_CLOSING)
            self._steadiness = grown if is_same else 1.0
            self.limit_per_s = self._cycle_per_s = max(cycle_per_s, _LOWEST_PER_S)
        return pause_s

    def _hold(self, now: float) -> None:
        limit = self.limit_per_s or _LOWEST_PER_S
        hold_s = self._steadiness * max(_HOLD_S, _HOLD_CALLS / limit)
        self._hold_until = now + min(hold_s, _LONGEST_HOLD_S)


def _doubled(age_s: float, doubling_s: float) -> float:
    return math.pow(2.0, min(age_s / doubling_s, _MOST_DOUBLINGS))
