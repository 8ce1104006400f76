"""Sending a run's rows: journalled, stopped by signals, each result shown."""

import gc
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sendx_cli.core.replies.verdict import Verdict
from sendx_cli.delivery.circuit_breaker import OUTAGE
from sendx_cli.delivery.reply_handler import ASKED_TO_WAIT
from sendx_cli.delivery.sender import Sender
from sendx_cli.ending import Ending
from sendx_cli.errors import PassingTrouble, SendxError
from sendx_cli.journal.old_rows import OldRows
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.progress import open_progress
from sendx_cli.output.shown import shown_on
from sendx_cli.output.writer import Output
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.input_read import reached
from sendx_cli.runs.journal_keeping import JournalKeeping
from sendx_cli.runs.live_rows import LiveRows
from sendx_cli.runs.report_file import (
    NoReport,
    Report,
    open_report,
    report_decided,
    report_left,
)
from sendx_cli.runs.reporter import RunReporter
from sendx_cli.signals import stop_on_signals
from sendx_cli.wiring import make_run_sender


@dataclass(frozen=True, slots=True)
class Sent:
    """How the sending ended.

    Args:
        ending: The signal that ended it, or the closed pipe.
        stopped_by: The verdict that ended it before its last row.
        error: Why results could not be written.
    """

    ending: Ending | None = None
    stopped_by: Verdict | None = None
    error: SendxError | None = None


def send_rows(
    context: RunContext,
    journal: RunJournal,
    *,
    source: str,
    source_path: Path | None,
    live: LiveRows | None = None,
    old_rows: OldRows | None = None,
) -> Sent:
    """Send the pending rows of a journal.

    Args:
        context: The run.
        journal: Has the rows, and records the outcome of each.
        source: The name of the rows' file.
        source_path: Where it is.
        live: Where rows come from that are not in the journal yet; None: all of them are.
        old_rows: Removes old ones from the journal meanwhile, as the options say.

    Raises:
        SetupError: There is no usable key.
        InputError: The report cannot be written.
        PassingTrouble: The journal can no longer be written: a resume deals with the rows that
            are in flight then.
    """
    _collect_garbage()
    output, clock, mode = context.output, context.runtime.clock, context.mode
    began_at = clock.now()
    journal.note_sending()
    with ExitStack() as stack:
        report = stack.enter_context(open_report(mode.report, source_path))
        total = journal.view.counts().to_come if live is None else None
        shown = shown_on(output.stdout, mode.show)
        progress = open_progress(output, total=total, clock=clock)
        stack.enter_context(progress)
        reporter = RunReporter(
            output,
            source,
            progress,
            report,
            clock,
            annotations=context.job.annotations,
            shown=shown,
        )
        sender = stack.enter_context(
            closing(make_run_sender(context.runtime, context.settings, journal, context.delivery))
        )
        signals = stack.enter_context(
            stop_on_signals(
                lambda: _stop(sender, output), lambda: _last_words(sender, journal.id, live)
            )
        )
        report_decided(report, journal.view, source)
        output.has_sent = True
        keeping = None
        if live is not None:
            live.start(sender.wake)
            keeping = _keeping(context, live, old_rows, report, source)
        for turn in sender.run(journal.pending() if live is None else iter(live)):
            journal.note_pauses([pause.verdict.code for pause in turn.pauses])
            reporter.show(turn, sender)
            if keeping is not None:
                keeping.step()
            if reporter.has_lost_its_reader:
                sender.stop()
        if live is not None:
            live.stop()
        with reporter.writing():
            report_left(report, journal.view, source, told=reporter.interrupted)
        reporter.close()
    with suppress(PassingTrouble):  # what became of the rows is in the journal
        journal.note_sent(clock.now() - began_at)
    if not (mode.report is None or context.spec.shard.is_whole or reporter.error):
        output.note(f"results of {context.spec.shard.words}: {mode.report}")
    return Sent(
        signals.ending or reporter.ending,
        _with_resume_hint(sender.stopped_by, journal.id),
        reporter.error,
    )


def _with_resume_hint(stopped_by: Verdict | None, run: str) -> Verdict | None:
    """Name the run in the hint of a verdict that ends it for now."""
    if stopped_by is None or stopped_by.code not in {OUTAGE, ASKED_TO_WAIT}:
        return stopped_by
    return stopped_by._replace(hint=f"`sendx runs resume {run}` continues")


def _collect_garbage() -> None:
    """Enable the garbage collector, which `cli` disables: a run is long enough to need it.

    What is loaded by now stays for good, and is exempted.
    """
    gc.freeze()
    gc.enable()


def _keeping(
    context: RunContext,
    live: LiveRows,
    old_rows: OldRows | None,
    report: Report | NoReport,
    source: str,
) -> JournalKeeping | None:
    keep_s = context.mode.keep_journal_s
    if keep_s is None or old_rows is None:
        return None
    clock, action = context.runtime.clock, context.spec.action
    return JournalKeeping(
        old_rows, keep_s, live, clock, report=report, source=source, action=action
    )


def _stop(sender: Sender, output: Output) -> None:
    sender.stop()
    if sender.in_flight:
        output.note(
            f"stopping: waiting for {sender.in_flight} calls under way; interrupt again to stop "
            "at once"
        )


def _last_words(sender: Sender, run: str, live: LiveRows | None) -> str:
    words = (
        f"sendx: ended with {sender.in_flight} calls under way: "
        f"`sendx runs resume {run}` finds out what is open\n"
    )
    if live is None or live.read.has_ended:
        return words
    return f"{words}sendx: standard input: {reached(live.read)}\n"
