"""`runs reconcile`: the unknown rows of a run, looked up in the account."""

from collections.abc import Sequence
from typing import NamedTuple

from sendx_cli.account.finding import find_contacts
from sendx_cli.account.reader import SearchedContact
from sendx_cli.clock import moment_text
from sendx_cli.core.account.verification import Difference, Expected
from sendx_cli.core.contact.address import contact_key
from sendx_cli.errors import ExitCode
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.runs import Run
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.unknown_rows import UnknownRow
from sendx_cli.output.count_progress import CountProgress
from sendx_cli.quantity import quantity
from sendx_cli.runs.account_access import require_account
from sendx_cli.runs.consent import confirm
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.headers import refuse_other_account
from sendx_cli.runs.run_summary import summarise

SETTLES_AFTER_S = 60
"""Seconds after a call before its contact is looked at: a call can still take effect late."""


class Looked(NamedTuple):
    """An unknown row whose contact was looked at.

    Args:
        row: The row.
        is_so: Whether the account shows all that it asked for.
        seen: What was seen instead, in words; empty if `is_so`.
        may_be_resent: Whether the account certainly does not show it, and no later row of the
            contact was sent.
    """

    row: UnknownRow
    is_so: bool
    seen: str = ""
    may_be_resent: bool = False


def reconcile_run(context: RunContext, run: Run, *, resends: bool) -> ExitCode:
    """Look a run's unknown rows up, and settle those that the account shows.

    Args:
        context: The run's, for the service and the key.
        run: The run.
        resends: Whether rows that the account does not show become pending again.

    Returns:
        The run's exit code, as it is now.

    Raises:
        AccountUnread: The account cannot be read.
        SendxError: Another process sends the run, it was made for another account, or the answer
            was not yes.
    """
    output = context.output
    hint = "reconcile it with the same --profile and --base-url"
    refuse_other_account(run.header, context, hint)
    with open_journal(run.path, context.runtime.clock) as journal:
        unknown = list(journal.unknown_rows())
        if not unknown:
            output.note(f"run {run.id}: no row has an unknown outcome")
            return _shown(context, journal)
        ripe = _ripe(context, unknown)
        looked = _look(context, ripe)
        journal.unknown_rows().settle(one.row.number for one in looked if one.is_so)
        journal.unknown_rows().note((one.row.number, one.seen) for one in looked if not one.is_so)
        settled = sum(one.is_so for one in looked)
        output.note(f"{settled:,} of {len(unknown):,} unknown rows were found in the account")
        if resends:
            _resend(context, journal, looked)
        return _shown(context, journal)


def _ripe(context: RunContext, unknown: Sequence[UnknownRow]) -> list[UnknownRow]:
    """Return the rows that can be settled by a look, and say why the others cannot."""
    now = context.runtime.clock.unix()
    counting = [row for row in unknown if row.contact.counts_twice]
    if counting:
        context.output.note(
            f"counting a custom field up or down: {quantity(len(counting), 'row')}, which reading "
            "the account cannot settle"
        )
    rest = [row for row in unknown if not row.contact.counts_twice]
    early = [row for row in rest if now - row.decided_at < SETTLES_AFTER_S]
    if early:
        moment = moment_text(max(row.decided_at for row in early) + SETTLES_AFTER_S, now)
        context.output.warn(
            f"sent less than a minute ago: {quantity(len(early), 'row')}, "
            "which can still take effect",
            hint=f"reconcile again at {moment}",
        )
    return [row for row in rest if now - row.decided_at >= SETTLES_AFTER_S]


def _look(context: RunContext, rows: Sequence[UnknownRow]) -> list[Looked]:
    if not rows:
        return []
    contacts = [row.contact for row in rows]
    addresses = [one for contact in contacts for one in (contact.email, contact.new_email) if one]
    clock = context.runtime.clock
    with (
        require_account(context) as account,
        CountProgress(context.output, clock, "reconcile", len(addresses)) as progress,
    ):
        found: dict[str, SearchedContact] = {}
        for searched in find_contacts(account.reader, account.catalogue, addresses):
            found[contact_key(searched.address)] = searched
            progress.update(len(found))
    now = clock.unix()
    at = moment_text(now, now)
    return [_looked(row, [found[key] for key in row.contact.contact_keys], at) for row in rows]


def _looked(row: UnknownRow, searched: Sequence[SearchedContact], at: str) -> Looked:
    """Compare a row with its contact; of a change of address, with the one at the new address."""
    for one in searched:
        if one.problem is not None:
            return Looked(row, is_so=False, seen=f"could not be looked up at {at}: {one.problem}")
    old, new = searched[0], searched[-1]
    if old is not new and old.contact is not None:
        seen = f"{old.contact.email} is still a contact at {at}"
        return Looked(row, is_so=False, seen=seen, may_be_resent=not row.is_overtaken)
    if new.contact is None:
        return Looked(
            row, is_so=False, seen=f"no such contact at {at}", may_be_resent=not row.is_overtaken
        )
    expected = Expected(row.contact.email)
    expected.add(row.contact)
    differences, unclear = expected.compare(new.contact)
    if differences:
        seen = f"at {at}: {'; '.join(map(_in_words, differences))}"
        may_be_resent = old is new and not row.is_overtaken
        return Looked(row, is_so=False, seen=seen, may_be_resent=may_be_resent)
    if unclear:
        return Looked(row, is_so=False, seen=f"cannot be determined at {at}: {', '.join(unclear)}")
    return Looked(row, is_so=True)


def _in_words(difference: Difference) -> str:
    return f"{difference.member} is {difference.found or 'empty'}"


def _resend(context: RunContext, journal: RunJournal, looked: Sequence[Looked]) -> None:
    """Make the rows pending that the account certainly does not show, once somebody agrees."""
    rows = [one.row for one in looked if one.may_be_resent]
    overtaken = sum(one.row.is_overtaken for one in looked if not one.is_so)
    if overtaken:
        context.output.note(
            "not sent again, because a later row of the contact was sent: "
            + quantity(overtaken, "row")
        )
    if not rows:
        context.output.note("no rows to send again")
        return
    what = quantity(len(rows), "row")
    confirm(
        context,
        f"send {what} again, which the account does not show (automations may be triggered twice)?",
    )
    journal.unknown_rows().put_back(row.number for row in rows)
    context.output.note(f"{what} to be sent again: `sendx runs resume {journal.id}` sends them")


def _shown(context: RunContext, journal: RunJournal) -> ExitCode:
    output = context.output
    summary = summarise(journal.view, journal.id)
    output.tell_lines(summary.lines(ascii_only=output.is_ascii))
    return ExitCode(summary.exit_code)
