"""How the contacts of a run were before its first write: the snapshot that its undo starts from."""

from collections.abc import Iterable, Iterator

from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.journal.database import Database

_CHUNK = 1000


class ContactsBefore:
    """The snapshot in a run's journal, by contact.

    Args:
        database: The run's file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, contacts: Iterable[tuple[str, ServiceContact | None]]) -> None:
        """Record contacts by `contact_key`; None: it was searched for, and there is none.

        What is recorded of a contact already stays: the run may have changed it since.
        """
        values = [(key, contact and contact.to_text()) for key, contact in contacts]
        with self._database.transaction(is_synced=True) as connection:
            connection.executemany("INSERT OR IGNORE INTO before VALUES (?, ?)", values)

    def __iter__(self) -> Iterator[tuple[str, ServiceContact | None]]:
        """Yield all of them, in the order of their keys."""
        query = "SELECT key, contact FROM before WHERE key > ? ORDER BY key LIMIT ?"
        last = ""
        while chunk := self._database.read(query, (last, _CHUNK)):
            for key, text in chunk:
                yield key, None if text is None else ServiceContact.from_text(text)
            last = chunk[-1][0]

    def find(self, key: str) -> tuple[bool, ServiceContact | None]:
        """Return whether a contact is recorded, and how it was; None: there was none."""
        found = self._database.read("SELECT contact FROM before WHERE key = ?", (key,))
        if not found or found[0][0] is None:
            return bool(found), None
        return True, ServiceContact.from_text(found[0][0])
