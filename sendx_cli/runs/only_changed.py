"""`--only-changed`: leaving out the rows of contacts that they would not change.

A page has 100 contacts, a write carries one. So pages are read until all contacts of the file were
seen, half as many as there are rows at most: it never costs more than half again. Whatever was not
seen by then is sent.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sendx_cli.account.reader import contact_pages
from sendx_cli.core.account.paging import PagedReading
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.account.unchanged import Comparison, is_always_sent
from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.plan.plan import Plan, PlanBuilder
from sendx_cli.delivery.rows import Row
from sendx_cli.journal.comparing import ContactsCompared
from sendx_cli.journal.opening import create_journal
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.reading_progress import reading_progress
from sendx_cli.output.writer import Output
from sendx_cli.quantity import quantity
from sendx_cli.runs.account_access import OpenAccount
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.headers import header_of_file
from sendx_cli.runs.reading import NumberedRows, Reading


def leave_out_unchanged(
    context: RunContext, journal: RunJournal, account: OpenAccount | None, plan: Plan
) -> Plan:
    """Leave out of a run's rows those that would change nothing, where `--only-changed` is given.

    Args:
        context: The run.
        journal: Has all its rows, and is not sealed yet.
        account: The account; None where it is not used.
        plan: The plan of all rows.

    Returns:
        The plan of the rows that are left.

    Raises:
        PassingTrouble: The journal cannot be written.
    """
    spec = context.spec
    is_refused = plan.undecided.total or (plan.bad_of_file.count and not spec.skip_invalid)
    if not spec.only_changed or account is None or is_refused:
        return plan
    compared = journal.compared(is_always_sent)
    reading = contact_pages(max_pages=compared.rows // 2)
    _compare(context, account, reading, compared)
    unseen = compared.contacts - compared.seen
    rows, contacts = compared.leave_out()
    _tell(context.output, reading, rows=rows, unseen=unseen)
    if not rows:
        return plan
    left = _plan_of(journal.pending(), plan, account)
    return replace(
        plan,
        to_send=left.to_send,
        contacts=left.contacts,
        unchanged=rows,
        unchanged_contacts=contacts,
        tags_added=left.tags_added,
        tags_removed=left.tags_removed,
        lists=left.lists,
        fields=left.fields,
        counting_fields=left.counting_fields,
        similar_tags=left.similar_tags,
        similar_fields=left.similar_fields,
        collisions=left.collisions,
        account=left.account,
    )


@contextmanager
def only_changed(
    context: RunContext, reading: Reading, account: OpenAccount
) -> Iterator[tuple[Plan, Iterator[Row]]]:
    """Yield the plan of a dry run with `--only-changed`, and the rows that it would send.

    Its journal is in a directory of its own, and is deleted at the end.
    """
    with TemporaryDirectory(prefix="sendx-") as folder:
        header = header_of_file(context, reading)
        with create_journal(Path(folder), header, context.runtime.clock) as journal:
            builder = reading.builder()
            for rows, _ in NumberedRows(reading.rows(builder)).batches():
                journal.add(rows)
            yield (
                leave_out_unchanged(context, journal, account, builder.plan()),
                journal.pending(),
            )


def _compare(
    context: RunContext, account: OpenAccount, reading: PagedReading, compared: ContactsCompared
) -> None:
    """Compare contacts as their pages come, until all that are to be compared were seen."""
    comparison = Comparison(account.catalogue)
    pages = account.reader.contacts_by_page(reading, account.catalogue)
    with reading_progress(context.output, context.runtime.clock) as show:
        for page in pages:
            compared.decide(_decisions(page, comparison, compared))
            if compared.seen == compared.contacts:
                reading.stop()
            show(found=compared.seen, wanted=compared.contacts, pages=reading.pages)


def _decisions(
    contacts: Iterable[ServiceContact], comparison: Comparison, compared: ContactsCompared
) -> Iterator[tuple[str, bool]]:
    for contact in contacts:
        key = contact_key(contact.email)
        if key in compared:
            yield key, comparison.is_unchanged(contact, compared.rows_of(key))


def _plan_of(rows: Iterable[Row], plan: Plan, account: OpenAccount) -> Plan:
    catalogue = None if plan.account is None else account.catalogue
    builder = PlanBuilder(plan.mapping, plan.source, plan.layout_notes, catalogue)
    for row in rows:
        builder.add(row.contact, row.line or 0)
    return builder.plan()


def _tell(output: Output, reading: PagedReading, *, rows: int, unseen: int) -> None:
    problem = reading.problem
    if problem is not None and not rows:
        output.note(f"contacts not compared with the account: {problem}: all rows are sent")
    elif unseen and reading.pages:
        pages = quantity(reading.pages, "page")
        where = "the account" if reading.is_complete else f"{pages} of the account"
        why = f" ({problem})" if problem else ""
        contacts = quantity(unseen, "contact")
        output.note(f"{contacts} not seen in {where}{why}: sent without a comparison")
