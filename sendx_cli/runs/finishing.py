"""The end of a run: the file of its failed rows, its summary, its exit code."""

from pathlib import Path

from sendx_cli.core.contact.shards import Shard
from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode, FileRefused, PassingTrouble, reason_of
from sendx_cli.files.failed_rows import failed_path, write_failed_rows
from sendx_cli.files.source import Source
from sendx_cli.journal.rows import State
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.writer import Output
from sendx_cli.quantity import quantity
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.failures import failures
from sendx_cli.runs.no_longer_kept import no_longer_kept
from sendx_cli.runs.run_summary import summarise
from sendx_cli.runs.sending import Sent


def finish_run(
    context: RunContext, journal: RunJournal, sent: Sent, source: Source | None
) -> ExitCode | Ending:
    """Write the failed rows, and show the outcome of the run and what to do next.

    Args:
        context: The run.
        journal: Its journal.
        sent: How the sending ended.
        source: Its file, if it is unchanged: failed rows are written in its form.

    Returns:
        The exit code, for all rows of the run, however often it was resumed.

    Raises:
        SendxError: Results could not be written.
    """
    output, view = context.output, journal.view
    if sent.ending is Ending.PIPE_CLOSED:
        if context.job.is_read:
            context.job.learn_outcome(view, summarise(view, journal.id, ending=sent.ending))
        return sent.ending
    if sent.stopped_by is not None:
        output.complain("stopped", sent.stopped_by.message, sent.stopped_by.hint)
    failed = None
    if not view.counts().to_come and source is not None:
        failed = _write_failed(output, journal, source, context.spec.shard)
        if source.is_spooled:
            source.path.unlink(missing_ok=True)
    summary = summarise(
        view,
        journal.id,
        ending=sent.ending,
        stopped_by=sent.stopped_by,
        failed=failed,
        mode=context.mode,
    )
    output.tell_lines(summary.lines(ascii_only=output.tells_ascii))
    if view.removed is not None:
        output.note(f"run {journal.id}: {no_longer_kept(view.removed)}")
    context.job.learn_outcome(view, summary, sent.stopped_by)
    if sent.error is not None:
        raise PassingTrouble(
            sent.error.message,
            where=sent.error.where,
            hint=f"the result of each row is in the journal: `sendx runs show {journal.id}`",
        )
    return summary.exit_code


def _write_failed(output: Output, journal: RunJournal, source: Source, shard: Shard) -> Path | None:
    """Write the rows that were not accepted, in the form of the file they came from."""
    hint = f"`sendx runs show {journal.id} --state rejected --state failed --state bad` lists them"
    try:
        path = failed_path(source, Path.cwd(), shard)
        failed = failures(journal.view, {State.REJECTED, State.FAILED})
        written = write_failed_rows(source, (one[:3] for one in failed), path)
    except FileRefused:
        message = f"{source.name} has changed: its failed rows cannot be written in its form"
        output.warn(message, hint=hint)
        return None
    except (PassingTrouble, OSError) as error:
        message = error.message if isinstance(error, PassingTrouble) else reason_of(error)
        output.warn(message, hint=hint)
        return None
    journal.note_finished(is_finished=True)
    if written is None:
        return None
    output.note(f"{quantity(written.rows, 'row')} to fix: {written.path}")
    return written.path
