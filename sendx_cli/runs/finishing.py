"""The end of a run: the file of its failed rows, its summary, its exit code."""

import heapq
from collections.abc import Iterator
from pathlib import Path

from sendx_cli.core.contact.shards import Shard
from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode, FileRefused, PassingTrouble, reason_of
from sendx_cli.files.failed_rows import FailedFile, FailedRow, failed_path, write_failed_rows
from sendx_cli.files.source import Source
from sendx_cli.journal.rows import LeftOutKind, State
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.view import RunView
from sendx_cli.output.annotations import append_step_summary
from sendx_cli.output.writer import Output
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.run_summary import summarise
from sendx_cli.runs.sending import Sent

_BAD_CODE = "bad_row"


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
    if sent.ending is Ending.PIPE_CLOSED:
        return sent.ending
    output, view = context.output, journal.view
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
        elapsed_s=sent.elapsed_s,
        ending=sent.ending,
        stopped_by=sent.stopped_by,
        failed=failed,
        mode=context.mode,
    )
    output.tell_lines(summary.lines(ascii_only=output.tells_ascii))
    append_step_summary(output, summary.markdown())
    if sent.error is not None:
        raise PassingTrouble(
            sent.error.message,
            where=sent.error.where,
            hint=f"what became of each row is in the journal: `sendx runs show {journal.id}`",
        )
    return summary.exit_code


def _write_failed(output: Output, journal: RunJournal, source: Source, shard: Shard) -> Path | None:
    """Write the rows that were not accepted, in the form of the file they came from."""
    hint = f"`sendx runs show {journal.id} --state rejected --state failed --state bad` lists them"
    try:
        path = failed_path(source, Path.cwd(), shard)
        written = write_failed_rows(source, _failures(journal.view), path)
    except FileRefused:
        message = f"{source.name} is not what it was: its failed rows cannot be written like it"
        output.warn(message, hint=hint)
        return None
    except (PassingTrouble, OSError) as error:
        message = error.message if isinstance(error, PassingTrouble) else reason_of(error)
        output.warn(message, hint=hint)
        return None
    journal.note_finished(is_finished=True)
    if written is None:
        return None
    output.note(f"{_rows(written)} to mend: {written.path}")
    return written.path


def _rows(written: FailedFile) -> str:
    return "1 row" if written.rows == 1 else f"{written.rows:,} rows"


def _failures(view: RunView) -> Iterator[FailedRow]:
    """Yield the rows that were rejected or failed, and bad ones, in the order of their lines."""
    refused = (
        FailedRow(row.line, row.code or row.state, row.message or "")
        for row in view.rows({State.REJECTED, State.FAILED})
        if row.line is not None
    )
    bad = (
        FailedRow(row.line, _BAD_CODE, row.message)
        for row in view.left_out()
        if row.kind is LeftOutKind.BAD
    )
    return heapq.merge(refused, bad)
