"""One limit for all processes of a machine that call the same service with the same key.

What is known of the limit is in one small record, which one process at a time may change: so the
processes share one search for the limit, and take turns at evenly spaced slots.
"""

from collections.abc import Callable

from sendx_cli.core.pacing.limit_search import LimitSearch
from sendx_cli.core.pacing.pacer import LATE_S, Pacer
from sendx_cli.core.replies.rate_headers import RateHints

Change = Callable[[bytes], bytes | None]
"""Makes the new record from the old, which is empty if there is none; None leaves it as it is."""

_LOOK_EVERY_S = 0.25
_YIELD = 0.1
_LONGEST_SHARED_PAUSE_S = 60.0
_SAME_CLOCK_S = 1.0
_FRESH_S = 60.0
_REMEMBERED_S = 3600.0
_SUPPOSED_TURNS = 8.0
_MOST_TURNS = 64.0
_TURNS_WEIGHT = 0.2


class SharedPacer(Pacer):
    """A pacer that uses what all processes together have learned.

    *No limit known to any process*: it is a pacer like any other, and writes nothing. It looks for
    a record when it starts, and every 0.25 s.

    *From the first 429 of any process on*: each answer goes into the one search in the record, and
    each call takes the next free slot there, `1 / rate` after the one before it (the generic cell
    rate algorithm, ITU-T I.371), whichever process that was for. No process takes a slot ahead of
    time, so that a 429 delays all of them. The process that took the last one waits a tenth of the
    spacing longer than others, 10 ms at most, so that each gets its share. Unused slots are lost
    but for the last 20 ms, and left out of the search: they show nothing of the limit.

    *A record ages*: for 60 s after its last use it is in force. For an hour its limit is where
    the search starts: even spacing from there, probing at once. After that it is ignored.
    Times in it are those of the machine's monotonic clock; if that and the wall clock have drifted
    apart by a second since it was written (a restart, sleep, another machine), they are ignored as
    well, and only the limit is used. No pause in it is longer than 60 s: that one process was
    asked to wait for an hour is no reason for all to stop.

    *While the record cannot be locked* (its holder was stopped, the machine is busy), a process
    keeps to the share that it had: every `n`-th slot, `n` being the recent number of spacings
    between its own slots; one that has had none yet assumes that it is one of eight. A pause in
    the record holds for it, too. After 60 s without a lock it assumes that it is alone.

    Args:
        update: Applies a change to the record under a lock; returns whether the change was
            called. If not, this process continues by what it knows.
        look: Returns the record as it is, empty if there is none. It may be half written, which
            its checksum reveals.
        unix: The wall clock in seconds since 1970, for a record's age only.
        concurrency: As for `Pacer`.
        cap_per_s: As for `Pacer`: this process's own.
        now: The current time, by the machine's monotonic clock.
    """

    __slots__ = ("_free_at", "_has_slot", "_is_shared", "_look", "_look_at", "_shared_at",
                 "_took_at", "_turns", "_unix", "_update", "_wait_until")  # fmt: skip

    def __init__(
        self,
        update: Callable[[Change], bool],
        unix: Callable[[], float],
        *,
        look: Callable[[], bytes],
        concurrency: int,
        cap_per_s: float | None = None,
        now: float,
    ) -> None:
        super().__init__(concurrency=concurrency, cap_per_s=cap_per_s, now=now)
        self._update = update
        self._unix = unix
        self._look = look
        self._is_shared = False
        self._look_at = now
        self._free_at = now
        self._wait_until = now
        self._has_slot = False
        self._turns = 1.0
        self._took_at: float | None = None
        self._shared_at = now

    def restart(self, now: float) -> None:
        """Start at a low rate again, as after an outage, until the record is read again."""
        super().restart(now)
        self._is_shared = False
        self._look_at = now + _LOOK_EVERY_S

    def wait_s(self, now: float, in_flight: int) -> float | None:
        """Return when a call may start; if at once, its slot is taken.

        Returns:
            Seconds from now, 0.0 for at once; None: not before an answer has come.
        """
        if not self._is_shared and now >= self._look_at:
            self._look_at = now + _LOOK_EVERY_S
            self._load(self._look(), now)
        own_s = super().wait_s(now, in_flight)
        if own_s is None or own_s > 0.0 or not self._is_shared or self._has_slot:
            return own_s
        if now < self._wait_until:
            return self._wait_until - now
        self._has_slot = True
        if not self._update(lambda kept: self._take_slot(kept, now)):
            self._take_share(now)
        return 0.0 if self._has_slot else self._wait_until - now

    def started(self, now: float) -> None:
        """Record that a call starts."""
        super().started(now)
        self._has_slot = False

    def answered(
        self,
        now: float,
        *,
        started_at: float,
        throttled: bool,
        latency_s: float,
        headers: RateHints | None = None,
    ) -> None:
        """Record an answer: for all processes, once a limit is known or this is a 429."""

        def learn() -> None:
            super(SharedPacer, self).answered(
                now,
                started_at=started_at,
                throttled=throttled,
                latency_s=latency_s,
                headers=headers,
            )

        def learn_for_all(kept: bytes) -> bytes:
            self._load(kept, now)
            learn()
            if throttled:
                pause_until = min(self._next_at, now + _LONGEST_SHARED_PAUSE_S)
                self._free_at = max(self._free_at, pause_until)
            return self._packed(now)

        self._is_shared = self._is_shared or throttled
        if not self._is_shared or not self._update(learn_for_all):
            learn()

    def _take_slot(self, kept: bytes, now: float) -> bytes | None:
        self._load(kept, now)
        if self._free_at > now:
            self._has_slot = False
            self._wait_until = self._free_at
            return None
        idle_s = now - LATE_S - self._free_at
        if idle_s > 0.0:
            self._search.idled(idle_s)
            self._free_at += idle_s
        spacing_s = 1.0 / self._search.rate_at(now)
        self._free_at += spacing_s
        self._wait_until = self._free_at + min(_YIELD * spacing_s, LATE_S / 2.0)
        if self._took_at is not None:
            turns = min(max(1.0, (now - self._took_at) / spacing_s), _MOST_TURNS)
            self._turns += _TURNS_WEIGHT * (turns - self._turns)
        self._took_at = self._shared_at = now
        return self._packed(now)

    def _take_share(self, now: float) -> None:
        """Take a slot without the record, if this process's share allows one."""
        self._load(self._look(), now)
        if now - self._shared_at > _FRESH_S:
            self._turns = 1.0
        spacing_s = 1.0 / self._search.rate_at(now)
        share_s = self._turns * spacing_s
        if self._took_at is None:
            self._took_at = max(now, self._free_at) - share_s
        wait_until = self._took_at + share_s
        if self._free_at > now + spacing_s:  # more than one slot ahead: the record has a pause
            wait_until = max(wait_until, self._free_at)
        self._has_slot = now >= wait_until
        if self._has_slot:
            self._took_at = now
        else:
            self._wait_until = wait_until

    def _load(self, kept: bytes, now: float) -> None:
        if not kept:
            return
        from sendx_cli.core.pacing.rate_record import unpacked

        record = unpacked(kept)
        if record is None:
            return
        free_at, saved_at, saved_unix_s, search = record
        age_s = self._unix() - saved_unix_s
        if abs(age_s) > _REMEMBERED_S:
            return
        if abs(age_s - (now - saved_at)) < _SAME_CLOCK_S and age_s < _FRESH_S:
            self._search.restore(search)
            self._free_at = min(free_at, now + _LONGEST_SHARED_PAUSE_S)
        else:
            self._search = LimitSearch.from_limit(now, search[0])
            self._free_at = now
        if not self._is_shared:
            self._turns = _SUPPOSED_TURNS
        self._is_shared = True

    def _packed(self, now: float) -> bytes:
        from sendx_cli.core.pacing.rate_record import packed

        return packed(self._free_at, now, self._unix(), self._search.state())
