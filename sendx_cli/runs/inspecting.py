"""Runs looked at later: what they were, and what became of each row."""

import time
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.results import exit_code
from sendx_cli.errors import ExitCode
from sendx_cli.files.spool import is_copy
from sendx_cli.journal.results import result_of_left_out, result_of_row
from sendx_cli.journal.rows import LeftOutKind, State
from sendx_cli.journal.runs import Run, forget, open_view
from sendx_cli.journal.view import RunView
from sendx_cli.output.result_stream import ResultStream
from sendx_cli.output.summary import summary_lines
from sendx_cli.output.writer import Output
from sendx_cli.results import Result
from sendx_cli.runs.input_read import reached, way_on
from sendx_cli.runs.next_commands import next_commands
from sendx_cli.runs.options import RunSpec
from sendx_cli.runs.totals import totals_of

STATES = (*State, *LeftOutKind)
"""What can be asked for with `--state`."""


def run_record(run: Run) -> dict[str, object]:
    """Return a run's documented members, as `runs list` shows them."""
    counts = run.counts
    return {
        "run": run.id,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(run.header.started_at)),
        "action": run.header.action,
        "source": run.header.source,
        "profile": run.header.profile,
        "state": _state(run),
        "rows": counts.total,
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "failed": counts.failed,
        "unknown": counts.unknown,
        "to_come": counts.to_come,
        "read_to_line": run.input_read and run.input_read.line,
        "input_ended": run.input_read and run.input_read.has_ended,
    }


def run_row(run: Run) -> dict[str, object]:
    """Return what fits a line of a terminal: `runs show` tells the rest."""
    record = run_record(run)
    return {
        name: record[name] for name in ("run", "source", "state", "rows", "accepted", "to_come")
    }


def show_run(output: Output, run: Run) -> None:
    """Show a run's summary: as text, or, as JSON, with all its numbers."""
    with open_view(run.path) as view:
        totals, worked_s = totals_of(view, run.header.source)
        left_out = {str(kind): view.count_left_out(kind) for kind in LeftOutKind}
        go_on = run.input_read and way_on(run.input_read, view, run.id)
    if output.format != "table":
        output.show([run_record(run) | left_out | {"totals": totals.record()}], as_one=True)
        return
    output.line(f"run {run.id}: {run.header.action} from {run.header.source}, {_state(run)}")
    spec = RunSpec.from_text(run.header.options)
    lines = summary_lines(
        totals,
        total_rows=run.counts.total,
        exit_code=_exit_code(run, bad=left_out[LeftOutKind.BAD]),
        next_commands=next_commands(run.id, run.counts, spec, None),
        elapsed_s=float(worked_s),
        ascii_only=output.is_ascii,
    )
    for line in lines:
        output.line(line)
    if run.input_read is not None:
        output.line(f"{run.header.source}: {reached(run.input_read)}")
    if run.has_input_left and go_on:
        output.line(f"  hint: {go_on}")


def show_rows(output: Output, run: Run, states: Collection[str]) -> None:
    """Show the rows of a run that stand so, one after another; without states: all."""
    stream = ResultStream(output)
    with open_view(run.path) as view:
        for result in _results(view, run, set(states) or set(STATES)):
            stream.write(result)
    stream.close()


def forget_run(run: Run) -> None:
    """Delete a run's journal, and the copy of a pipe or standard input it was made from.

    Raises:
        InputError: A process sends it at this moment.
    """
    forget(run.path)
    source_path = Path(run.header.source_path or "")
    if is_copy(source_path, run.path.parent):
        source_path.unlink(missing_ok=True)


def _results(view: RunView, run: Run, states: set[str]) -> Iterator[Result]:
    action, source = run.header.action, run.header.source
    noted = (
        result_of_row(row, action, source)
        for row in view.rows({state for state in State if state in states})
    )
    left_out = (
        result_of_left_out(row, action, source) for row in view.left_out() if row.kind in states
    )
    return chain(noted, left_out)


def _state(run: Run) -> str:
    if run.is_under_way:
        return "under way"
    if run.counts.to_come:
        return "stopped"
    return "input left" if run.has_input_left else "finished"


def _exit_code(run: Run, *, bad: int) -> ExitCode:
    counts = run.counts
    found = {
        Outcome.REJECTED: counts.rejected or bad,
        Outcome.FAILED: counts.failed,
        Outcome.UNKNOWN: counts.unknown,
        Outcome.SKIPPED: counts.to_come or run.has_input_left,
    }
    return exit_code((outcome for outcome, count in found.items() if count), None)
