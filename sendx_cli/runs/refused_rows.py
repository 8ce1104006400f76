"""Telling programs of each bad row of a file that is refused for them: no journal keeps those."""

from collections.abc import Iterator
from dataclasses import replace

from sendx_cli.core.contact.chains import WHOLE_FILE
from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.core.plan.plan import Plan
from sendx_cli.errors import InputError
from sendx_cli.journal.results import result_of_left_out
from sendx_cli.journal.rows import LeftOut
from sendx_cli.runs.consent import refuse_unsendable
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.reading import Reading, left_out


def refuse_and_tell(context: RunContext, plan: Plan, reading: Reading) -> None:
    """Refuse what must not be sent, and write a result for each bad row where JSON is asked for.

    Raises:
        InputError: It must not be sent.
    """
    refusal = refusal_of(context, plan, reading)
    if refusal is not None:
        tell_bad_rows(context, plan, reading)
        raise refusal


def refusal_of(context: RunContext, plan: Plan, reading: Reading) -> InputError | None:
    """Return why a plan must not be sent, if it must not."""
    try:
        refuse_unsendable(plan, reading.source, context.spec)
    except InputError as error:
        return error
    return None


def tell_bad_rows(context: RunContext, plan: Plan, reading: Reading) -> None:
    """Write a result for each bad row where JSON is asked for, and note it for the job's report."""
    note_bad_rows(context, plan, reading)
    rows = _bad_rows(context, plan, reading)
    action, source = context.spec.action, plan.source
    context.output.tell_records(result_of_left_out(row, action, source).record() for row in rows)


def note_bad_rows(context: RunContext, plan: Plan, reading: Reading) -> None:
    """Note each bad row for the job's report, if there is one."""
    context.job.learn_bad_rows(_bad_rows(context, plan, reading))


def _bad_rows(context: RunContext, plan: Plan, reading: Reading) -> Iterator[LeftOut]:
    """Yield the bad rows that are shown, if there are any: the file is read once more."""
    bad = plan.bad_shown(skip_invalid=context.spec.skip_invalid)
    if bad.count > plan.bad.count:
        reading = replace(reading, share=WHOLE_FILE)
    rows = reading.rows(reading.builder()) if bad.count else ()
    return (left_out(row) for row in rows if isinstance(row, RowError))
