"""Resuming a run that stopped: rows are matched by content if its file has changed."""

import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode, FileRefused, InputError, RunUnfinished, UsageError
from sendx_cli.files.source import Source, open_source
from sendx_cli.files.spool import is_copy
from sendx_cli.files.verified import digest_of
from sendx_cli.journal.adoption import Adoption
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import State, content_of
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.runs import Run, Runs, list_runs
from sendx_cli.journal.start_lock import StartLock, identity_of
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.writer import Output
from sendx_cli.quantity import quantity
from sendx_cli.runs.account_access import open_account
from sendx_cli.runs.comparing import compared
from sendx_cli.runs.consent import ask_about, show_plan
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.finishing import finish_run
from sendx_cli.runs.headers import (
    fingerprint_of,
    header_of_file,
    is_of_sandbox,
    refuse_other_account,
)
from sendx_cli.runs.input_read import tell_input_read, way_on
from sendx_cli.runs.job_report import JobReport
from sendx_cli.runs.no_longer_kept import refuse_part
from sendx_cli.runs.options import RunMode, RunSpec
from sendx_cli.runs.output_file import refuse_outputs
from sendx_cli.runs.reading import NumberedRows, Reading, open_reading
from sendx_cli.runs.refused_rows import refuse_and_tell
from sendx_cli.runs.report_file import report_path
from sendx_cli.runs.same_file import unfinished
from sendx_cli.runs.sending import Sent, send_rows
from sendx_cli.runs.snapshot import take_snapshot
from sendx_cli.runs.undo_settling import note_undone, settle_undo, undo_of
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings

_SAME_ACCOUNT = (
    "resume it with the same --profile and --base-url; with --new-key if the account's API key was "
    "replaced since"
)


def service_flags(run: Run, flags: Mapping[str, object]) -> dict[str, object]:
    """Return the options about the service: those given now, else those the run started with."""
    began_with = RunSpec.from_text(run.header.options).service
    return {"profile": run.header.profile, **began_with, **flags}


def context_of(runtime: Runtime, settings: Settings, run: Run, mode: RunMode) -> RunContext:
    """Return the context that resumes a run with the options it started with."""
    spec = RunSpec.from_text(run.header.options)
    is_sandbox = mode.is_sandbox or is_of_sandbox(run.header)
    mode = replace(mode, is_sandbox=is_sandbox, report=report_path(mode.report, spec.shard))
    job = JobReport(runtime.output, f"runs resume {run.id}", run.header.source, spec.shard)
    return RunContext(runtime, settings, spec, mode, job)


def resume_run(context: RunContext, run: Run, path: str | None) -> ExitCode | Ending:
    """Resume a run.

    Args:
        context: As returned by `context_of`.
        run: The run.
        path: The file, if it has another path now; None: where it was.

    Returns:
        The exit code, for all rows of the run.

    Raises:
        SendxError: Another process is sending it, it is for another account, or its file was
            refused.
    """
    output = context.output
    context.runtime.at_end.append(context.job.finish)
    refuse_outputs(context.runtime, path or run.header.source_path or "", context.mode)
    context.job.code_quality = context.mode.code_quality
    with ExitStack() as stack:
        journal = stack.enter_context(_held_journal(context, run))
        stack.enter_context(context.job.following(journal))
        run = _with_new_key(context, journal, run)
        refuse_other_account(run.header, context, _SAME_ACCOUNT)
        _refuse_undone(run, journal.view.undone_by)
        header, source = run.header, None
        if context.spec.undoes:
            _refuse_file(path)
            note_undone(context, run.path.with_stem(context.spec.undoes), run.id)
        else:
            header = _adopt_changed_file(context, journal, run, path)
        take_snapshot(context, journal)
        if context.spec.undoes:
            settle_undo(context, journal)
        _reopen(output, journal, context.mode)
        to_come = journal.view.counts().to_come
        if to_come or header != run.header:
            journal.note_finished(is_finished=False)
        is_finished = journal.view.was_finished
        if not (is_finished or context.spec.undoes):
            source = stack.enter_context(_source_of(output, header, context.spec, run.path.parent))
        sent = Sent()
        if to_come:
            source_path = None if source is None else source.path
            sent = send_rows(context, journal, source=header.source, source_path=source_path)
        elif is_finished:
            output.note(f"run {run.id} is finished: no row is left to send, nothing is written")
        else:
            output.note(f"run {run.id}: no row is left to send")
        tell_input_read(output, journal.view, run.id)
        return finish_run(context, journal, sent, source)


def _with_new_key(context: RunContext, journal: RunJournal, run: Run) -> Run:
    """Take over the key in force for the run, where `--new-key` says that it is one of its account.

    Raises:
        SetupError: Something else is different, too.
    """
    header = replace(run.header, key_fingerprint=fingerprint_of(context))
    if not context.mode.has_new_key or header == run.header:
        return run
    refuse_other_account(header, context, _SAME_ACCOUNT)
    journal.note_header(header)
    return replace(run, header=header)


def _held_journal(context: RunContext, run: Run) -> RunJournal:
    """Open a run's journal while no other process can start or resume a run of the same file."""
    with StartLock(run.path.parent, identity_of(run.header)):
        runs = list_runs(run.path.parent)
        _refuse_other_run(runs, run, run.header)
        undo = undo_of(runs, run.id)
        _refuse_undone(run, undo.id if undo else None)
        journal = open_journal(run.path, context.runtime.clock)
        if journal.view.header == run.header:
            return journal
        journal.close()
        message = f"another sendx resumed run {run.id}"
        raise RunUnfinished(message, hint="see `sendx runs show`")


