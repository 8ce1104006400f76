"""Contacts named on the command line, where what was asked for needs the account."""

from collections.abc import Sequence
from contextlib import closing

from sendx_cli.core.account.catalogue import FIELDS, LISTS, TAGS
from sendx_cli.core.account.rules import AccountRules, Fault, WithoutAccount
from sendx_cli.core.contact.contact import Contact
from sendx_cli.errors import InvalidValue
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings
from sendx_cli.wiring import make_account_reader


def by_account(
    runtime: Runtime, settings: Settings, contacts: Sequence[Contact], *, sandbox: bool
) -> list[Contact]:
    """Return contacts as their account takes them: lists by their ids, no name that is new.

    Args:
        runtime: What the command needs.
        settings: The settings in force.
        contacts: All of one action.
        sandbox: Whether the sandbox stands in for the service.

    Raises:
        InvalidValue: The account does not take one, or is not to be read.
        AccountUnread: It could not be read to its end.
        SetupError: There is no usable key.
    """
    rules: AccountRules | WithoutAccount
    if settings.account.value:
        is_fenced = settings.existing_only.value
        with closing(make_account_reader(runtime, settings, sandbox=sandbox)) as reader:
            catalogue = reader.catalogue((TAGS, FIELDS, LISTS) if is_fenced else (LISTS,))
        rules = AccountRules(catalogue, contacts[0].action, existing_only=is_fenced)
    else:
        rules = WithoutAccount("which is not read here (--no-account, or account = false)")
    return [_taken(rules, contact) for contact in contacts]


def _taken(rules: AccountRules | WithoutAccount, contact: Contact) -> Contact:
    found = rules.apply(contact)
    if isinstance(found, Fault):
        raise InvalidValue(found.message, hint=found.hint)
    return found
