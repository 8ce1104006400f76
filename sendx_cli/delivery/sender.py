"""The sender: takes rows, keeps each contact's order, paces, repeats what may be repeated.

It is one loop without threads or sleeping of its own: time passes in `Exchange.wait` alone, so
that a simulated exchange and clock can play hours of a bad day in a moment.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from sendx_cli.api.exchange import Exchange, Reply
from sendx_cli.clock import Clock
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.batch_answers import BatchFate
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.retry import Jitter, RetryPolicy, Stop, Wait
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.attempts import Attempt, UnderWay, attempt_at, call_of
from sendx_cli.delivery.batches import Batches
from sendx_cli.delivery.contact_queues import Lanes
from sendx_cli.delivery.noting import Journal, NoJournal
from sendx_cli.delivery.reply_handler import NOBODYS_FAULT, Heard, Hearing
from sendx_cli.delivery.rows import Row, Settled

if TYPE_CHECKING:
    from sendx_cli.delivery.circuit_breaker import Patience

__all__ = ["STOP_GRACE_S", "Journal", "NoJournal", "Sender"]

_CUT_OFF = Verdict(Kind.AMBIGUOUS, "interrupted", "interrupted before the answer", "run it again")
_NO_BATCHES = "the service takes no batches: single calls from here on"
LONGEST_TURN_S = 0.25
"""Whoever watches the run is told of it this often at least."""
STOP_GRACE_S = 10.0
"""Seconds that calls under way are given once a stop was asked for."""
MAX_HELD_BACK = 20_000
"""Rows read ahead at most while they wait behind other rows of their contacts."""


class Sender:
    """Sends rows until there are none left, or until nothing can succeed.

    Args:
        exchange: Carries the calls.
        pacer: Says when a call may start.
        clock: What time it is.
        jitter: Draws from [0, 1) for back-off.
        policy: How often a row is repeated.
        base_url: Where the service is.
        batch: Identifies sent in one call, at most; 1: single calls. Those that would count
            twice or change an address go alone all the same.
        journal: Notes what is under way and what became of it.
        patience: Bears outages in a bulk run; None: each contact is given up by itself.
        on_wait: Told of each wait before a repetition, in seconds, and why.
        on_turn: Called several times a second, whether answers come or not.
        on_note: Told once where the service takes no batches.
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
        batch: int = 1,
        journal: Journal | None = None,
        patience: "Patience | None" = None,
        on_wait: Callable[[float, Verdict], None] = lambda _wait_s, _verdict: None,
        on_turn: Callable[[], None] | None = None,
        on_note: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._exchange = exchange
        self._pacer = pacer
        self._clock = clock
        self._base_url = base_url
        self._journal = journal or NoJournal()
        self._patience = patience
        self._on_wait = on_wait
        self._on_turn = on_turn
        self._on_note = on_note
        self._hearing = Hearing(
            pacer=pacer, clock=clock, jitter=jitter, policy=policy, patience=patience
        )
        self._lanes = Lanes()
        self._joins = batch > 1
        self._batches = Batches(batch)
        self._in_flight: dict[int, UnderWay] = {}
        self._tickets = 0
        self._resumes_at: float | None = None
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

    def close(self) -> None:
        """Let go of all connections."""
        self._exchange.close()

    def wake(self) -> None:
        """Look for rows anew; safe in another thread."""
        self._exchange.wake()

    def run(self, rows: Iterator[Row | None]) -> Iterator[Settled]:
        """Yield each row once its fate is decided; rows not come to are not yielded.

        Args:
            rows: What is to be sent; None where no row is there yet: `wake` tells of the next.
        """
        more = True
        while True:
            more = more and self._read_ahead(rows)
            self._heed_clock()
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

    @property
    def left_behind(self) -> int:
        """Rows of a bulk run that stay undone because an earlier row of their contact failed."""
        return self._lanes.left_behind

    def addresses_in_flight(self) -> list[str]:
        """Return whom the calls under way concern, for the last words of a process."""
        return [attempt.row.contact.email for attempt in self._attempts_in_flight()]

    def _attempts_in_flight(self) -> list[Attempt]:
        return [attempt for call in self._in_flight.values() for attempt in call.attempts]

    def _left(self) -> list[Settled]:
        """Return the rows that were sent, but whose fate the end of the run leaves open."""
        cut_off = self._attempts_in_flight()
        for attempt in cut_off:
            attempt.verdict = _CUT_OFF
        now = self._clock.now()
        return [attempt.left(now) for attempt in (*cut_off, *self._batches) if attempt.count]

    def _is_over(self, *, more: bool) -> bool:
        if not self._in_flight:
            return self._is_stopping or not (more or self._batches)
        return self._grace_s() == 0.0

    def _grace_s(self) -> float | None:
        """Seconds left for the calls under way once a stop was asked for; None if it was not."""
        if not self._is_stop_asked:
            return None
        if self._asked_at is None:
            self._asked_at = self._clock.now()
        return max(self._asked_at + STOP_GRACE_S - self._clock.now(), 0.0)

    def _read_ahead(self, rows: Iterator[Row | None]) -> bool:
        """Keep enough rows at hand to fill every call; tell whether there are more."""
        wanted = (self._pacer.allowed_in_flight + 1) * self._batches.size
        while self._batches.ready < wanted and self._lanes.waiting < MAX_HELD_BACK:
            if self._is_stopping:
                break
            try:
                row = next(rows)
            except StopIteration:
                return False
            if row is None:
                break
            attempt = attempt_at(row, joins=self._joins)
            if self._lanes.add(attempt):
                self._batches.add(attempt)
        return True

    def _heed_clock(self) -> None:
        """End a run in which nothing has succeeded for too long.

        Calls under way are heard first: one of them may succeed yet.
        """
        if self._patience is None or self._in_flight:
            return
        if not self._batches:
            self._patience.idled()
        elif self._patience.has_given_up(self._clock.now()):
            self._stop_for(self._patience.why_given_up())

    def _begin_calls(self) -> None:
        if self._is_stopping:
            return
        now = self._clock.now()
        self._batches.take_due(now)
        calls = self._take_calls(now)
        if not calls:
            return
        self._journal.sending([attempt.row for attempts in calls for attempt in attempts])
        for attempts in calls:
            self._submit(attempts)

    def _take_calls(self, now: float) -> list[list[Attempt]]:
        """Take out the rows of each call that may start now; note when the next one may."""
        calls: list[list[Attempt]] = []
        self._resumes_at = None
        while self._batches.ready:
            pause_s = self._pause_s(now, len(self._in_flight) + len(calls))
            if pause_s != 0.0:
                self._resumes_at = None if pause_s is None else now + pause_s
                break
            self._pacer.started(now)
            calls.append(self._batches.take())
        return calls

    def _pause_s(self, now: float, in_flight: int) -> float | None:
        """Seconds until a call may start; None for not before an answer has come."""
        if self._patience is not None:
            if self._patience.has_given_up(now):
                return None
            if self._patience.is_down:
                return self._patience.probe_wait_s(now, in_flight)
        return self._pacer.wait_s(now, in_flight)

    def _submit(self, attempts: list[Attempt]) -> None:
        now = self._clock.now()
        is_new = False
        for attempt in attempts:
            is_new = is_new or not attempt.count
            attempt.sent(now)
        if self._patience is not None:
            self._patience.begun(now, is_new=is_new)
        self._tickets += 1
        self._in_flight[self._tickets] = UnderWay(attempts, now)
        self._exchange.submit(self._tickets, call_of(attempts, self._base_url))

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
        moments = [self._resumes_at, self._batches.due_at]
        if self._patience is not None and not self._in_flight:
            moments.append(self._patience.gives_up_at)
        at = min((moment for moment in moments if moment is not None), default=None)
        return None if at is None else max(at - self._clock.now(), 0.0)

    def _settle(self, replies: Sequence[Reply]) -> list[Settled]:
        settled: list[Settled] = []
        for reply in replies:
            now = self._clock.now()
            call = self._in_flight.pop(reply.ticket)
            heard = self._hearing.hear(call, reply, now)
            if self._hearing.reason_to_stop is not None:
                self._stop_for(self._hearing.reason_to_stop)
            if heard.fate is BatchFate.AS_ONE:
                settled += self._decide(call.attempts, heard, now)
            else:
                self._take_apart(call.attempts, heard)
        return settled

    def _decide(self, attempts: list[Attempt], heard: Heard, now: float) -> list[Settled]:
        settled: list[Settled] = []
        waiting: list[tuple[Attempt, float]] = []
        decisions = self._hearing.decisions(heard, attempts)
        for attempt, decision in zip(attempts, decisions, strict=True):
            attempt.verdict = heard.verdict
            if isinstance(decision, Wait):
                waiting.append((attempt, decision.seconds))
                continue
            if isinstance(decision, Stop):
                self._stop_for(heard.verdict)
            settled.append(attempt.settled(decision.outcome, now))
            self._leave_lanes(attempt, decision.outcome)
        if waiting:
            self._put_off(waiting, heard.verdict, now)
        return settled

    def _leave_lanes(self, attempt: Attempt, outcome: Outcome) -> None:
        if outcome is Outcome.FAILED and self._patience is not None:
            self._lanes.close(attempt)
            return
        for freed in self._lanes.leave(attempt):
            self._batches.add(freed)

    def _put_off(self, waiting: list[tuple[Attempt, float]], verdict: Verdict, now: float) -> None:
        least_s = self._hearing.retry_wait_s(verdict, now)
        longest_s = max(least_s, *(wait_s for _, wait_s in waiting))
        self._on_wait(longest_s, verdict)
        if verdict.kind in NOBODYS_FAULT:
            self._journal.put_back([attempt.row for attempt, _ in waiting])
        for attempt, wait_s in waiting:
            self._batches.put_off(attempt, now + max(wait_s, least_s))

    def _take_apart(self, attempts: list[Attempt], heard: Heard) -> None:
        """Let each row of a batch be decided by a call of its own."""
        verdict: Verdict | None = heard.verdict
        if heard.fate is BatchFate.NOT_THERE:
            verdict = None
            self._batches_are_over(attempts)
        for attempt in attempts:
            attempt.begin_alone(verdict)
        self._batches.part(attempts)

    def _batches_are_over(self, attempts: list[Attempt]) -> None:
        """Join no rows any more; these were sent to a place that there is not."""
        for attempt in attempts:
            attempt.count -= 1
        if self._batches.size > 1:
            self._batches.size = 1
            self._on_note(_NO_BATCHES)

    def _stop_for(self, verdict: Verdict) -> None:
        self.stopped_by = self.stopped_by or verdict
        self._is_stopping = True
