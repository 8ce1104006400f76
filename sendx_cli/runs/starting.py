"""Starting a run: its file is checked into a journal, the plan shown, then the rows sent."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sendx_cli.core.plan.plan import Plan
from sendx_cli.ending import Ending
from sendx_cli.errors import AccountUnread, ExitCode, PassingTrouble, RunUnfinished
from sendx_cli.files.source import Source, open_source
from sendx_cli.journal.opening import create_journal
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.runs import Runs, delete_journal, forget_never_started, list_runs
from sendx_cli.journal.start_lock import StartLock, identity_of
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.unreadable import could_be_of_same_file
from sendx_cli.output.result_stream import ResultStream
from sendx_cli.runs.account_access import open_account
from sendx_cli.runs.column_questions import settle_columns
from sendx_cli.runs.comparing import compared
from sendx_cli.runs.consent import ask_about, show_plan
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.dry_run import show_dry_run
from sendx_cli.runs.finishing import finish_run
from sendx_cli.runs.headers import header_of_file
from sendx_cli.runs.map_file import save_map
from sendx_cli.runs.only_changed import leave_out_unchanged
from sendx_cli.runs.reading import NumberedRows, Reading, reading_of, stdin_of
from sendx_cli.runs.refused_rows import refuse_and_tell
from sendx_cli.runs.same_file import rows_to_come, unfinished
from sendx_cli.runs.sending import send_rows
from sendx_cli.runs.sent_before import warn_if_sent_before
from sendx_cli.runs.snapshot import announce_snapshot, take_snapshot
from sendx_cli.runtime import Runtime
from sendx_cli.settings.paths import runs_directory
from sendx_cli.settings.storage import make_private_directory


def start_run(context: RunContext) -> ExitCode | Ending:
    """Check a file, show the plan, send its rows, and show the outcome of each.

    Returns:
        The exit code.

    Raises:
        SendxError: It was refused before anything was sent, or the journal could not be written.
    """
    runtime, spec = context.runtime, context.spec
    if context.mode.is_dry:
        return show_dry_run(context)
    directory = runs_directory()
    make_private_directory(directory)
    stdin = stdin_of(runtime)
    source = open_source(spec.path, spec.overrides, stdin, directory)
    with source, _spool_kept(source) as keep:
        context = settle_columns(context, source)
        reading = reading_of(runtime, context.spec, source)
        journal = _begin(context, directory, reading)
        if journal is None:
            ResultStream(runtime.output).close()
            shard = "" if spec.shard.is_whole else f", {spec.shard.words}"
            runtime.output.note(f"{source.name}{shard}: no rows to send")
            return ExitCode.OK
        keep.append(True)
        with journal, context.job.following(journal):
            counts = journal.view.counts()
            if counts.unchanged and not counts.to_come:
                runtime.output.note(f"{source.name}: nothing to send: no row would change anything")
            sent = send_rows(context, journal, source=source.name, source_path=source.path)
            return finish_run(context, journal, sent, source)


def _begin(context: RunContext, directory: Path, reading: Reading) -> RunJournal | None:
    """Check the file's rows into a sealed journal; None where there is none to send or correct."""
    runtime, spec, mode = context.runtime, context.spec, context.mode
    header = header_of_file(context, reading)
    with StartLock(directory, identity_of(header)), ExitStack() as undo:
        runs = list_runs(directory)
        _refuse_second(runtime, runs, header)
        forget_never_started(directory)
        journal = undo.enter_context(create_journal(directory, header, runtime.clock))
        with unsealed_forgotten(journal), open_account(context) as account:
            reading = compared(context, reading, account)
            plan = _fill(journal, reading)
            plan = leave_out_unchanged(context, journal, account, plan)
            show_plan(context, plan)
            refuse_and_tell(context, plan, reading)
            announce_snapshot(context, plan.contacts + plan.new_addresses)
            if mode.save_map is not None:
                save_map(runtime.output, mode.save_map, reading.mapping)
            if not (plan.to_send or plan.unchanged or plan.bad.count):
                return None
            if plan.to_send:
                was_sent_before = warn_if_sent_before(runtime.output, runs, header, spec)
                ask_about(context, plan, plan.contacts, was_sent_before=was_sent_before)
                take_snapshot(context, journal, account)
            journal.seal()
        undo.pop_all()
        return journal


def _refuse_second(runtime: Runtime, runs: Runs, header: RunHeader) -> None:
    """Refuse a file with an unfinished run; warn of one of the file's earlier content."""
    action, origin, shard = header.action, header.origin, header.shard
    run = runs.unfinished_run_of(
        sha256=header.source_sha256, action=action, origin=origin, shard=shard
    )
    if run is not None:
        raise unfinished(run, header, "start over")
    _refuse_beside_unreadable(runs, header)
    earlier = runs.unfinished_run_at(
        path=header.source_path or "", action=action, origin=origin, shard=shard
    )
    if earlier is not None:
        runtime.output.warn(
            f"run {earlier.id} of the earlier content of {header.source} has "
            + rows_to_come(earlier),
            hint=f"`sendx runs resume {earlier.id}` continues it with the file as it is now",
        )


def _refuse_beside_unreadable(runs: Runs, header: RunHeader) -> None:
    """Refuse a file of which an unreadable run may have sent any rows."""
    for path in runs.unreadable_paths:
        if could_be_of_same_file(path, header):
            raise RunUnfinished(
                f"run {path.stem} may have sent rows of this file, and cannot be read",
                where=header.source,
                hint=f"`sendx runs show {path.stem}` says why; "
                f"`sendx runs forget {path.stem}` lets you start over, and sends every row again",
            )


def _fill(journal: RunJournal, reading: Reading) -> Plan:
    builder = reading.builder()
    for rows, left_out in NumberedRows(reading.rows(builder)).batches():
        journal.add(rows)
        journal.leave_out(left_out)
    return builder.plan()


@contextmanager
def unsealed_forgotten(journal: RunJournal) -> Iterator[None]:
    """Delete the journal unless it is sealed at the end: nothing was sent."""
    try:
        yield
    except AccountUnread:
        raise
    except PassingTrouble as error:
        hint = "nothing was sent: fix that, then run it again"
        raise PassingTrouble(error.message, where=error.where, hint=hint) from None
    finally:
        if not journal.is_sealed:
            with suppress(PassingTrouble):  # it is deleted anyway
                journal.close()
            delete_journal(journal.path)


@contextmanager
def _spool_kept(source: Source) -> Iterator[list[bool]]:
    """Delete the copy of standard input at the end unless the yielded list is filled."""
    keep: list[bool] = []
    try:
        yield keep
    finally:
        if source.is_spooled and not keep:
            source.path.unlink(missing_ok=True)
