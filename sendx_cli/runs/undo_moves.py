"""Going on with an undo: changes of address that were made, though their answers were lost."""

from sendx_cli.account.finding import find_contacts
from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.rows import Decided
from sendx_cli.journal.store import RunJournal
from sendx_cli.runs.account_access import open_account
from sendx_cli.runs.context import RunContext

_SEEN = Verdict(Kind.ACCEPTED, "reconciled", "seen in the account")


def settle_moves(context: RunContext, journal: RunJournal) -> None:
    """Record the pending changes of address as accepted that the account shows to be made.

    A process that is killed leaves them pending; sent again, they would be refused, for the
    address is taken: by the contact itself.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    moves = [row for row in journal.pending() if row.contact.new_email is not None]
    addresses = [address for row in moves for address in (row.contact.email, row.contact.new_email)]
    if not moves:
        return
    with open_account(context) as account:
        assert account is not None
        searched = list(find_contacts(account.reader, account.catalogue, filter(None, addresses)))
    is_there = {
        contact_key(one.address): one.contact is not None for one in searched if not one.problem
    }
    made = [
        row
        for row in moves
        if [is_there.get(key) for key in dict.fromkeys(row.contact.contact_keys)] == [False, True]
    ]
    journal.record([Decided(row, Outcome.ACCEPTED, _SEEN, 1) for row in made])
