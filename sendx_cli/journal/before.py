"""How the contacts of a run were before its first write: the snapshot that its undo starts from."""

from collections.abc import Iterable, Iterator

from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.journal.database import Database

_CHUNK = 1000
_UNRECORDED = """
WITH addressed AS (
    SELECT number, json_extract(payload, '$.email') AS address FROM rows
    UNION ALL
    SELECT number, json_extract(payload, '$.newEmail') FROM rows
    WHERE json_extract(payload, '$.newEmail') IS NOT NULL),
keyed AS (
    SELECT number, address, contact_key(address) AS key FROM addressed),
sent AS (
    SELECT key FROM keyed JOIN fates USING (number))
SELECT min(address) FROM keyed LEFT JOIN fates USING (number)
WHERE number >= 0 AND fates.number IS NULL
    AND key NOT IN (SELECT key FROM before) AND key NOT IN (SELECT key FROM sent)
GROUP BY key ORDER BY min(number)
"""


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

    def unrecorded(self) -> list[str]:
        """Return the addresses of pending rows whose contact is not recorded, each contact once.

        A contact of which a row was sent is left out: nothing says any more how it was before.
        """
        return [address for (address,) in self._database.read(_UNRECORDED)]

    def __bool__(self) -> bool:
        """Whether any contact is recorded."""
        return bool(self._database.read("SELECT 1 FROM before LIMIT 1"))

    def clear(self) -> None:
        """Forget them all: they were not read to the end."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM before")

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
