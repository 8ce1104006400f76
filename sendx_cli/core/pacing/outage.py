"""Detecting that the service is down, and when to probe it and when to give up."""

from collections.abc import Callable
from math import inf, isfinite

MAX_OUTAGE_S = 900.0
"""How long an outage may last, where nobody says otherwise."""

_DOWN_AFTER_FAILURES = 20
_FIRST_PROBE_S = 1.0
_LONGEST_PROBE_S = 60.0
_MOST_DOUBLINGS = 10


class Outage:
    """Tells an outage from single failures, and decides when to probe.

    After 20 failures in a row the service is down. Then one call at a time may start, the n-th
    after `min(60 s, 1 s * 2^n) * (0.5 + 0.5 * jitter)`: the jitter spreads clients that saw the
    same outage, the constant half keeps a probe from following at once. One success ends it;
    pacing then restarts at a low rate (`Pacer.restart`). Ten minutes cost about twenty probes.

    A failure is what any row would meet with: not sent, cut off, 5xx. A rejection is a success
    here: the service works. So is a 429 as far as being down is concerned.

    How long it may last is measured by the clock, from the first call that was sent after the last
    success, whether errors come back, 429s, or nothing at all.

    Args:
        jitter: Draws evenly from [0, 1).
        max_outage_s: Give up when nothing has succeeded for this long (`--max-outage`). Infinite:
            never, once a call has succeeded; a service from which none ever did is the wrong one,
            and is given up on after 15 minutes.
    """

    __slots__ = ("_count", "_jitter", "_max_outage_s", "_probe_at", "_probes", "_since_s",
                 "_succeeded_at")  # fmt: skip

    def __init__(self, *, jitter: Callable[[], float], max_outage_s: float = MAX_OUTAGE_S) -> None:
        self._jitter = jitter
        self._max_outage_s = max_outage_s
        self._count = 0
        self._probes = 0
        self._probe_at = 0.0
        self._since_s: float | None = None
        self._succeeded_at = -inf

    @property
    def is_down(self) -> bool:
        """Whether the service is considered down."""
        return self._count >= _DOWN_AFTER_FAILURES

    @property
    def longest_s(self) -> float:
        """For how long nothing may succeed now."""
        is_unproven = self._succeeded_at == -inf and not isfinite(self._max_outage_s)
        return MAX_OUTAGE_S if is_unproven else self._max_outage_s

    @property
    def gives_up_at(self) -> float | None:
        """When the run gives up for now; None if nothing was sent since the last success."""
        return None if self._since_s is None else self._since_s + self.longest_s

    def called(self, now: float) -> None:
        """Record that a call starts."""
        if self._since_s is None:
            self._since_s = now

    def failed(self, now: float, *, started_at: float) -> None:
        """Record a failure; of a call sent before the probe was due, it does not postpone it."""
        self._missed(started_at)
        if self.is_down:
            if started_at >= self._probe_at:
                self._put_off(now)
            return
        self._count += 1
        if self.is_down:
            self._put_off(now)

    def throttled(self, *, started_at: float) -> bool:
        """Record a 429: the service is up, but nothing succeeded; tell whether it was down."""
        self._missed(started_at)
        return self._is_up()

    def succeeded(self, now: float) -> bool:
        """Record a success; tell whether it ends an outage."""
        self._succeeded_at = now
        self._since_s = None
        return self._is_up()

    def idled(self) -> None:
        """Record that there is nothing to send: such a time does not count as an outage."""
        self._since_s = None

    def probe_wait_s(self, now: float, in_flight: int) -> float | None:
        """Return when the next call may start as far as an outage is concerned.

        Returns:
            Seconds from now, 0.0 for at once; None while it is down and a call is in flight.
        """
        if not self.is_down:
            return 0.0
        if in_flight:
            return None
        return max(self._probe_at - now, 0.0)

    def has_outlasted(self, now: float) -> bool:
        """Whether nothing has succeeded for `longest_s`: the run gives up for now (exit 5)."""
        gives_up_at = self.gives_up_at
        return gives_up_at is not None and now >= gives_up_at

    def _missed(self, started_at: float) -> None:
        if self._since_s is None:
            self._since_s = max(started_at, self._succeeded_at)

    def _is_up(self) -> bool:
        was_down = self.is_down
        self._count = 0
        self._probes = 0
        return was_down

    def _put_off(self, now: float) -> None:
        ceiling_s = min(_FIRST_PROBE_S * 2.0**self._probes, _LONGEST_PROBE_S)
        self._probes = min(self._probes + 1, _MOST_DOUBLINGS)
        self._probe_at = now + ceiling_s * (0.5 + 0.5 * self._jitter())
