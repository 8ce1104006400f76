"""The state of a search for a service's limit, as numbers that can be stored and shared."""

from typing import NamedTuple


class SearchState(NamedTuple):
    """The state of a `LimitSearch`; times are seconds of the clock that it uses.

    Args:
        limit_per_s: The limit found; 0.0: none yet.
        cycle_per_s: The limit that closed periods showed.
        event_at: When the last 429 came that was an event of its own.
        hold_until: Until when the rate is held.
        measured_from: Since when accepted calls are counted.
        ramp_at: When the ramp last doubled.
        ramp_doubling_s: In how many seconds it doubles.
        ramp_per_s: Its rate.
        round_trip_s: The shortest time that an answer took.
        steadiness: How steady the limit has been; it scales the hold.
        trust: The weight of the present limit, in calls.
        accepted: Calls accepted since `measured_from`.
        is_ramping: 1.0 while the limit is still unknown, else 0.0.
        lately_per_s: Calls accepted a second lately.
        lately_count: Calls accepted in the present interval.
        lately_since_s: When that began.
        closed_count: 429s in a row.
        closed_shut_at: When the service last closed; minus infinity: never.
        closed_accepted: Calls accepted since.
        shared_score: How sure it is that others use the limit; 0.0: they do not.
        shared_left_per_s: Calls accepted a second between the last two 429s.
    """

    limit_per_s: float
    cycle_per_s: float
    event_at: float
    hold_until: float
    measured_from: float
    ramp_at: float
    ramp_doubling_s: float
    ramp_per_s: float
    round_trip_s: float
    steadiness: float
    trust: float
    accepted: float
    is_ramping: float
    lately_per_s: float
    lately_count: float
    lately_since_s: float
    closed_count: float
    closed_shut_at: float
    closed_accepted: float
    shared_score: float
    shared_left_per_s: float
