"""How a run stands: the one place that makes its exit code, its numbers and words of a journal.

For a run that has just ended and for one that is looked at later alike.
"""

from dataclasses import dataclass
from pathlib import Path

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Verdict
from sendx_cli.core.totals.totals import Totals
from sendx_cli.delivery.results import exit_code
from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode
from sendx_cli.journal.rows import LeftOutKind
from sendx_cli.journal.view import Counts, RunView
from sendx_cli.output.summary import summary_lines, summary_markdown
from sendx_cli.runs.next_commands import next_commands
from sendx_cli.runs.options import RunSpec
from sendx_cli.runs.totals import totals_of


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What is told of a run as a whole.

    Args:
        counts: How its rows stand.
        left_out: Rows of the file that were not to be sent, by why.
        totals: Its numbers.
        elapsed_s: How long it worked.
        exit_code: What its process tells its caller.
        next_commands: What to type next.
    """

    counts: Counts
    left_out: dict[LeftOutKind, int]
    totals: Totals
    elapsed_s: float
    exit_code: ExitCode | Ending
    next_commands: list[str]

    def lines(self, *, ascii_only: bool) -> list[str]:
        """Return it for a terminal or a log."""
        return summary_lines(
            self.totals,
            total_rows=self.counts.total,
            exit_code=self.exit_code,
            next_commands=self.next_commands,
            elapsed_s=self.elapsed_s,
            ascii_only=ascii_only,
        )

    def markdown(self) -> str:
        """Return it for a build server's page."""
        return summary_markdown(
            self.totals,
            total_rows=self.counts.total,
            exit_code=self.exit_code,
            next_commands=self.next_commands,
            elapsed_s=self.elapsed_s,
        )


def summarise(
    view: RunView,
    run: str,
    *,
    elapsed_s: float = 0.0,
    ending: Ending | None = None,
    stopped_by: Verdict | None = None,
    failed: Path | None = None,
) -> RunSummary:
    """Sum a run up, however often it was resumed.

    Args:
        view: Its journal.
        run: Its id.
        elapsed_s: How long it took as far as the caller knows; the journal knows of whole seconds.
        ending: The signal that has just ended it.
        stopped_by: What of the service or the network has just ended it.
        failed: Where its failed rows were written.
    """
    counts = view.counts()
    left_out = {kind: view.count_left_out(kind) for kind in LeftOutKind}
    totals, worked_s = totals_of(view, view.header.source)
    found = {
        Outcome.REJECTED: counts.rejected or left_out[LeftOutKind.BAD],
        Outcome.FAILED: counts.failed,
        Outcome.UNKNOWN: counts.unknown,
        Outcome.SKIPPED: counts.to_come or view.has_input_left,
    }
    code = exit_code((outcome for outcome, count in found.items() if count), stopped_by)
    return RunSummary(
        counts=counts,
        left_out=left_out,
        totals=totals,
        elapsed_s=max(elapsed_s, float(worked_s - 1)) if elapsed_s else float(worked_s),
        exit_code=ending or code,
        next_commands=next_commands(run, counts, RunSpec.from_text(view.header.options), failed),
    )