def _refuse_other_run(runs: Runs, run: Run, header: RunHeader) -> None:
    """Refuse to resume a run while another one of the same file is unfinished."""
    other = runs.unfinished_run_of(
        sha256=header.source_sha256,
        action=header.action,
        origin=header.origin,
        shard=header.shard,
        other_than=run.id,
    )
    if header.source_sha256 and other is not None:
        raise unfinished(other, header, f"resume {run.id}")


def _refuse_undone(run: Run, undone_by: str | None) -> None:
    """Refuse to send what is left of a run that was taken back."""
    if undone_by is not None:
        raise InputError(
            f"run {run.id} was undone by {undone_by}: what is left of it is not sent",
            hint="send the file again, if it is to be sent after all",
        )


def _refuse_file(path: str | None) -> None:
    if path is not None:
        raise UsageError("--from cannot be used with an undo")


def _adopt_changed_file(
    context: RunContext, journal: RunJournal, run: Run, path: str | None
) -> RunHeader:
    """Take over the rows of the file if it was changed since; return the run's header."""
    header = run.header
    if path is None and not _has_changed(header):
        return header
    spec = replace(context.spec, path=path or header.source_path or "")
    with open_reading(context.runtime, spec, must_be_plain=path is None) as reading:
        changed = header_of_file(context, reading)
        if changed.source_sha256 == header.source_sha256:
            return header
        _refuse_to_match_a_part(journal, run)
        changed = replace(
            changed,
            source=path or header.source,
            tool_version=header.tool_version,
            profile=header.profile,
            started_at=header.started_at,
        )
        _refuse_other_chains(header, changed)
        with StartLock(run.path.parent, identity_of(changed)):
            _refuse_other_run(list_runs(run.path.parent), run, changed)
            with open_account(context) as account:
                _adopt(context, journal, changed, compared(context, reading, account))
        return changed


def _refuse_other_chains(header: RunHeader, changed: RunHeader) -> None:
    """Refuse a file whose changes of address make other shards of it than the run began with."""
    if header.chains != changed.chains:
        raise InputError(
            f"its changes of address are not those that {header.shard.words} was started with, "
            "so contacts would be in other shards",
            where=changed.source,
            hint="resume it with the file as it was, and send what is new as a separate file",
        )


def _refuse_to_match_a_part(journal: RunJournal, run: Run) -> None:
    """Refuse to match rows with a journal that has not all of them: the others went out again."""
    read = journal.view.input_read
    hint = read and way_on(read, journal.view, run.id)
    refuse_part(run.id, journal.view.removed, hint=hint or "send what is new as a separate file")


def _adopt(context: RunContext, journal: RunJournal, header: RunHeader, reading: Reading) -> None:
    output = context.output
    output.note(f"{header.source} changed since the run began: its rows are matched by content")
    arrivals = journal.arrivals(())
    builder = reading.builder()
    for rows, left_out in NumberedRows(reading.rows(builder)).batches():
        arrivals.add(map(content_of, rows))
        arrivals.leave_out(left_out)
    plan = builder.plan()
    show_plan(context, plan)
    refuse_and_tell(context, plan, reading)
    adoption = arrivals.match()
    _show_adoption(output, adoption)
    if not adoption.rows.total:
        raise InputError("the file has no rows to send", where=header.source)
    ask_about(context, plan, adoption.rows.pending + adoption.rows.failed)
    arrivals.adopt(header)
    overtaken = journal.stop_overtaken()
    if overtaken:
        output.warn(
            f"not sent: {quantity(overtaken, 'row')} of which a later row of the same contact "
            "was already accepted",
            hint="sending them now would undo it; they are in the file of failed rows",
        )


def _show_adoption(output: Output, adoption: Adoption) -> None:
    rows, left = adoption.rows, adoption.left
    unchanged = f"{rows.unchanged:,} would change nothing, " if rows.unchanged else ""
    output.note(
        f"{rows.accepted:,} of {rows.total:,} rows were already accepted, {unchanged}"
        f"{rows.pending + rows.failed:,} are to send"
    )
    if left.total:
        output.note(f"no longer in the file: {quantity(left.total, 'row')} that had been sent")


@contextmanager
def _source_of(
    output: Output, header: RunHeader, spec: RunSpec, folder: Path
) -> Iterator[Source | None]:
    """Open the run's file if it is unchanged: failed rows are written in its form."""
    path = header.source_path or ""
    try:
        source = open_source(path, spec.overrides, io.BytesIO(), must_be_plain=True)
    except InputError:
        source = None
    if source is None or source.digest.sha256 != header.source_sha256:
        if source is not None:
            source.close()
        output.note(f"{header.source} is gone: only `sendx runs show` lists failed rows")
        yield None
        return
    if is_copy(Path(path), folder):
        source = replace(source, name=header.source, is_spooled=True)
    with source:
        yield source


def _reopen(output: Output, journal: RunJournal, mode: RunMode) -> None:
    """Make failed rows pending again, and with `--retry-unknown` also the unknown ones."""
    journal.reopen(State.FAILED)
    if mode.retry_unknown and journal.reopen(State.UNKNOWN):
        overtaken = journal.stop_overtaken()
        if overtaken:
            output.warn(
                f"not repeated: {quantity(overtaken, 'row')}, as later ones were accepted since"
            )
        return
    unknown = journal.view.counts().unknown
    if unknown:
        output.warn(
            f"not repeated: {quantity(unknown, 'row')} with an unknown outcome",
            hint="`sendx runs show --state unknown` lists them, --retry-unknown sends them again",
        )


def _has_changed(header: RunHeader) -> bool:
    """Return whether the run's file exists and has another content by now."""
    try:
        found = digest_of(Path(header.source_path or ""), header.source)
    except FileRefused:
        return False
    return found.sha256 != header.source_sha256
