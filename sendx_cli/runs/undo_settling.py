"""Going on with an undo: what it has done already, though its process ended before the answer.

The rows of an undo say what is to be, and count nothing. So the account shows which of them were
applied; what it does not show is sent again. That is decided before any later row of a contact is
sent, which would overtake it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sendx_cli.account.finding import find_contacts
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.contact.contact import Contact
from sendx_cli.core.contact.payloads import UNDO
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.errors import InputError
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import State
from sendx_cli.journal.runs import Run, Runs, open_view
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.view import CRASHED
from sendx_cli.quantity import quantity
from sendx_cli.runs.account_access import require_account
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.options import RunSpec

_SEEN = Verdict(Kind.ACCEPTED, "reconciled", "reconciled: seen in the account")
Found = Mapping[str, ServiceContact | None]


class _InDoubt(NamedTuple):
    """A row that may have been applied.

    Args:
        row: The row.
        is_sent_otherwise: Whether it is sent again if the account does not show it: it was under
            way when the process ended, or it changes an address.
    """

    row: Row
    is_sent_otherwise: bool = False


def undo_of(runs: Runs, run: str) -> Run | None:
    """Return the latest run that takes the run with this id back, if any does."""
    found = [
        one
        for one in runs.runs
        if one.header.action == UNDO and RunSpec.from_text(one.header.options).undoes == run
    ]
    return found[-1] if found else None


def note_undone(context: RunContext, path: Path, undo: str) -> None:
    """Record in a run's journal that it is undone, where a kill kept its undo from doing so.

    Args:
        context: The undo's.
        path: The journal, which may have been deleted since.
        undo: The undo's id.

    Raises:
        InputError: Another process is sending the run.
        PassingTrouble: It cannot be written.
    """
    try:
        with open_view(path) as view:
            is_noted = view.undone_by is not None
    except InputError:  # forgotten or damaged: nobody can go on with it
        return
    if not is_noted:
        with open_journal(path, context.runtime.clock) as journal:
            journal.note_undone(undo)


def settle_undo(context: RunContext, journal: RunJournal) -> None:
    """Record what the account shows to be done; let be sent again what a crash left unknown.

    Raises:
        AccountUnread: The account could not be read.
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    in_doubt = _in_doubt(journal)
    if not in_doubt:
        return
    contacts = [one.row.contact for one in in_doubt]
    addresses = [one for contact in contacts for one in (contact.email, contact.new_email) if one]
    with require_account(context) as account:
        found = {
            contact_key(one.address): one.contact
            for one in find_contacts(account.reader, account.catalogue, addresses)
            if one.problem is None
        }
    done = [one for one in in_doubt if _is_done(one.row.contact, found)]
    journal.record([Decided(one.row, Outcome.ACCEPTED, _SEEN, 1) for one in done])
    again = [one.row.number for one in in_doubt if one.is_sent_otherwise and one not in done]
    journal.reopen_rows(again)
    if done:
        context.output.note(
            f"seen in the account, and not sent again: {quantity(len(done), 'row')}"
        )


def _in_doubt(journal: RunJournal) -> list[_InDoubt]:
    """Return the changes of address that are to be sent, and all rows that are unknown.

    A change of address that is sent again is refused, for the address is taken: by the contact
    itself.
    """
    moves = [_InDoubt(row) for row in journal.pending() if row.contact.new_email]
    decided = [
        _InDoubt(
            Row(row.number, row.contact, row.line),
            row.code == CRASHED or row.contact.new_email is not None,
        )
        for row in journal.view.rows({State.UNKNOWN, State.FAILED})
        if row.state is State.UNKNOWN or row.contact.new_email
    ]
    return moves + decided


def _is_done(contact: Contact, found: Found) -> bool:
    """Whether the account shows that a row was applied."""
    now = found.get(contact_key(contact.email))
    if contact.new_email is not None:
        new = found.get(contact_key(contact.new_email))
        if contact_key(contact.new_email) == contact_key(contact.email):
            return now is not None and now.email == contact.new_email
        return contact_key(contact.email) in found and now is None and new is not None
    if now is None or "tags" in now.unclear:
        return False
    return set(contact.add_tags) <= set(now.tags) and not set(contact.remove_tags) & set(now.tags)
