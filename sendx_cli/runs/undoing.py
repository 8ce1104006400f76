"""`runs undo`: a run of its own that takes another one back, as far as the API can."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count

from sendx_cli.api.requests import base_url_of
from sendx_cli.core.account.courses import Contacts, SentRow
from sendx_cli.core.account.remarks import NotUndone
from sendx_cli.core.account.undoing import History, Undoing, UndoRules, undo
from sendx_cli.core.contact.payloads import UNDO
from sendx_cli.core.plan.undo_plan import UndoPlan, UndoPlanBuilder
from sendx_cli.delivery.rows import Row
from sendx_cli.ending import Ending
from sendx_cli.errors import ExitCode, InputError
from sendx_cli.journal.before import ContactsBefore
from sendx_cli.journal.opening import create_journal, open_journal
from sendx_cli.journal.results import result_of_left_out
from sendx_cli.journal.rows import LeftOut, LeftOutKind
from sendx_cli.journal.runs import Run, Runs, forget_never_started, list_runs
from sendx_cli.journal.start_lock import StartLock, identity_of
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.formats import OutputFormat
from sendx_cli.output.result_stream import ResultStream
from sendx_cli.output.undo_text import undo_plan_lines, undo_plan_record
from sendx_cli.runs.account_access import require_account
from sendx_cli.runs.consent import ask
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.dry_run import planned
from sendx_cli.runs.finishing import finish_run
from sendx_cli.runs.headers import header_of_undo, is_of_sandbox, refuse_other_account
from sendx_cli.runs.job_report import JobReport
from sendx_cli.runs.no_longer_kept import refuse_part
from sendx_cli.runs.options import RunMode, RunSpec
from sendx_cli.runs.report_file import open_report
from sendx_cli.runs.sending import send_rows
from sendx_cli.runs.snapshot import record_contacts
from sendx_cli.runs.starting import unsealed_forgotten
from sendx_cli.runs.undo_settling import undo_of
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings

_BATCH_ROWS = 5000


@dataclass(frozen=True, slots=True)
class UndoOptions:
    """How far an undo goes.

    Args:
        is_forced: Whether it takes back also what others changed since.
        assumes_new: Whether, where no snapshot was kept, all tags that were added count as new.
    """

    is_forced: bool = False
    assumes_new: bool = False


def undo_context(runtime: Runtime, settings: Settings, run: Run, mode: RunMode) -> RunContext:
    """Return the context of the run that takes `run` back: for the same service."""
    undone = RunSpec.from_text(run.header.options)
    spec = RunSpec(action=UNDO, path="", batch=undone.batch, service=undone.service, undoes=run.id)
    is_sandbox = mode.is_sandbox or is_of_sandbox(run.header)
    job = JobReport(runtime.output, "runs undo", run.id)
    return RunContext(runtime, settings, spec, replace(mode, is_sandbox=is_sandbox), job)


def undo_run(context: RunContext, run: Run, options: UndoOptions) -> ExitCode | Ending:
    """Take a run back: show the plan, send the rows, and show the outcome of each.

    Args:
        context: As returned by `undo_context`.
        run: The run to take back.
        options: How far to go.

    Returns:
        The exit code.

    Raises:
        SendxError: It was refused before anything was sent, or the journal could not be written.
    """
    context.runtime.at_end.append(context.job.finish)
    refuse_other_account(run.header, context, "undo it with the same --profile and --base-url")
    directory = run.path.parent
    header = header_of_undo(context, run.id)
    with StartLock(directory, identity_of(header)), ExitStack() as stack:
        _refuse_not_undoable(list_runs(directory), run.id)
        forget_never_started(directory)
        undone = stack.enter_context(open_journal(run.path, context.runtime.clock))
        refuse_part(
            run.id, undone.view.removed, hint="only a run whose rows are all kept can be undone"
        )
        _refuse_unrecorded(undone, options)
        journal = stack.enter_context(create_journal(directory, header, context.runtime.clock))
        with unsealed_forgotten(journal):
            plan = _fill(context, journal, undone, options)
            context.output.tell_lines(undo_plan_lines(plan))
            if context.mode.is_dry:
                return _show_dry_run(context, journal, plan)
            if not plan.calls:
                return _show_nothing_to_send(context, journal, plan)
            ask(context, contacts=plan.contacts, account=plan.account)
            journal.seal()
            undone.note_undone(journal.id)
        undone.close()
        kept = stack.pop_all()
    with kept, context.job.following(journal):
        sent = send_rows(context, journal, source=header.source, source_path=None)
        return finish_run(context, journal, sent, None)


def _refuse_not_undoable(runs: Runs, name: str) -> None:
    """Refuse to take back what is under way, is an undo itself, or was taken back before."""
    run = runs.find(name)
    if run.is_under_way:
        raise InputError(
            f"run {run.id} is being sent by another sendx process", hint="wait until it ends"
        )
    if run.header.action == UNDO:
        raise InputError(
            f"run {run.id} is an undo, which cannot be undone",
            hint="send the file of the run that it undid",
        )
    found = undo_of(runs, run.id)
    undone_by = found.id if found else run.undone_by
    if undone_by is None:
        return
    hint = f"see `sendx runs show {undone_by}`" if found else "that run has been forgotten"
    if found and not found.is_finished:
        hint = f"it is not finished: `sendx runs resume {undone_by}` continues it"
    raise InputError(f"run {run.id} was already undone by run {undone_by}", hint=hint)


def _refuse_unrecorded(undone: RunJournal, options: UndoOptions) -> None:
    if not (undone.before or options.assumes_new) and undone.view.sent_rows().addresses():
        raise InputError(
            f"run {undone.id} has no snapshot: how its contacts were is not known",
            hint="--assume-new removes the tags that it added, as if none of them had been "
            "there before; --snapshot records a snapshot of the next run",
        )


def _fill(
    context: RunContext, journal: RunJournal, undone: RunJournal, options: UndoOptions
) -> UndoPlan:
    """Fill the journal with what takes the run back, and with what it does not take back."""
    rows = undone.view.sent_rows()
    with require_account(context) as account:
        record_contacts(context, account, rows.addresses(), journal.before, "undo")
        names = {one.id: one.name for one in account.catalogue.lists.values()}
    rules = UndoRules(options.is_forced, options.assumes_new, names)
    builder = UndoPlanBuilder(undone.id, account.catalogue.members)
    filling = _Filling(journal)
    for of_contact in rows.by_contact():
        history = History(
            of_contact, _recorded(undone.before, of_contact), _recorded(journal.before, of_contact)
        )
        undoing = undo(history, rules)
        builder.add(undoing)
        filling.add(undoing)
    filling.write()
    journal.before.clear()
    return builder.plan()


def _recorded(contacts: ContactsBefore, rows: list[SentRow]) -> Contacts:
    keys = dict.fromkeys(key for row in rows for key in row.contact.contact_keys)
    found = {key: contacts.find(key) for key in keys}
    return {key: contact for key, (is_there, contact) in found.items() if is_there}


class _Filling:
    """Writes the rows of an undo into its journal, thousands at a time."""

    def __init__(self, journal: RunJournal) -> None:
        self._journal = journal
        self._numbers = count()
        self._places = count(1)
        self._rows: list[Row] = []
        self._left_out: list[LeftOut] = []

    def add(self, undoing: Undoing) -> None:
        self._rows += [Row(next(self._numbers), contact) for contact in undoing.rows]
        for remark in undoing.remarks:
            is_alone = isinstance(remark.kind, NotUndone)
            kind = LeftOutKind.NOT_UNDONE if is_alone else LeftOutKind.IRREVERSIBLE
            self._left_out.append(LeftOut(next(self._places), kind, remark.email, remark.text))
        if len(self._rows) + len(self._left_out) >= _BATCH_ROWS:
            self.write()

    def write(self) -> None:
        self._journal.add(self._rows)
        self._journal.leave_out(self._left_out)
        self._rows, self._left_out = [], []


def _show_dry_run(context: RunContext, journal: RunJournal, plan: UndoPlan) -> ExitCode:
    output = context.output
    if output.format is OutputFormat.JSON:
        output.show([undo_plan_record(plan)], as_one=True)
    elif output.streams:
        base_url = base_url_of(context.settings.base_url.value, sandbox=context.mode.is_sandbox)
        for row in journal.pending():
            output.stream(planned(row.contact, row.line, base_url).record())
    return _code(plan)


def _show_nothing_to_send(context: RunContext, journal: RunJournal, plan: UndoPlan) -> ExitCode:
    """Show all that is not taken back: no journal is kept that could tell it later."""
    stream = ResultStream(context.output)
    with open_report(context.mode.report, None) as report:
        for left_out in journal.view.left_out():
            result = result_of_left_out(left_out, UNDO, journal.view.header.source)
            stream.write(result)
            report.write(result)
        report.keep()
    stream.close()
    context.output.note(f"run {plan.run}: nothing to undo")
    return _code(plan)


def _code(plan: UndoPlan) -> ExitCode:
    return ExitCode.REJECTED if plan.has_not_undone else ExitCode.OK
