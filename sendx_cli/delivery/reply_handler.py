"""What a reply means for the rows of its call, for the rate, and for the run."""

from typing import TYPE_CHECKING, NamedTuple

from sendx_cli.api.exchange import Reply
from sendx_cli.clock import Clock, moment_text
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.batch_answers import BatchOutcome, judge_batch, outcome_of_batch
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.retry import Decision, Final, Jitter, RetryPolicy, asks_too_much, decide
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.core.replies.verdict_cache import VerdictCache
from sendx_cli.delivery.attempts import Attempt, CallInFlight
from sendx_cli.delivery.pacer_feedback import tell_pacer

if TYPE_CHECKING:
    from sendx_cli.delivery.circuit_breaker import CircuitBreaker


NOBODYS_FAULT = frozenset({Kind.NOT_SENT, Kind.THROTTLED})
"""The service did not act on the call, and would have done the same with any other row."""
ASKED_TO_WAIT = "asked_to_wait"
"""The code where the service asks for a longer wait than the retry policy allows."""
_MAY_COME_AGAIN = frozenset({Kind.THROTTLED, Kind.AMBIGUOUS})
_ACCEPTED = Final(Outcome.ACCEPTED)


class HandledReply(NamedTuple):
    """What follows from a reply.

    Args:
        verdict: What it means.
        outcome: Whether the verdict holds for all of the call's rows.
        retry_after_s: Seconds before which none of them may be sent again; None: not stated.
    """

    verdict: Verdict
    outcome: BatchOutcome = BatchOutcome.AS_ONE
    retry_after_s: float | None = None


class ReplyHandler:
    """Judges replies, passes them on to the pacer and the circuit breaker, and decides on rows.

    Args:
        pacer: Learns from answers how fast to go.
        clock: What time it is.
        jitter: Draws from [0, 1) for back-off.
        policy: How often a row is retried.
        breaker: A bulk run's circuit breaker; None: each contact is given up by itself.
    """

    def __init__(
        self,
        *,
        pacer: Pacer,
        clock: Clock,
        jitter: Jitter,
        policy: RetryPolicy,
        breaker: "CircuitBreaker | None",
    ) -> None:
        self._pacer = pacer
        self._clock = clock
        self._jitter = jitter
        self._policy = policy
        self._breaker = breaker
        self._verdict_of = VerdictCache()
        self._has_accepted = False
        self.reason_to_stop: Verdict | None = None
        """Why the run should end, as soon as a reply is a reason to."""

    def handle(self, call: CallInFlight, reply: Reply, now: float) -> HandledReply:
        """Judge the reply to a call, and let the pacer and the circuit breaker learn from it."""
        attempts = call.attempts
        action = attempts[0].row.contact.action
        verdict = self._verdict_of(reply.reply, action=action, is_first=not self._has_accepted)
        outcome = BatchOutcome.AS_ONE
        if len(attempts) > 1:
            verdict = judge_batch(verdict, [attempt.row.contact.email for attempt in attempts])
            outcome = outcome_of_batch(verdict)
            if outcome is BatchOutcome.NOT_THERE:
                # The endpoint does not exist: that says nothing about contacts or the rate.
                return HandledReply(verdict, outcome)
        retry_after_s = tell_pacer(
            self._pacer, self._clock, reply, verdict, sent_at=call.sent_at, now=now
        )
        if verdict.kind in _MAY_COME_AGAIN and asks_too_much(retry_after_s, self._policy):
            verdict = self._asked_to_wait(verdict, retry_after_s or 0.0)
            self.reason_to_stop = self.reason_to_stop or verdict
        if verdict.kind is Kind.ACCEPTED:
            self._has_accepted = True
        # The refusal of a whole batch does not count as the rejection of a contact.
        is_for_breaker = outcome is BatchOutcome.AS_ONE or verdict.kind is Kind.AMBIGUOUS
        if self._breaker is not None and is_for_breaker:
            self._update_breaker(self._breaker, call, verdict, now)
        return HandledReply(verdict, outcome, retry_after_s)

    def decisions(self, handled: HandledReply, attempts: list[Attempt]) -> list[Decision]:
        """Decide on each row of a call whose verdict holds for all of them."""
        verdict = handled.verdict
        if verdict.kind is Kind.ACCEPTED:
            return [_ACCEPTED] * len(attempts)
        is_held_against = self._is_held_against_a_row(verdict)
        # One draw for all rows of a batch: they are due together, and so form a batch again.
        drawn = self._jitter()
        decisions: list[Decision] = []
        for attempt in attempts:
            attempt.counted += is_held_against
            decisions.append(
                decide(
                    verdict,
                    attempt=attempt.counted,
                    is_repeatable=attempt.row.contact.is_repeatable,
                    policy=self._policy,
                    jitter=lambda: drawn,
                    retry_after_s=handled.retry_after_s,
                )
            )
        return decisions

    def retry_wait_s(self, verdict: Verdict, now: float) -> float:
        """Seconds that a retry has to wait at least because of the retry budget."""
        return 0.0 if self._breaker is None else self._breaker.retry_wait_s(verdict, now)

    def _is_held_against_a_row(self, verdict: Verdict) -> bool:
        """Whether it counts as one of the row's attempts; what any row would meet with does not."""
        if self._breaker is None:
            return True
        return not (self._breaker.is_down or verdict.kind in NOBODYS_FAULT)

    def _update_breaker(
        self, breaker: "CircuitBreaker", call: CallInFlight, verdict: Verdict, now: float
    ) -> None:
        breaker.record(verdict, now, sent_at=call.sent_at)
        if verdict.kind is not Kind.ACCEPTED and self.reason_to_stop is None:
            self.reason_to_stop = breaker.reason_to_stop()

    def _asked_to_wait(self, verdict: Verdict, wait_s: float) -> Verdict:
        """Return the verdict that names the time until which the service asks to wait."""
        now_unix_s = self._clock.unix()
        moment = moment_text(now_unix_s + wait_s, now_unix_s)
        message = f"the service asks to wait until {moment}"
        hint = "run it again then"
        if self._breaker is not None:
            message, hint = f"{message}: resume the run then", "`sendx runs resume` continues"
        return verdict._replace(code=ASKED_TO_WAIT, message=message, hint=hint)
