"""`--dry-run` of a file: the plan alone, or each request as it would be sent."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from sendx_cli.api.requests import base_url_of
from sendx_cli.core.contact.contact import Contact
from sendx_cli.core.plan.plan import Plan
from sendx_cli.delivery.rows import Row
from sendx_cli.errors import ExitCode, SetupError
from sendx_cli.files.row_checker import CheckedRow
from sendx_cli.files.source import open_source
from sendx_cli.journal.runs import list_runs
from sendx_cli.output.formats import OutputFormat
from sendx_cli.output.plan_record import plan_record
from sendx_cli.results import PlannedRequest
from sendx_cli.runs.account_access import OpenAccount, open_account
from sendx_cli.runs.column_questions import settle_columns
from sendx_cli.runs.comparing import compared
from sendx_cli.runs.consent import show_plan
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.headers import header_of_file
from sendx_cli.runs.map_file import save_map
from sendx_cli.runs.only_changed import only_changed
from sendx_cli.runs.reading import Reading, dry_plan, reading_of, stdin_of
from sendx_cli.runs.refused_rows import note_bad_rows, refusal_of, tell_bad_rows
from sendx_cli.runs.sent_before import warn_of_earlier_run
from sendx_cli.runs.snapshot import announce_snapshot
from sendx_cli.settings.paths import runs_directory


def show_dry_run(context: RunContext) -> ExitCode:
    """Show what would be sent: the plan as `json`, each request as `jsonl` or `csv`.

    As in a run, all rows are checked before the first request is shown.

    Raises:
        InputError: The file would be refused.
    """
    output, spec, mode = context.output, context.spec, context.mode
    with ExitStack() as stack:
        stdin = stdin_of(context.runtime)
        source = stack.enter_context(open_source(spec.path, spec.overrides, stdin))
        context = settle_columns(context, source)
        opened = reading_of(context.runtime, context.spec, source)
        if mode.save_map is not None:
            save_map(output, mode.save_map, opened.mapping)
        account = stack.enter_context(open_account(context))
        reading = compared(context, opened, account)
        plan, rows = stack.enter_context(_planned(context, reading, account))
        show_plan(context, plan)
        refusal = refusal_of(context, plan, reading)
        if output.format is OutputFormat.JSON:
            output.show([plan_record(plan, refusal)], as_one=True)
        if refusal is not None:
            tell_bad_rows(context, plan, reading)
            raise refusal
        note_bad_rows(context, plan, reading)
        _warn_of_earlier_run(context, reading)
        announce_snapshot(context, plan.contacts + plan.new_addresses)
        if output.streams:
            base_url = base_url_of(context.settings.base_url.value, sandbox=mode.is_sandbox)
            for row in rows:
                output.stream(planned(row.contact, row.line, base_url).record())
    return ExitCode.REJECTED if plan.bad.count else ExitCode.OK


def _warn_of_earlier_run(context: RunContext, reading: Reading) -> None:
    try:
        header = header_of_file(context, reading)
    except SetupError:  # without a key there is no account for which it could have been sent
        return
    warn_of_earlier_run(context.output, list_runs(runs_directory()), header, context.spec)


@contextmanager
def _planned(
    context: RunContext, reading: Reading, account: OpenAccount | None
) -> Iterator[tuple[Plan, Iterable[CheckedRow | Row]]]:
    """Yield the plan, and the rows that would be sent."""
    if account is None or not context.spec.only_changed:
        yield dry_plan(reading), _sent(reading)
    else:
        with only_changed(context, reading, account) as found:
            yield found


def _sent(reading: Reading) -> Iterator[CheckedRow]:
    return (row for row in reading.rows(reading.builder()) if isinstance(row, CheckedRow))


def planned(contact: Contact, line: int | None, base_url: str) -> PlannedRequest:
    """Return a contact's request as it would be sent."""
    return PlannedRequest(
        action=contact.action,
        method="POST",
        url=base_url + contact.path,
        body=contact.payload,
        line=line,
    )
