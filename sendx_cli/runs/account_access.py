"""The account as a run's commands see it: opened, with its names read once."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from sendx_cli.account.name_cache import keep_names
from sendx_cli.account.reader import AccountReader
from sendx_cli.core.account.catalogue import FIELDS, TAGS, Catalogue
from sendx_cli.core.account.rules import not_compared
from sendx_cli.errors import AccountUnread, KeyMissing, SetupError
from sendx_cli.runs.context import RunContext
from sendx_cli.wiring import make_account_reader


class OpenAccount(NamedTuple):
    """An account that can be read.

    Args:
        reader: Reads its contacts.
        catalogue: Its tags, custom fields, lists and first members.
    """

    reader: AccountReader
    catalogue: Catalogue


@contextmanager
def open_account(context: RunContext) -> Iterator[OpenAccount | None]:
    """Open the account of a run, and read its names; None where the run does not use it.

    What could not be read of its names is told in one line, and is no reason to stop. A dry run
    does without the account where there is no usable key, unless it needs it.

    Raises:
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    reader = _reader(context)
    if reader is None:
        yield None
        return
    with closing(reader):
        account = OpenAccount(reader, reader.catalogue())
        _keep_names(context, account.catalogue)
        _tell_unread(context, not_compared(account.catalogue, context.spec.action))
        yield account


@contextmanager
def require_account(context: RunContext) -> Iterator[OpenAccount]:
    """Open the account for what needs it, whatever the run's own options are.

    Raises:
        AccountUnread: Its tags or custom fields could not be read to their end.
        SetupError: There is no usable key, or the certificate authorities cannot be read.
    """
    reader = _make_reader(context)
    with closing(reader):
        account = OpenAccount(reader, reader.catalogue())
        refuse_unread(account)
        _keep_names(context, account.catalogue)
        yield account


def refuse_unread(account: OpenAccount) -> None:
    """Refuse to go by an account whose tags or custom fields are not known.

    Raises:
        AccountUnread: They could not be read to their end.
    """
    for path in (TAGS, FIELDS):
        if path in account.catalogue.problems:
            raise AccountUnread(
                f"the account could not be read: {account.catalogue.problems[path]}",
                hint="run it again later",
            )


def _reader(context: RunContext) -> AccountReader | None:
    if not context.spec.uses_account:
        return None
    try:
        return _make_reader(context)
    except SetupError as error:
        if not context.mode.is_dry or context.spec.existing_only:
            raise
        if context.spec.only_changed or not isinstance(error, KeyMissing):
            _tell_unread(context, error.message)
        return None


def _make_reader(context: RunContext) -> AccountReader:
    mode = context.mode
    return make_account_reader(
        context.runtime,
        context.settings,
        sandbox=mode.is_sandbox,
        max_outage_s=mode.max_outage_s,
    )


def _keep_names(context: RunContext, catalogue: Catalogue) -> None:
    """Keep the account's names for completions; those of the sandbox are nobody's account."""
    if not context.mode.is_sandbox:
        keep_names(catalogue, context.settings)


def _tell_unread(context: RunContext, reason: str | None) -> None:
    if reason is not None:
        context.output.note(f"not compared with the account: {reason}")
