"""How fast to call, and with how many calls in flight.

Three questions are kept apart: how many calls a second the service accepts (`limit_search`, by
its 429s), how many in flight it can handle (`in_flight`, by its latency), and what it says itself
(`rate_headers`). All of it is arithmetic: the time comes in as an argument, nothing here sleeps.
"""

from sendx_cli.core.pacing.in_flight import InFlight
from sendx_cli.core.pacing.limit_search import FIRST_CALLS, LimitSearch
from sendx_cli.core.replies.rate_headers import RateHints

LATE_S = 0.02
"""How much delay a sender that wakes late may catch up on."""
_SHORT_WINDOW_S = 10.0
_CEILING_MARGIN = 0.99
_LONGEST_UNPROVEN_PAUSE_S = 60.0


class Pacer:
    """Decides when the next call may start; the sender asks it.

    The first `min(concurrency, 8)` calls start at once, so that a small run is not held back; the
    first answer starts the search for the limit. Calls are spaced evenly, `1 / rate` apart, as
    a service with a burst of one needs them; a sender that wakes late catches up on 20 ms.

    How the service's own hints are used:

    - `Retry-After` is obeyed for the contact it was sent for (by the sender), and here only where
      throttling continues: from the second 429 in a row with nothing accepted between.
    - A policy of q calls in w seconds, w up to 10 s, is a ceiling: `rate <= 0.99 q / w`.
      Longer windows do not limit the rate: 10,000 an hour may well be used at once.
    - "Nothing left until t", if there is no such policy: nothing starts for t, a minute at most
      as long as no 429 confirms it.

    Times are those of any one monotonic clock, in seconds.

    Args:
        concurrency: Calls in flight at most.
        cap_per_s: The user's own ceiling (`--rate`), which holds for the first calls, too.
        start_per_s: The rate to start from, if a limit is known from before.
        now: The current time.
    """

    __slots__ = ("_at_once", "_cap_per_s", "_ceiling_per_s", "_concurrency", "_in_flight",
                 "_next_at", "_rate_per_s", "_search")  # fmt: skip

    def __init__(
        self,
        *,
        concurrency: int,
        cap_per_s: float | None = None,
        start_per_s: float | None = None,
        now: float,
    ) -> None:
        self._concurrency = concurrency
        self._cap_per_s = cap_per_s
        self._ceiling_per_s = cap_per_s
        self._rate_per_s = 0.0
        self._begin(now, start_per_s)

    def _begin(self, now: float, start_per_s: float | None) -> None:
        self._search = LimitSearch(now, start_per_s)
        self._in_flight = InFlight(self._concurrency, now)
        self._at_once = min(self._concurrency, FIRST_CALLS)
        if self._cap_per_s is not None:
            self._at_once = min(self._at_once, 1 + int(self._cap_per_s * LATE_S))
        self._next_at = now

    def restart(self, now: float) -> None:
        """Start at a low rate again, as after an outage, to give the service time to recover."""
        self._begin(now, None)

    @property
    def rate_per_s(self) -> float:
        """The allowed calls a second when the last one started; 0.0 before the first answer."""
        return self._rate_per_s

    @property
    def limit_per_s(self) -> float | None:
        """The service's presumed limit; None until it was measured or announced."""
        found = self._search.limit_per_s
        if self._ceiling_per_s == self._cap_per_s:
            return found
        return self._ceiling_per_s if found is None else min(found, self._ceiling_per_s or found)

    @property
    def allowed_in_flight(self) -> int:
        """Calls that may be in flight now."""
        return 1 if self._search.is_closed else self._in_flight.allowed

    def wait_s(self, now: float, in_flight: int) -> float | None:
        """Return when a call may start.

        Returns:
            Seconds from now, 0.0 for at once; None: not before an answer has come.
        """
        if in_flight >= self._in_flight.allowed:
            self._in_flight.was_full = True
            return None
        if in_flight and self._search.is_closed:
            return None
        if not self._search.has_begun:
            if self._at_once <= 0 and self._cap_per_s is None:
                return None if in_flight else 0.0
        elif self._at_once > 0 and self._search.limit_per_s is None:
            return 0.0
        return self._next_at - now if self._next_at > now else 0.0

    def started(self, now: float) -> None:
        """Record that a call starts."""
        self._at_once -= 1
        rate = self._rate_at(now)
        if rate > 0.0:
            self._rate_per_s = rate
            self._next_at = max(self._next_at + 1.0 / rate, now - LATE_S)

    def answered(
        self,
        now: float,
        *,
        started_at: float,
        throttled: bool,
        latency_s: float,
        headers: RateHints | None = None,
    ) -> None:
        """Record an answer.

        A call without an answer of the service (not sent, cut off) is not reported here, as it
        shows nothing of a limit. It is for `Outage`.

        Args:
            now: When it came.
            started_at: When its call started.
            throttled: Whether it is a 429, or a 503 with `Retry-After`.
            latency_s: How long it took.
            headers: Its hints about the service's limits.
        """
        if throttled:
            asked_s = _asked_s(headers)
            pause_s = self._search.throttled(
                now, started_at=started_at, latency_s=latency_s, asked_s=asked_s
            )
            self._next_at = max(self._next_at, now + pause_s)
        else:
            self._search.accepted(now, latency_s)
            self._in_flight.answered(now, latency_s)
        if headers is not None:
            self._apply_hints(now, headers)

    def _rate_at(self, now: float) -> float:
        rate = self._search.rate_at(now)
        ceiling = self._ceiling_per_s
        if ceiling is None:
            return rate
        return min(rate, ceiling) if self._search.has_begun else ceiling

    def _apply_hints(self, now: float, hints: RateHints) -> None:
        quota, window_s = hints.quota, hints.window_s
        if quota and window_s and window_s <= _SHORT_WINDOW_S:
            policy_per_s = _CEILING_MARGIN * quota / window_s
            self._ceiling_per_s = min(policy_per_s, self._cap_per_s or policy_per_s)
        elif hints.remaining == 0 and hints.reset_s is not None:
            pause_s = min(hints.reset_s, _LONGEST_UNPROVEN_PAUSE_S)
            self._next_at = max(self._next_at, now + pause_s)


def _asked_s(headers: RateHints | None) -> float | None:
    if headers is None:
        return None
    if headers.retry_after_s is not None:
        return headers.retry_after_s
    return headers.reset_s if headers.remaining == 0 else None
