"""The sender: takes rows, keeps each contact's order, paces, repeats what may be repeated.

It is one loop without threads or sleeping of its own: time passes in `Exchange.wait` alone, so
that a simulated exchange and clock can play hours of a bad day in a moment.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sendx_cli.api.exchange import Exchange, Reply
from sendx_cli.clock import Clock
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.batch_answers import BatchOutcome
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.retry import Jitter, RetryPolicy, Stop, Wait
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.attempts import Attempt, UnderWay, attempt_at, call_of
from sendx_cli.delivery.batches import Batches
from sendx_cli.delivery.contact_queues import ContactQueues
from sendx_cli.delivery.reply_handler import NOBODYS_FAULT, HandledReply, ReplyHandler
from sendx_cli.delivery.rows import Decided, Journal, NoJournal, Row

if TYPE_CHECKING:
    from sendx_cli.delivery.circuit_breaker import CircuitBreaker

_CUT_OFF = Verdict(Kind.AMBIGUOUS, "interrupted", "interrupted before the answer", "run it again")
_NO_BATCHES = "the service takes no batches: single calls from here on"
LONGEST_TURN_S = 0.25
"""Seconds between two turns at most: whoever watches the run has it by then."""
STOP_GRACE_S = 10.0
"""Seconds that calls under way are given once a stop was asked for."""
MAX_HELD_BACK = 20_000
"""Rows read ahead at most while they wait behind other rows of their contacts."""


class Pause(NamedTuple):
    """A wait before rows are sent again.

    Args:
        seconds: How long.
        verdict: Why.
    """

    seconds: float
    verdict: Verdict


class Turn(NamedTuple):
    """What happened in one turn of the sender's loop; possibly nothing.

    Args:
        decided: Rows whose outcome is known now.
        pauses: Waits that began.
        notes: What else should be known, for people.
    """

    decided: Sequence[Decided] = ()
    pauses: Sequence[Pause] = ()
    notes: Sequence[str] = ()


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
        breaker: Bears outages in a bulk run; None: each contact is given up by itself.
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
        breaker: "CircuitBreaker | None" = None,
    ) -> None:
        self._exchange = exchange
        self._pacer = pacer
        self._clock = clock
        self._base_url = base_url
        self._journal = journal or NoJournal()
        self._breaker = breaker
        self._handler = ReplyHandler(
            pacer=pacer, clock=clock, jitter=jitter, policy=policy, breaker=breaker
        )
        self._queues = ContactQueues()
        self._joins = batch > 1
        self._batches = Batches(batch)
        self._in_flight: dict[int, UnderWay] = {}
        self._pauses: list[Pause] = []
        self._notes: list[str] = []
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

    def run(self, rows: Iterator[Row | None]) -> Iterator[Turn]:
        """Yield what happens, turn by turn; rows not come to are in none of them.

        A turn is yielded at least every `LONGEST_TURN_S`, on time unless its caller is busy.

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
            decided = self._settle(self._exchange.wait(self._turn_s()))
            if decided:
                self._journal.record(decided)
            yield self._turn(decided)
        left = self._left()
        self._journal.record(left)
        yield self._turn(left)

    @property
    def in_flight(self) -> int:
        """Calls under way."""
        return len(self._in_flight)

    @property
    def limit_per_s(self) -> float | None:
        """The service's limit in calls a second, as far as it was found; else None or infinite."""
        return self._pacer.limit_per_s

    @property
    def is_down(self) -> bool:
        """Whether the service is taken to be down: single calls find out when it is back."""
        return self._breaker is not None and self._breaker.is_down

    @property
    def left_behind(self) -> int:
        """Rows of a bulk run that stay undone because an earlier row of their contact failed."""
        return self._queues.left_behind

    def addresses_in_flight(self) -> list[str]:
        """Return whom the calls under way concern, for the last words of a process."""
        return [attempt.row.contact.email for attempt in self._attempts_in_flight()]

    def _attempts_in_flight(self) -> list[Attempt]:
        return [attempt for call in self._in_flight.values() for attempt in call.attempts]

    def _left(self) -> list[Decided]:
        """Return the rows that were sent, but whose outcome the end of the run leaves open."""
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
        while self._batches.ready < wanted and self._queues.waiting < MAX_HELD_BACK:
            if self._is_stopping:
                break
            try:
                row = next(rows)
            except StopIteration:
                return False
            if row is None:
                break
            attempt = attempt_at(row, joins=self._joins)
            if self._queues.add(attempt):
                self._batches.add(attempt)
        return True

    def _heed_clock(self) -> None:
        """End a run in which nothing has succeeded for too long.

        Calls under way are waited for first: one of them may succeed yet.
        """
        if self._breaker is None or self._in_flight:
            return
        if not self._batches:
            self._breaker.idled()
        elif self._breaker.has_given_up(self._clock.now()):
            self._stop_for(self._breaker.why_given_up())

    def _begin_calls(self) -> None:
        if self._is_stopping:
            return
        now = self._clock.now()
        self._batches.take_due(now)
        calls = self._take_calls(now)
        if not calls:
            return
        self._journal.mark_sending([attempt.row for attempts in calls for attempt in attempts])
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
        if self._breaker is not None:
            if self._breaker.has_given_up(now):
                return None
            if self._breaker.is_down:
                return self._breaker.probe_wait_s(now, in_flight)
        return self._pacer.wait_s(now, in_flight)

    def _submit(self, attempts: list[Attempt]) -> None:
        now = self._clock.now()
        is_new = False
        for attempt in attempts:
            is_new = is_new or not attempt.count
            attempt.sent(now)
        if self._breaker is not None:
            self._breaker.begun(now, is_new=is_new)
        self._tickets += 1
        self._in_flight[self._tickets] = UnderWay(attempts, now)
        self._exchange.submit(self._tickets, call_of(attempts, self._base_url))

    def _turn(self, decided: list[Decided]) -> Turn:
        turn = Turn(decided, self._pauses, self._notes)
        self._pauses, self._notes = [], []
        return turn

    def _turn_s(self) -> float:
        """How long to wait for answers; nobody who watches the run waits longer than a turn."""
        wait_s = self._wait_s()
        return LONGEST_TURN_S if wait_s is None else min(wait_s, LONGEST_TURN_S)

    def _wait_s(self) -> float | None:
        """How long nothing but an answer can happen."""
        if self._is_stopping:
            return self._grace_s()
        moments = [self._resumes_at, self._batches.due_at]
        if self._breaker is not None and not self._in_flight:
            moments.append(self._breaker.gives_up_at)
        at = min((moment for moment in moments if moment is not None), default=None)
        return None if at is None else max(at - self._clock.now(), 0.0)

    def _settle(self, replies: Sequence[Reply]) -> list[Decided]:
        decided: list[Decided] = []
        for reply in replies:
            now = self._clock.now()
            call = self._in_flight.pop(reply.ticket)
            handled = self._handler.handle(call, reply, now)
            if self._handler.reason_to_stop is not None:
                self._stop_for(self._handler.reason_to_stop)
            if handled.outcome is BatchOutcome.AS_ONE:
                decided += self._decide(call.attempts, handled, now)
            else:
                self._take_apart(call.attempts, handled)
        return decided

    def _decide(self, attempts: list[Attempt], handled: HandledReply, now: float) -> list[Decided]:
        decided: list[Decided] = []
        waiting: list[tuple[Attempt, float]] = []
        decisions = self._handler.decisions(handled, attempts)
        for attempt, decision in zip(attempts, decisions, strict=True):
            attempt.verdict = handled.verdict
            if isinstance(decision, Wait):
                waiting.append((attempt, decision.seconds))
                continue
            if isinstance(decision, Stop):
                self._stop_for(handled.verdict)
            decided.append(attempt.decided(decision.outcome, now))
            self._leave_queues(attempt, decision.outcome)
        if waiting:
            self._put_off(waiting, handled.verdict, now)
        return decided

    def _leave_queues(self, attempt: Attempt, outcome: Outcome) -> None:
        if outcome is Outcome.FAILED and self._breaker is not None:
            self._queues.close(attempt)
            return
        for freed in self._queues.leave(attempt):
            self._batches.add(freed)

    def _put_off(self, waiting: list[tuple[Attempt, float]], verdict: Verdict, now: float) -> None:
        least_s = self._handler.retry_wait_s(verdict, now)
        longest_s = max(least_s, *(wait_s for _, wait_s in waiting))
        self._pauses.append(Pause(longest_s, verdict))
        if verdict.kind in NOBODYS_FAULT:
            self._journal.put_back([attempt.row for attempt, _ in waiting])
        for attempt, wait_s in waiting:
            self._batches.put_off(attempt, now + max(wait_s, least_s))

    def _take_apart(self, attempts: list[Attempt], handled: HandledReply) -> None:
        """Let each row of a batch be decided by a call of its own."""
        verdict: Verdict | None = handled.verdict
        if handled.outcome is BatchOutcome.NOT_THERE:
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
            self._notes.append(_NO_BATCHES)

    def _stop_for(self, verdict: Verdict) -> None:
        self.stopped_by = self.stopped_by or verdict
        self._is_stopping = True
