"""The summary of a run: the one place that derives its exit code and numbers from its journal.

It is the same for a run that has just ended and for one that is inspected later.
"""

from dataclasses import dataclass
from pathlib import Path

from sendx_cli.core.contact.contact import Track
from sendx_cli.core.contact.payloads import UNDO
from sendx_cli.core.mapping.own_results import results_kind
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.core.totals.totals import Totals
from sendx_cli.delivery.results import exit_code
from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode
from sendx_cli.journal.rows import LeftOutKind
from sendx_cli.journal.view import Counts, RunView
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.summary import ending_text, heading_text, summary_lines
from sendx_cli.runs.next_commands import FailedRows, next_commands
from sendx_cli.runs.options import RunMode, RunSpec
from sendx_cli.runs.totals import totals_of

_UNKNOWN_CONTACT = "no_such_contact"
_REJECTED = (LeftOutKind.BAD, LeftOutKind.NOT_UNDONE)
"""What is not sent and makes the exit code that of a rejected row."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The summary of a run.

    Args:
        counts: Its rows by state.
        left_out: How many rows of the file are not sent, by reason.
        totals: Its numbers.
        exit_code: The exit code of its process.
        next_commands: What to type next.
        shard: The shard of the file that it sends, in words; empty for the whole file.
    """

    counts: Counts
    left_out: dict[LeftOutKind, int]
    totals: Totals
    exit_code: ExitCode | Ending
    next_commands: list[NextCommand]
    shard: str = ""

    def lines(self, *, ascii_only: bool) -> list[str]:
        """Return the summary for a terminal or a log."""
        return summary_lines(
            self.totals,
            total_rows=self.counts.total,
            left_out={str(kind): count for kind, count in self.left_out.items()},
            exit_code=self.exit_code,
            next_commands=self.next_commands,
            shard=self.shard,
            ascii_only=ascii_only,
        )

    @property
    def heading(self) -> str:
        """How many rows were decided, in what time, and how fast."""
        return heading_text(self.totals, self.counts.total)

    @property
    def ending(self) -> str:
        """The exit code with its meaning."""
        return self.ending_by(self.exit_code)

    def ending_by(self, exit_code: int) -> str:
        """Return an exit code with what it means here."""
        left_out = {str(kind): count for kind, count in self.left_out.items()}
        return ending_text(self.totals, exit_code, left_out)


def summarise(
    view: RunView,
    run: str,
    *,
    ending: Ending | None = None,
    stopped_by: Verdict | None = None,
    failed: Path | None = None,
    mode: RunMode | None = None,
) -> RunSummary:
    """Summarise a run, however often it was resumed.

    Args:
        view: Its journal.
        run: Its id.
        ending: The signal that has just ended it.
        stopped_by: The verdict that has just ended it.
        failed: Where its failed rows were written, if they were.
        mode: The options of the process that has just sent it.
    """
    counts, spec = view.counts(), RunSpec.from_text(view.header.options)
    is_undo = view.header.action == UNDO
    kinds = [kind for kind in LeftOutKind if kind.is_of_undo is is_undo]
    left_out = {kind: view.count_left_out(kind) for kind in kinds}
    totals = totals_of(view, view.header.source)
    found = {
        Outcome.REJECTED: counts.rejected or any(left_out.get(kind) for kind in _REJECTED),
        Outcome.FAILED: counts.failed,
        Outcome.UNKNOWN: counts.unknown,
        Outcome.SKIPPED: counts.to_come or view.has_input_left,
    }
    code = exit_code((outcome for outcome, count in found.items() if count), stopped_by)
    is_stopped = code is ExitCode.STOP or (stopped_by is not None and _must_be_seen_to(stopped_by))
    rows = None if failed is None else _failed_rows(failed, view, totals, left_out)
    commands = next_commands(run, counts, spec, mode or RunMode(), rows, is_stopped=is_stopped)
    if view.undone_by:
        commands = []
    if left_out.get(LeftOutKind.NOT_UNDONE):
        state = LeftOutKind.NOT_UNDONE
        commands.append(NextCommand(f"sendx runs show {run} --state {state}"))
    return RunSummary(
        counts=counts,
        left_out=left_out,
        totals=totals,
        exit_code=ending or code,
        next_commands=commands,
        shard="" if spec.shard.is_whole else spec.shard.words,
    )


def _must_be_seen_to(stopped_by: Verdict) -> bool:
    """Return whether a run that this ended would end there again."""
    return stopped_by.kind in {Kind.REFUSED, Kind.EXHAUSTED}


def _failed_rows(
    path: Path, view: RunView, totals: Totals, left_out: dict[LeftOutKind, int]
) -> FailedRows:
    header = view.header
    codes = {each.code for each in totals.failures if each.outcome is Outcome.REJECTED}
    unknown = codes & {_UNKNOWN_CONTACT} if header.action == Track.action else set()
    return FailedRows(
        path,
        must_be_fixed=bool(codes - unknown or left_out.get(LeftOutKind.BAD)),
        has_unknown_contacts=bool(unknown),
        are_results=results_kind(header.columns) is not None,
    )
