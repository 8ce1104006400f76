"""The sender: takes rows, keeps each contact's order, paces, repeats what may be repeated.

It is one loop without threads or sleeping of its own: time passes in `Exchange.wait` alone, so
that a simulated exchange and clock can play hours of a bad day in a moment.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Protocol

from sendx_cli.api.exchange import Exchange, Reply
from sendx_cli.api.requests import Call, call_for
from sendx_cli.bulk.lanes import Lanes
from sendx_cli.bulk.patience import Patience
from sendx_cli.bulk.rows import Row, Settled
from sendx_cli.clock import Clock
from sendx_cli.core.answers import Answer
from sendx_cli.core.outcome import Outcome
from sendx_cli.core.pacing import Pacer
from sendx_cli.core.rate_headers import read_rate_headers
from sendx_cli.core.retry import (
    Jitter,
    RetryPolicy,
    Stop,
    Wait,
    decide,
    read_retry_after,
)
from sendx_cli.core.verdict import Kind, Verdict, judge

_NOBODYS_FAULT = frozenset({Kind.NOT_SENT, Kind.LATER})
"""The service did not act on it, and any row would have met with the same."""
_CUT_OFF = Verdict(Kind.AMBIGUOUS, "interrupted", "interrupted before the answer", "run it again")
LONGEST_TURN_S = 0.25
"""Whoever watches the run is told of it this often at least."""
STOP_GRACE_S = 10.0
"""Seconds that calls under way are given once a stop was asked for."""
MAX_HELD_BACK = 20_000
"""Rows read ahead at most while they wait behind other rows of their contacts."""


class Journal(Protocol):
    """Notes each row before it is sent and after it is decided."""

    def sending(self, rows: Sequence[Row]) -> None:
        """Note that these rows are about to be sent."""

    def put_back(self, rows: Sequence[Row]) -> None:
        """Note that these rows, which surely did not arrive, wait to be sent again."""

    def settled(self, rows: Sequence[Settled]) -> None:
        """Note what became of these rows."""


class NoJournal:
    """For contacts named on the command line: their results are all there is to know."""

    def sending(self, rows: Sequence[Row]) -> None:
        """Note nothing."""

    def put_back(self, rows: Sequence[Row]) -> None:
        """Note nothing."""

    def settled(self, rows: Sequence[Settled]) -> None:
        """Note nothing."""


@dataclass(slots=True)
class _Attempt:
    """A row that has begun: how often it was sent, and since when.

    Of its attempts, `counted` are held against it: in an outage, none is.
    """

    row: Row
    call: Call
    began_at: float = 0.0
    sent_at: float = 0.0
    count: int = 0
    counted: int = 0
    verdict: Verdict | None = None

    def left(self, now: float) -> "Settled":
        """What is known of it when the run ends before it could be repeated."""
        in_doubt = (
            self.verdict is not None
            and self.verdict.kind is Kind.AMBIGUOUS
            and not self.row.contact.is_repeatable
        )
        return self.settled(Outcome.UNKNOWN if in_doubt else Outcome.SKIPPED, now)

    def settled(self, outcome: Outcome, now: float) -> "Settled":
        """Its fate, decided at `now`."""
        return Settled(self.row, outcome, self.verdict, self.count, now - self.began_at)


class Sender:
    """Sends rows until there are none left, or until nothing can succeed.

    Args:
        exchange: Carries the calls.
        pacer: Says when a call may start.
        clock: What time it is.
        jitter: Draws from [0, 1) for back-off.
        policy: How often a row is repeated.
        base_url: Where the service is.
        journal: Notes what is under way and what became of it.
        patience: Bears outages in a bulk run; None: each contact is given up by itself.
        on_wait: Told of each wait before a repetition, in seconds, and why.
        on_turn: Called several times a second, whether answers come or not.
    """

    def __init__(
        self,
        *,
        exchange: Exchange,
        pacer: Pacer,
        clock: Clock,
        jitter: Jitter,
        policy: RetryPolicy,
        base_url: str,
        journal: Journal | None = None,
        patience: Patience | None = None,
        on_wait: Callable[[float, Verdict], None] = lambda _wait_s, _verdict: None,
        on_turn: Callable[[], None] | None = None,
    ) -> None:
        self._exchange = exchange
        self._pacer = pacer
        self._clock = clock
        self._jitter = jitter
        self._policy = policy
        self._base_url = base_url
        self._journal = journal or NoJournal()
        self._patience = patience
        self._on_wait = on_wait
        self._on_turn = on_turn
        self._lanes = Lanes()
        self._ready: deque[_Attempt] = deque()
        self._later: list[tuple[float, int, _Attempt]] = []
        self._in_flight: dict[int, _Attempt] = {}
        self._tickets = 0
        self._has_accepted = False
        self._is_stopping = False
        self._is_stop_asked = False
        self._asked_at: float | None = None
        self.stopped_by: Verdict | None = None
        """What ended the run before its last row, if it was the service or the network."""

    def stop(self) -> None:
        """Begin no further call and wait a little for those under way.

        Safe in a signal's handler.
        """
        self._is_stopping = True
        self._is_stop_asked = True
        self._exchange.wake()

    def run(self, rows: Iterator[Row]) -> Iterator[Settled]:
        """Yield each row once its fate is decided; rows not come to are not yielded."""
        more = True
        while True:
            if more and not self._is_stopping:
                more = self._read_ahead(rows)
            self._begin_calls()
            if self._is_over(more=more):
                break
            settled = self._settle(self._exchange.wait(self._turn_s()))
            if settled:
                self._journal.settled(settled)
                yield from settled
        left = self._left()
        self._journal.settled(left)
        yield from left

    @property
    def in_flight(self) -> int:
        """Calls under way."""
        return len(self._in_flight)

    def addresses_in_flight(self) -> list[str]:
        """Return whom the calls under way concern, for the last words of a process."""
        return [attempt.row.contact.email for attempt in self._in_flight.values()]

    def _left(self) -> list[Settled]:
        """Return the rows that were sent, but whose fate the end of the run leaves open."""
        for attempt in self._in_flight.values():
            attempt.verdict = _CUT_OFF
        begun = [*self._in_flight.values(), *(item[2] for item in self._later), *self._ready]
        now = self._clock.now()
        return [attempt.left(now) for attempt in begun if attempt.count]

    def _is_over(self, *, more: bool) -> bool:
        if not self._in_flight:
            return self._is_stopping or not self._has_work(more=more)
        return self._grace_s() == 0.0

    def _grace_s(self) -> float | None:
        """Seconds left for the calls under way once a stop was asked for; None if it was not."""
        if not self._is_stop_asked:
            return None
        if self._asked_at is None:
            self._asked_at = self._clock.now()
        return max(self._asked_at + STOP_GRACE_S - self._clock.now(), 0.0)

    def _has_work(self, *, more: bool) -> bool:
        return more or bool(self._ready or self._later)

    def _read_ahead(self, rows: Iterator[Row]) -> bool:
        """Keep enough rows at hand; tell whether there are more."""
        wanted = self._pacer.allowed_in_flight + 1
        while len(self._ready) < wanted and self._lanes.waiting < MAX_HELD_BACK:
            row = next(rows, None)
            if row is None:
                return False
            if self._lanes.add(row):
                self._make_ready(row)
        return True

    def _make_ready(self, row: Row) -> None:
        self._ready.append(_Attempt(row, call_for(row.contact, self._base_url)))

    def _begin_calls(self) -> None:
        if self._is_stopping:
            return
        batch: list[_Attempt] = []
        now = self._clock.now()
        self._take_due(now)
        while self._ready and self._pause_s(now, len(self._in_flight) + len(batch)) == 0.0:
            self._pacer.started(now)
            batch.append(self._ready.popleft())
        if not batch:
            return
        self._journal.sending([attempt.row for attempt in batch])
        for attempt in batch:
            self._submit(attempt)

    def _pause_s(self, now: float, in_flight: int) -> float | None:
        """Seconds until a call may start; None for not before an answer has come."""
        if self._patience is not None and self._patience.is_down:
            return self._patience.probe_wait_s(now, in_flight)
        return self._pacer.wait_s(now, in_flight)

    def _take_due(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            self._ready.appendleft(heappop(self._later)[2])

    def _submit(self, attempt: _Attempt) -> None:
        attempt.sent_at = self._clock.now()
        if not attempt.count:
            attempt.began_at = attempt.sent_at
            if self._patience is not None:
                self._patience.begun()
        attempt.count += 1
        self._tickets += 1
        self._in_flight[self._tickets] = attempt
        self._exchange.submit(self._tickets, attempt.call)

    def _turn_s(self) -> float | None:
        """How long to wait for answers; nobody who watches the run waits longer than a turn."""
        wait_s = self._wait_s()
        if self._on_turn is None:
            return wait_s
        self._on_turn()
        return LONGEST_TURN_S if wait_s is None else min(wait_s, LONGEST_TURN_S)

    def _wait_s(self) -> float | None:
        """How long nothing but an answer can happen."""
        if self._is_stopping:
            return self._grace_s()
        now = self._clock.now()
        moments = [self._later[0][0] - now] if self._later else []
        if self._ready:
            pause_s = self._pause_s(now, len(self._in_flight))
            if pause_s is not None:
                moments.append(pause_s)
        return max(min(moments), 0.0) if moments else None

    def _settle(self, replies: Sequence[Reply]) -> list[Settled]:
        settled: list[Settled] = []
        for reply in replies:
            attempt = self._in_flight.pop(reply.ticket)
            outcome = self._hear(attempt, reply)
            if outcome is not None:
                settled.append(outcome)
                for row in self._lanes.leave(attempt.row):
                    self._make_ready(row)
        return settled

    def _hear(self, attempt: _Attempt, reply: Reply) -> Settled | None:
        now = self._clock.now()
        contact = attempt.row.contact
        verdict = judge(reply.reply, action=contact.action, is_first=not self._has_accepted)
        attempt.verdict = verdict
        retry_after_s = self._tell_pacer(attempt, reply, verdict, now)
        self._has_accepted |= verdict.kind is Kind.ACCEPTED
        if self._patience is None:
            attempt.counted = attempt.count
        else:
            self._heed(self._patience, attempt, verdict, now)
        decision = decide(
            verdict,
            attempt=attempt.counted,
            is_repeatable=contact.is_repeatable,
            policy=self._policy,
            jitter=self._jitter,
            retry_after_s=retry_after_s,
        )
        if isinstance(decision, Wait):
            self._put_off(attempt, decision.seconds, verdict, now)
            return None
        if isinstance(decision, Stop):
            self._stop_for(verdict)
        return attempt.settled(decision.outcome, now)

    def _put_off(self, attempt: _Attempt, wait_s: float, verdict: Verdict, now: float) -> None:
        if self._patience is not None:
            wait_s = max(wait_s, self._patience.retry_wait_s(verdict, now))
        self._on_wait(wait_s, verdict)
        if verdict.kind in _NOBODYS_FAULT:
            self._journal.put_back([attempt.row])
        heappush(self._later, (now + wait_s, attempt.row.number, attempt))

    def _heed(self, patience: Patience, attempt: _Attempt, verdict: Verdict, now: float) -> None:
        patience.heard(verdict, now, sent_at=attempt.sent_at)
        # What hits any row alike is not held against this one.
        attempt.counted += not (patience.is_down or verdict.kind in _NOBODYS_FAULT)
        reason = patience.reason_to_stop(verdict, now)
        if reason is not None:
            self._stop_for(reason)

    def _stop_for(self, verdict: Verdict) -> None:
        self.stopped_by = self.stopped_by or verdict
        self._is_stopping = True

    def _tell_pacer(
        self, attempt: _Attempt, reply: Reply, verdict: Verdict, now: float
    ) -> float | None:
        if not isinstance(reply.reply, Answer):
            return None
        headers = reply.reply.headers
        retry_after_s = read_retry_after(
            headers.get("retry-after"), date=headers.get("date"), now_unix_s=self._clock.unix()
        )
        self._pacer.answered(
            now,
            started_at=attempt.sent_at,
            throttled=verdict.kind is Kind.LATER,
            latency_s=reply.elapsed_s,
            headers=read_rate_headers(headers, retry_after_s),
        )
        return retry_after_s
