"""The sender: sends rows in each contact's order, paces calls, retries what may be retried.

It is one loop without threads or sleeping of its own: time passes only in `Exchange.wait`, so
that a simulated exchange and clock can run through hours of an outage in a moment.
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
from sendx_cli.delivery.attempts import Attempt, CallInFlight, attempt_at, call_of
from sendx_cli.delivery.batches import Batches
from sendx_cli.delivery.contact_queues import ContactQueues
from sendx_cli.delivery.reply_handler import NOBODYS_FAULT, HandledReply, ReplyHandler
from sendx_cli.delivery.rows import Decided, Journal, NoJournal, Row

if TYPE_CHECKING:
    from sendx_cli.delivery.circuit_breaker import CircuitBreaker

_CUT_OFF = Verdict(Kind.AMBIGUOUS, "interrupted", "interrupted before the answer", "run it again")
_NO_BATCHES = "the service does not support batches: sending single calls from now on"
LONGEST_TURN_S = 0.25
"""Seconds between two turns at most, so that whoever watches the run can act."""
STOP_GRACE_S = 10.0
"""Seconds that calls in flight are given to finish once `stop` was called."""
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
        decided: Rows that were decided.
        pauses: Waits that began.
        notes: Messages for people.
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
        policy: How often a row is retried.
        base_url: Where the service is.
        batch: Identifies in one call, at most; 1: single calls. Those that would count twice or
            change an address are sent alone in any case.
        journal: Records what is in flight, and each outcome.
        breaker: A bulk run's circuit breaker; None: each contact is given up by itself.
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
        self._in_flight: dict[int, CallInFlight] = {}
        self._pauses: list[Pause] = []
        self._notes: list[str] = []
        self._tickets = 0
        self._resumes_at: float | None = None
        self._is_stopping = False
        self._is_stop_requested = False
        self._stop_seen_at: float | None = None
        self.stopped_by: Verdict | None = None
        """Why the run ended before its last row, if it was the service or the network."""

    def stop(self) -> None:
        """Start no further call, and wait `STOP_GRACE_S` at most for those in flight.

        Safe in a signal handler.
        """
        self._is_stopping = True
        self._is_stop_requested = True
        self._exchange.wake()

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    def wake(self) -> None:
        """End the current wait, so that rows are asked for again; safe in another thread."""
        self._exchange.wake()

    def run(self, rows: Iterator[Row | None]) -> Iterator[Turn]:
        """Send rows; yield what happens turn by turn. Rows that were never sent are in no turn.

        A turn is yielded at least every `LONGEST_TURN_S`, as long as the caller keeps up.

        Args:
            rows: What is to be sent; None while no row is available: call `wake` for the next.
        """
        more = True
        while True:
            more = more and self._read_ahead(rows)
            self._check_outage()
            self._begin_calls()
            if self._is_over(more=more):
                break
            decided = self._handle(self._exchange.wait(self._turn_s()))
            if decided:
                self._journal.record(decided)
            yield self._turn(decided)
        interrupted = self._interrupted()
        self._journal.record(interrupted)
        yield self._turn(interrupted)

    @property
    def in_flight(self) -> int:
        """Calls in flight."""
        return len(self._in_flight)

    @property
    def limit_per_s(self) -> float | None:
        """The service's limit in calls a second, once it is known; until then None or infinite."""
        return self._pacer.limit_per_s

    @property
    def is_down(self) -> bool:
        """Whether the service is considered down: probes find out when it is back."""
        return self._breaker is not None and self._breaker.is_down

    @property
    def left_behind(self) -> int:
        """Rows of a bulk run that stay pending because an earlier row of their contact failed."""
        return self._queues.left_behind

    def addresses_in_flight(self) -> list[str]:
        """Return the addresses of the calls in flight, for the last message of a process."""
        return [attempt.row.contact.email for attempt in self._attempts_in_flight()]

    def _attempts_in_flight(self) -> list[Attempt]:
        return [attempt for call in self._in_flight.values() for attempt in call.attempts]

    def _interrupted(self) -> list[Decided]:
        """Return the rows that were sent and not decided when the run ended."""
        cut_off = self._attempts_in_flight()
        for attempt in cut_off:
            attempt.verdict = _CUT_OFF
        now = self._clock.now()
        return [attempt.interrupted(now) for attempt in (*cut_off, *self._batches) if attempt.count]

    def _is_over(self, *, more: bool) -> bool:
        if not self._in_flight:
            return self._is_stopping or not (more or self._batches)
        return self._grace_s() == 0.0

    def _grace_s(self) -> float | None:
        """Seconds left for the calls in flight once `stop` was called; None if it was not."""
        if not self._is_stop_requested:
            return None
        if self._stop_seen_at is None:
            self._stop_seen_at = self._clock.now()
        return max(self._stop_seen_at + STOP_GRACE_S - self._clock.now(), 0.0)

    def _read_ahead(self, rows: Iterator[Row | None]) -> bool:
        """Read enough rows to fill every call; tell whether there are more."""
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

    def _check_outage(self) -> None:
        """End a run in which nothing has succeeded for too long.

        Calls in flight are waited for first: one of them may still succeed.
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
        """Return the rows of each call that may start now; set when the next one may."""
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
        """Seconds until a call may start; None: not before a reply has come."""
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
        self._in_flight[self._tickets] = CallInFlight(attempts, now)
        self._exchange.submit(self._tickets, call_of(attempts, self._base_url))

    def _turn(self, decided: list[Decided]) -> Turn:
        turn = Turn(decided, self._pauses, self._notes)
        self._pauses, self._notes = [], []
        return turn

    def _turn_s(self) -> float:
        """How long to wait for replies: no longer than a turn may last."""
        wait_s = self._wait_s()
        return LONGEST_TURN_S if wait_s is None else min(wait_s, LONGEST_TURN_S)

    def _wait_s(self) -> float | None:
        """Seconds until something other than a reply can happen; None: nothing else can."""
        if self._is_stopping:
            return self._grace_s()
        moments = [self._resumes_at, self._batches.due_at]
        if self._breaker is not None and not self._in_flight:
            moments.append(self._breaker.gives_up_at)
        at = min((moment for moment in moments if moment is not None), default=None)
        return None if at is None else max(at - self._clock.now(), 0.0)

    def _handle(self, replies: Sequence[Reply]) -> list[Decided]:
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
                self._split(call.attempts, handled)
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

    def _split(self, attempts: list[Attempt], handled: HandledReply) -> None:
        """Send each row of a batch again in a call of its own."""
        verdict: Verdict | None = handled.verdict
        if handled.outcome is BatchOutcome.NOT_THERE:
            verdict = None
            self._disable_batches(attempts)
        for attempt in attempts:
            attempt.begin_alone(verdict)
        self._batches.split(attempts)

    def _disable_batches(self, attempts: list[Attempt]) -> None:
        """Send single calls only; the attempts at a missing endpoint do not count."""
        for attempt in attempts:
            attempt.count -= 1
        if self._batches.size > 1:
            self._batches.size = 1
            self._notes.append(_NO_BATCHES)

    def _stop_for(self, verdict: Verdict) -> None:
        self.stopped_by = self.stopped_by or verdict
        self._is_stopping = True
