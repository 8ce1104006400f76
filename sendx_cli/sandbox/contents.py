"""Listing the contacts in the sandbox, and emptying it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sendx_cli.core.contact.address import contact_key
from sendx_cli.errors import SetupError, reason_of
from sendx_cli.sandbox.app import members_of
from sendx_cli.sandbox.records import Kept
from sendx_cli.sandbox.store import Store


def contacts(path: Path, email: str | None = None) -> list[dict[str, object]]:
    """Return the contacts under the API's member names, and `lists`, in the order of creation.

    Args:
        path: The sandbox's file; where there is none, there are no contacts.
        email: Only the contact of this address.

    Raises:
        SetupError: The file cannot be used.
    """
    if not path.exists():
        return []
    try:
        with closing(Store(path)) as store, store.transaction() as transaction:
            if email is None:
                return [_members(kept) for kept in transaction.contacts()]
            found = transaction.find(contact_key(email))
            return [] if found is None else [_members(found)]
    except sqlite3.Error as error:
        raise SetupError(f"the sandbox cannot be read: {error}", where=str(path)) from None


def reset(path: Path) -> None:
    """Delete everything; a running server continues with an empty sandbox.

    A file that is no sandbox of this version is taken away.

    Raises:
        SetupError: The file can be neither emptied nor taken away.
    """
    if not path.exists():
        return
    try:
        store = Store(path)
    except SetupError:
        _remove(path)
        return
    try:
        with closing(store), store.transaction() as transaction:
            transaction.clear()
    except sqlite3.Error as error:
        raise SetupError(f"the sandbox cannot be emptied: {error}", where=str(path)) from None


def _remove(path: Path) -> None:
    try:
        for suffix in ("", "-wal", "-shm", "-journal"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(
            f"the sandbox's file cannot be removed: {reason_of(error)}", where=str(path)
        ) from None


def _members(kept: Kept) -> dict[str, object]:
    return {**members_of(kept), "lists": list(kept.record.lists)}
