"""`--snapshot`: how a run's contacts are, recorded before its first write for its undo."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from sendx_cli.account.finding import FEW, find_contacts
from sendx_cli.core.contact.address import contact_key
from sendx_cli.errors import AccountUnread, InputError
from sendx_cli.journal.before import ContactsBefore
from sendx_cli.journal.store import RunJournal
from sendx_cli.output.count_progress import CountProgress
from sendx_cli.quantity import quantity
from sendx_cli.runs.account_access import OpenAccount, refuse_unread, require_account
from sendx_cli.runs.context import RunContext

if TYPE_CHECKING:
    from sendx_cli.core.account.service_contact import ServiceContact

_CHUNK = 1000


def announce_snapshot(context: RunContext, addresses: int) -> None:
    """Say what the snapshot of a run costs, before anybody is asked.

    Args:
        context: The run.
        addresses: How many different ones it has.

    Raises:
        InputError: `--snapshot` was given, and the account is not read.
    """
    if not context.spec.keeps_snapshot or not addresses:
        return
    if context.spec.uses_account:
        calls = finding_calls(addresses)
        times = quantity(calls, "call")
        context.output.note(f"snapshot: up to {times} before the first contact is sent")
    elif _is_asked_for(context):
        raise InputError(
            "--snapshot needs the account, which is not read",
            hint="remove --no-account, or set `account = true` in the profile",
        )
    else:
        context.output.note("no snapshot is kept: the account is not read")


def take_snapshot(
    context: RunContext, journal: RunJournal, account: OpenAccount | None = None
) -> None:
    """Record how the contacts of a run's pending rows are, if the run keeps a snapshot.

    Contacts that are recorded, or of which a row was sent, are left as they are.

    Args:
        context: The run.
        journal: Its journal.
        account: Its account, where it is open already.

    Raises:
        AccountUnread: They could not be read, and `--snapshot` was given.
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    if not (context.spec.keeps_snapshot and context.spec.uses_account):
        return
    addresses = journal.before.unrecorded()
    if not addresses:
        return
    is_first = not journal.before
    try:
        with require_account(context) if account is None else nullcontext(account) as opened:
            there = record_contacts(context, opened, addresses, journal.before, "snapshot")
    except AccountUnread as error:
        if _is_asked_for(context):
            hint = "nothing was sent: run it again later"
            raise AccountUnread(f"no snapshot can be kept: {error.message}", hint=hint) from None
        if is_first:
            journal.before.clear()
        context.output.note(f"no snapshot is kept: {error.message}")
        return
    none = len(addresses) - there
    contacts = quantity(there, "contact")
    beside = f", {none:,} not found" if none else ""
    context.output.note(f"snapshot: {contacts} recorded{beside}")


def finding_calls(addresses: int) -> int:
    """Return how many calls it takes at most to find the contacts of so many addresses."""
    return addresses if addresses <= FEW else addresses + addresses // 2


def record_contacts(
    context: RunContext,
    account: OpenAccount,
    addresses: Sequence[str],
    contacts: ContactsBefore,
    title: str,
) -> int:
    """Read the contacts of these addresses into a journal; return how many are there.

    Raises:
        AccountUnread: One of them, or the account's tags or custom fields, could not be read.
    """
    refuse_unread(account)
    done = there = 0
    found: list[tuple[str, ServiceContact | None]] = []
    with CountProgress(context.output, context.runtime.clock, title, len(addresses)) as progress:
        for searched in find_contacts(account.reader, account.catalogue, addresses):
            if searched.problem is not None:
                raise AccountUnread(
                    f"the contacts could not be read: {searched.problem}",
                    hint="run it again later",
                )
            found.append((contact_key(searched.address), searched.contact))
            done += 1
            there += searched.contact is not None
            if len(found) == _CHUNK:
                contacts.add(found)
                found = []
            progress.update(done)
    contacts.add(found)
    return there


def _is_asked_for(context: RunContext) -> bool:
    """Whether it was asked for by an option: by this command, or by the one that began the run."""
    setting = context.settings.snapshot
    return setting.origin.startswith("flag") or not setting.value
