"""Beginning with a team from an account file."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sendx_cli.core.contact.address import contact_key
from sendx_cli.errors import InvalidValue, SetupError
from sendx_cli.sandbox.account import Account
from sendx_cli.sandbox.store import Store, Transaction
from sendx_cli.sandbox.team import FieldType

_HINT = "`sendx sandbox reset` empties it; without --account it is used as it is"


def begin_with(path: Path, account: Account) -> None:
    """Fill an empty sandbox with a team; one that holds anything is left alone.

    Contacts are stored in their order, so that pages give the last one first.

    Raises:
        InvalidValue: The sandbox is not empty.
        SetupError: The sandbox's file cannot be used.
    """
    try:
        with closing(Store(path)) as store, store.transaction() as transaction:
            if not transaction.is_empty():
                message = "the sandbox is not empty: --account needs an empty one"
                raise InvalidValue(message, where=str(path), hint=_HINT)
            _fill(transaction, account)
    except sqlite3.Error as error:
        raise SetupError(f"the sandbox cannot be filled: {error}", where=str(path)) from None


def _fill(transaction: Transaction, account: Account) -> None:
    for member in account.members:
        transaction.add_member(member.email, member.full_name)
    transaction.add_tags(account.tags)
    known = set()
    for field in account.fields:
        transaction.add_field(field.name, field.type, field.description)
        known.add(field.name)
    list_ids = {
        found.name: transaction.add_list(
            found.name, is_double_opt_in=found.is_double_opt_in, list_id=found.id
        )
        for found in account.lists
    }
    for contact in account.contacts:
        for name in contact.fields:
            if name not in known:
                transaction.add_field(name, FieldType.TEXT)
                known.add(name)
        lists = tuple(list_ids[name] for name in contact.lists)
        transaction.add(contact_key(contact.email), replace(contact, lists=lists))
