"""`--dry-run` of a file: the plan alone, or each request as it would be sent."""

from sendx_cli.api.requests import base_url_of
from sendx_cli.core.contact.contact import Contact
from sendx_cli.errors import ExitCode
from sendx_cli.files.row_checker import CheckedRow
from sendx_cli.output.formats import OutputFormat
from sendx_cli.output.plan_record import plan_record
from sendx_cli.results import PlannedRequest
from sendx_cli.runs.account_access import open_account
from sendx_cli.runs.comparing import compared
from sendx_cli.runs.consent import refuse_unsendable, show_plan
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.map_file import save_map
from sendx_cli.runs.reading import dry_plan, open_reading
from sendx_cli.runs.snapshot import announce_snapshot


def show_dry_run(context: RunContext) -> ExitCode:
    """Show what would be sent: the plan as `json`, each request as `jsonl` or `csv`.

    As in a run, all rows are checked before the first request is shown.

    Raises:
        InputError: The file would be refused.
    """
    output, spec, mode = context.output, context.spec, context.mode
    with open_reading(context.runtime, spec) as opened:
        if mode.save_map is not None:
            save_map(mode.save_map, opened.mapping)
        with open_account(context) as account:
            reading = compared(context, opened, account)
        plan = dry_plan(reading)
        show_plan(output, plan)
        if output.format is OutputFormat.JSON:
            output.show([plan_record(plan)], as_one=True)
        refuse_unsendable(plan, reading.source, spec)
        announce_snapshot(context, plan.contacts + plan.new_addresses)
        if output.streams:
            base_url = base_url_of(context.settings.base_url.value, sandbox=mode.is_sandbox)
            for row in reading.rows(reading.builder()):
                if isinstance(row, CheckedRow):
                    output.stream(planned(row.contact, row.line, base_url).record())
    return ExitCode.REJECTED if plan.bad.count else ExitCode.OK


def planned(contact: Contact, line: int | None, base_url: str) -> PlannedRequest:
    """Return a contact's request as it would be sent."""
    return PlannedRequest(
        action=contact.action,
        method="POST",
        url=base_url + contact.path,
        body=contact.payload,
        line=line,
    )
