"""How a bulk run bears a bad day: outages, a retry budget, and when it gives up for now.

While everything fails, rows stay undone rather than failed: an outage of ten minutes must not
make a hundred thousand failed rows.
"""

from sendx_cli.core.pacing.outage import Outage
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.pacing.retry_budget import RetryBudget
from sendx_cli.core.pacing.wait_text import span_text
from sendx_cli.core.replies.retry import Jitter
from sendx_cli.core.replies.verdict import Kind, Verdict

MAX_OUTAGE_S = 900.0
OUTAGE = "outage"
"""The code of a run's end where nothing succeeded for too long."""
_TROUBLE = frozenset({Kind.NOT_SENT, Kind.AMBIGUOUS})
MAX_SAME_REJECTIONS = 1000


class CircuitBreaker:
    """Watches a run's answers and says whether, when and how long it goes on.

    Args:
        pacer: Told to begin gently again after an outage.
        jitter: Draws from [0, 1).
        now: The moment the run begins.
        max_outage_s: Give up for now when nothing has succeeded for so long.
        keeps_going: Whether a thousand rejections in a row for one reason are no reason to stop.
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
        self._max_outage_s = max_outage_s
        self._last_trouble = ""
        self._keeps_going = keeps_going
        self._rejected_for = ""
        self._rejections = 0

    @property
    def is_down(self) -> bool:
        """Whether the service is taken to be down: single calls find out when it is back."""
        return self._outage.is_down

    @property
    def gives_up_at(self) -> float | None:
        """When the run gives up for now, should nothing succeed till then; None if all is well."""
        return self._outage.gives_up_at

    def begun(self, now: float, *, is_new: bool) -> None:
        """Record that a call starts, `is_new` where it is the first attempt at a row."""
        self._outage.called(now)
        if is_new:
            self._budget.called()

    def idled(self) -> None:
        """Record that no row is there to be sent: such a time is no outage."""
        self._outage.idled()

    def record(self, verdict: Verdict, now: float, *, sent_at: float) -> None:
        """Record what an attempt came to."""
        if self._is_back(verdict, now, sent_at):
            self._pacer.restart(now)
        if verdict.kind is Kind.REFUSED and verdict.message == self._rejected_for:
            self._rejections += 1
        elif verdict.kind in {Kind.REFUSED, Kind.ACCEPTED}:
            self._rejected_for = verdict.message if verdict.kind is Kind.REFUSED else ""
            self._rejections = int(verdict.kind is Kind.REFUSED)

    def reason_to_stop(self) -> Verdict | None:
        """Say why the run should end here, if its rejections are a reason."""
        if self._rejections >= MAX_SAME_REJECTIONS and not self._keeps_going:
            return Verdict(
                Kind.REFUSED,
                "same_rejection",
                f"{self._rejections} contacts in a row were rejected: {self._rejected_for}",
                "is this file meant for this account? --keep-going goes on all the same",
            )
        return None

    def has_given_up(self, now: float) -> bool:
        """Whether nothing has succeeded for so long that no further call is begun."""
        return self._outage.has_outlasted(now)

    def why_given_up(self) -> Verdict:
        """Say of a run that has given up why it ends for now."""
        message = f"nothing was accepted for {span_text(self._max_outage_s)}"
        if self._last_trouble:
            message = f"{message}: {self._last_trouble}"
        return Verdict(Kind.THROTTLED, OUTAGE, message, "run it again later: `sendx runs resume`")

    def probe_wait_s(self, now: float, in_flight: int) -> float | None:
        """Say when the next call may start as far as an outage is concerned."""
        return self._outage.probe_wait_s(now, in_flight)

    def retry_wait_s(self, verdict: Verdict, now: float) -> float:
        """Seconds that a retry has to wait at least.

        Beyond a hundred and a tenth of the calls it waits for the budget's trickle, five seconds
        at most: it is put off, not given up, and goes then whatever the budget holds.
        """
        if verdict.kind is Kind.THROTTLED or self.is_down or self._budget.take(now):
            return 0.0
        return self._budget.wait_s(now)

    def _is_back(self, verdict: Verdict, now: float, sent_at: float) -> bool:
        """Record an answer; say whether the service was down and is there again."""
        if verdict.kind in _TROUBLE:
            self._last_trouble = verdict.message
            self._outage.failed(now, started_at=sent_at)
            return False
        if verdict.kind is Kind.THROTTLED:
            self._last_trouble = verdict.message
            return self._outage.throttled(started_at=sent_at)
        return self._outage.succeeded(now)
