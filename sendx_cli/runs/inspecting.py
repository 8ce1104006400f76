"""Inspecting runs later: what they are, and the outcome of each row."""

import time
from collections.abc import Collection, Iterator
from itertools import chain

from sendx_cli.clock import day_text
from sendx_cli.core.contact.payloads import UNDO
from sendx_cli.journal.results import result_of_left_out, result_of_row, sent_of_row
from sendx_cli.journal.rows import LeftOutKind, State
from sendx_cli.journal.runs import Run, open_view
from sendx_cli.journal.view import RunView
from sendx_cli.output.result_stream import ResultStream
from sendx_cli.output.writer import Output
from sendx_cli.results import Result, Sent
from sendx_cli.runs.input_read import reached, way_on
from sendx_cli.runs.no_longer_kept import no_longer_kept
from sendx_cli.runs.run_summary import summarise

STATES = (*State, *LeftOutKind)
"""The values of `--state`."""

_OPEN = frozenset({State.PENDING, State.IN_FLIGHT, State.FAILED, State.UNKNOWN})
"""The states whose rows are kept however old they are."""


def run_record(run: Run) -> dict[str, object]:
    """Return a run's documented members, as `runs list` shows them."""
    counts = run.counts
    return {
        "run": run.id,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(run.header.started_at)),
        "action": run.header.action,
        "source": run.header.source,
        "shard": None if run.header.shard.is_whole else run.header.shard.text,
        "profile": run.header.profile,
        "state": state_of(run),
        "rows": counts.total,
        "accepted": counts.accepted,
        "rejected": counts.rejected,
        "failed": counts.failed,
        "unknown": counts.unknown,
        "unchanged": counts.unchanged,
        "to_come": counts.to_come,
        "read_to_line": run.input_read and run.input_read.line,
        "input_ended": run.input_read and run.input_read.has_ended,
        "removed": 0 if run.removed is None else run.removed.rows,
    }


def run_row(run: Run, now_unix_s: float) -> dict[str, object]:
    """Return what a table shows of a run.

    Args:
        run: The run.
        now_unix_s: The present, in seconds since 1970.
    """
    return {
        "run": run.id,
        "start": day_text(run.header.started_at, now_unix_s),
        "action": run.header.action,
        "profile": run.header.profile,
        "source": _source(run),
        "state": state_of(run),
        "accepted": _share(run.counts.accepted, run.counts.total, run.bad),
    }


def show_run(output: Output, run: Run) -> None:
    """Show a run's summary: as text, or, as JSON, with all its numbers."""
    with open_view(run.path) as view:
        summary = summarise(view, run.id)
        go_on = run.input_read and way_on(run.input_read, view, run.id)
    if output.format != "table":
        left_out = {str(kind): count for kind, count in summary.left_out.items()}
        record = run_record(run) | left_out | {"totals": summary.totals.record()}
        output.show([record], as_one=True)
        return
    output.line(f"run {run.id}: {_what(run)}, {state_of(run)}")
    if run.undone_by is not None:
        output.line(f"undone by run {run.undone_by}")
    for line in summary.lines(ascii_only=output.is_ascii):
        output.line(line)
    if run.removed is not None:
        output.line(no_longer_kept(run.removed))
    if run.input_read is not None:
        output.line(f"{run.header.source}: {reached(run.input_read)}")
    if run.has_input_left and go_on and run.undone_by is None:
        output.line(f"  hint: {go_on}")


def show_rows(output: Output, run: Run, states: Collection[str]) -> None:
    """Show the rows of a run in these states, one after another; without states: all."""
    stream = ResultStream(output)
    with open_view(run.path) as view:
        if view.removed is not None and not _OPEN.issuperset(states or STATES):
            output.warn(f"run {run.id}: {no_longer_kept(view.removed)}")
        for result in _results(view, run, set(states) or set(STATES)):
            stream.write(result)
    stream.close()


def _results(view: RunView, run: Run, states: set[str]) -> Iterator[Result]:
    action, source = run.header.action, run.header.source
    recorded = (
        result_of_row(row, source)._replace(sent=sent_of_row(row), state=row.state)
        for row in view.rows({state for state in State if state in states})
    )
    left_out = (
        result_of_left_out(row, action, source)._replace(sent=Sent(None), state=row.kind)
        for row in view.left_out()
        if row.kind in states
    )
    return chain(recorded, left_out)


def _share(count: int, total: int, bad: int) -> str:
    if count == total:
        return f"{count}, {bad} bad" if bad else f"all {total}"
    return f"{count}/{total}, {bad} bad" if bad else f"{count}/{total}"


def _what(run: Run) -> str:
    """Return what a run sends; the source of an undo says so itself."""
    header = run.header
    if header.action == UNDO:
        return header.source
    shard = "" if header.shard.is_whole else f", {header.shard.words}"
    return f"{header.action} from {header.source}{shard}"


def _source(run: Run) -> str:
    shard = run.header.shard
    return run.header.source if shard.is_whole else f"{run.header.source} {shard.text}"


def state_of(run: Run) -> str:
    """Return a run's state, in words."""
    if run.is_under_way:
        return "under way"
    if run.undone_by is not None:
        return "undone"
    if run.counts.to_come:
        return "stopped"
    return "partly read" if run.has_input_left else "finished"
