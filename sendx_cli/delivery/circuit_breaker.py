"""A bulk run's circuit breaker: outages, the retry budget, and when the run gives up for now.

While every call fails, rows stay pending rather than fail: an outage of ten minutes must not
leave a hundred thousand failed rows.
"""

from sendx_cli.core.pacing.outage import MAX_OUTAGE_S, Outage
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.pacing.retry_budget import RetryBudget
from sendx_cli.core.pacing.wait_text import span_text
from sendx_cli.core.replies.retry import Jitter
from sendx_cli.core.replies.verdict import Kind, Verdict

OUTAGE = "outage"
"""The code of the verdict that ends a run in which nothing succeeded for too long."""
_OUTAGE_KINDS = frozenset({Kind.NOT_SENT, Kind.AMBIGUOUS})
MAX_SAME_REJECTIONS = 1000


class CircuitBreaker:
    """Watches a run's replies and decides whether calls may start, when, and until when.

    Args:
        pacer: Restarted at a low rate after an outage.
        jitter: Draws from [0, 1).
        now: When the run begins.
        max_outage_s: Give up for now when nothing has succeeded for this long.
        keeps_going: Whether to continue after `MAX_SAME_REJECTIONS` in a row for one reason.
    """

    def __init__(
        self,
        pacer: Pacer,
        jitter: Jitter,
        now: float,
        *,
        max_outage_s: float = MAX_OUTAGE_S,
        keeps_going: bool = False,
    ) -> None:
        self._pacer = pacer
        self._outage = Outage(jitter=jitter, max_outage_s=max_outage_s)
        self._budget = RetryBudget(now)
        self._last_error = ""
        self._keeps_going = keeps_going
        self._rejected_for = ""
        self._rejections = 0

    @property
    def is_down(self) -> bool:
        """Whether the service is considered down: probes find out when it is back."""
        return self._outage.is_down

    @property
    def gives_up_at(self) -> float | None:
        """When the run gives up for now unless a call succeeds; None outside an outage."""
        return self._outage.gives_up_at

    def begun(self, now: float, *, is_new: bool) -> None:
        """Record that a call starts; `is_new` if it is the first attempt at any of its rows."""
        self._outage.called(now)
        if is_new:
            self._budget.called()

    def idled(self) -> None:
        """Record that there is no row to send: such a time does not count as an outage."""
        self._outage.idled()

    def record(self, verdict: Verdict, now: float, *, sent_at: float) -> None:
        """Record the verdict on a call that was sent at `sent_at`."""
        if self._ends_outage(verdict, now, sent_at):
            self._pacer.restart(now)
        if verdict.kind is Kind.REFUSED and verdict.message == self._rejected_for:
            self._rejections += 1
        elif verdict.kind in {Kind.REFUSED, Kind.ACCEPTED}:
            self._rejected_for = verdict.message if verdict.kind is Kind.REFUSED else ""
            self._rejections = int(verdict.kind is Kind.REFUSED)

    def reason_to_stop(self) -> Verdict | None:
        """Return why the run should stop, after too many rejections in a row for one reason."""
        if self._rejections >= MAX_SAME_REJECTIONS and not self._keeps_going:
            return Verdict(
                Kind.REFUSED,
                "same_rejection",
                f"{self._rejections} contacts in a row were rejected: {self._rejected_for}",
                "is this file meant for this account? use --keep-going to continue anyway",
            )
        return None

    def has_given_up(self, now: float) -> bool:
        """Whether nothing has succeeded for `max_outage_s`: no further call may start."""
        return self._outage.has_outlasted(now)

    def why_given_up(self) -> Verdict:
        """Return why a run that has given up ends for now."""
        message = f"nothing was accepted for {span_text(self._outage.longest_s)}"
        if self._last_error:
            message = f"{message}: {self._last_error}"
        return Verdict(Kind.THROTTLED, OUTAGE, message, "run it again later: `sendx runs resume`")

    def probe_wait_s(self, now: float, in_flight: int) -> float | None:
        """Seconds until the next probe of an outage may start; None: not before a reply."""
        return self._outage.probe_wait_s(now, in_flight)

    def retry_wait_s(self, verdict: Verdict, now: float) -> float:
        """Seconds that a retry has to wait at least.

        Once the retry budget (a hundred, and a tenth of the calls) is used up, a retry waits for
        it to refill, five seconds at most: it is postponed, never dropped, and goes then whatever
        the budget holds.
        """
        if verdict.kind is Kind.THROTTLED or self.is_down or self._budget.take(now):
            return 0.0
        return self._budget.wait_s(now)

    def _ends_outage(self, verdict: Verdict, now: float, sent_at: float) -> bool:
        """Record a verdict; tell whether it ends an outage."""
        if verdict.kind in _OUTAGE_KINDS:
            self._last_error = verdict.message
            self._outage.failed(now, started_at=sent_at)
            return False
        if verdict.kind is Kind.THROTTLED:
            self._last_error = verdict.message
            return self._outage.throttled(started_at=sent_at)
        return self._outage.succeeded(now)
