"""Leaving rows out that would change nothing: they get the state *unchanged* before a run starts.

All rows of a contact or none. Which rows a contact has is found by SQLite, in temporary tables, so
that a run of any length needs no more memory for it.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator

from sendx_cli.core.contact.contact import Contact
from sendx_cli.core.contact.payloads import contact_from
from sendx_cli.journal.database import Database

_CHUNK_ROWS = 1000
_TABLES = (
    "CREATE TEMP TABLE concerned (key TEXT NOT NULL, number INTEGER NOT NULL, is_always INTEGER)",
    "CREATE TEMP TABLE compared (key TEXT PRIMARY KEY, is_same INTEGER) WITHOUT ROWID",
)
_FILL = (
    "CREATE INDEX temp.concerned_by_key ON concerned (key, number)",
    "INSERT INTO compared SELECT key, NULL FROM concerned GROUP BY key HAVING NOT max(is_always)",
)
_DROP = ("DROP TABLE IF EXISTS temp.concerned", "DROP TABLE IF EXISTS temp.compared")
_ROWS = """
SELECT rows.number, {body} FROM rows LEFT JOIN fates USING (number)
WHERE rows.number > ? AND fates.number IS NULL ORDER BY rows.number LIMIT ?
"""
_ROWS_OF_CONTACT = """
SELECT number, {body} FROM concerned JOIN rows USING (number)
WHERE key = ? AND number > ? ORDER BY number LIMIT ?
"""
_COUNT = "SELECT count(*), count(DISTINCT key) FROM concerned JOIN compared USING (key)"
_DECIDE = "UPDATE compared SET is_same = ? WHERE key = ? AND is_same IS NULL"
_DISTRUST = "UPDATE compared SET is_same = 0 WHERE key = ?"
_LEAVE_OUT = """
INSERT INTO fates (number, state)
SELECT number, 'unchanged' FROM concerned JOIN compared USING (key) WHERE is_same ORDER BY number
"""


class ContactsCompared:
    """The contacts whose pending rows may turn out to change nothing.

    Args:
        database: The run's file; nothing was sent yet.
        action: `identify` or `track`.
        is_always_sent: Tells of a row that it is sent in any case, with all of its contacts' rows.
    """

    def __init__(
        self, database: Database, action: str, is_always_sent: Callable[[Contact], bool]
    ) -> None:
        self._database = database
        self._action = action
        self._rows_of_contact = _ROWS_OF_CONTACT.format(body=database.body_column)
        with database.transaction() as connection:
            for statement in (*_DROP, *_TABLES):
                connection.execute(statement)
            self._note_contacts(connection, is_always_sent)
            for statement in _FILL:
                connection.execute(statement)
        ((self.rows, self.contacts),) = database.read(_COUNT)
        self.seen = 0
        """Contacts that were decided on."""

    def __contains__(self, key: str) -> bool:
        """Whether a contact is to be compared."""
        return bool(self._database.read("SELECT 1 FROM compared WHERE key = ?", (key,)))

    def rows_of(self, key: str) -> Iterator[Contact]:
        """Yield what the rows of a contact say, in the file's order."""
        last, is_more = -1, True
        while is_more:
            chunk = self._database.read(self._rows_of_contact, (key, last, _CHUNK_ROWS))
            for number, body in chunk:
                yield contact_from(self._action, json.loads(body))
                last = number
            is_more = len(chunk) == _CHUNK_ROWS

    def decide(self, decisions: Iterable[tuple[str, bool]]) -> None:
        """Record of contacts that were seen whether all their rows change nothing.

        Args:
            decisions: Each contact's `contact_key` with that. Of an address that several contacts
                of the account have, nothing is certain: its rows are sent.
        """
        with self._database.transaction() as connection:
            for key, is_same in decisions:
                if connection.execute(_DECIDE, (is_same, key)).rowcount:
                    self.seen += 1
                else:
                    connection.execute(_DISTRUST, (key,))

    def leave_out(self) -> tuple[int, int]:
        """Make the rows of contacts that they would not change *unchanged*; nothing else follows.

        Returns:
            How many rows they are, and of how many contacts.
        """
        ((contacts,),) = self._database.read("SELECT count(*) FROM compared WHERE is_same")
        with self._database.transaction() as connection:
            rows = connection.execute(_LEAVE_OUT).rowcount
            for statement in _DROP:
                connection.execute(statement)
        return rows, int(contacts)

    def _note_contacts(
        self, connection: sqlite3.Connection, is_always_sent: Callable[[Contact], bool]
    ) -> None:
        query, last = _ROWS.format(body=self._database.body_column), -1
        while chunk := self._database.read(query, (last, _CHUNK_ROWS)):
            concerned = []
            for number, body in chunk:
                contact = contact_from(self._action, json.loads(body))
                is_always = is_always_sent(contact)
                concerned += [(key, number, is_always) for key in set(contact.contact_keys)]
                last = number
            connection.executemany("INSERT INTO concerned VALUES (?, ?, ?)", concerned)
