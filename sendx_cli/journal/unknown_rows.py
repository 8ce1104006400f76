"""The rows of a run whose outcome is unknown, and what a look at the account makes of them."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sendx_cli.core.contact.contact import Contact
from sendx_cli.core.contact.payloads import contact_from
from sendx_cli.journal.database import Database

RECONCILED = "reconciled"
"""The code of a row that was unknown, and that the account shows to have been accepted."""
_SEEN = "reconciled: seen in the account"

_READ = """
WITH keyed AS (
    SELECT number, contact_key(json_extract(payload, '$.email')) AS key FROM rows
    UNION ALL
    SELECT number, contact_key(json_extract(payload, '$.newEmail')) FROM rows
    WHERE json_extract(payload, '$.newEmail') IS NOT NULL),
latest AS (
    SELECT key, max(number) AS number FROM keyed JOIN fates USING (number)
    WHERE state IN ('accepted', 'unknown') GROUP BY key)
SELECT rows.number, {body}, settled_at,
    (SELECT max(latest.number) FROM keyed JOIN latest USING (key)
     WHERE keyed.number = rows.number) > rows.number
FROM rows JOIN fates USING (number)
WHERE rows.number >= 0 AND state = 'unknown' ORDER BY rows.number
"""


class UnknownRow(NamedTuple):
    """A row whose outcome is unknown.

    Args:
        number: Its place in the order of the file.
        contact: What was sent.
        decided_at: When it became unknown, in seconds since 1970.
        is_overtaken: Whether a later row of its contact was accepted, or may have been.
    """

    number: int
    contact: Contact
    decided_at: int
    is_overtaken: bool


class UnknownRows:
    """Reads and settles the unknown rows of a run.

    Args:
        database: The run's file; the run's lock is held.
        action: The run's action.
    """

    def __init__(self, database: Database, action: str) -> None:
        self._database = database
        self._action = action

    def __iter__(self) -> Iterator[UnknownRow]:
        """Yield them in the order of the file."""
        query = _READ.format(body=self._database.body_column)
        for number, body, decided_at, is_overtaken in self._database.read(query):
            contact = contact_from(self._action, json.loads(body))
            yield UnknownRow(number, contact, decided_at or 0, bool(is_overtaken))

    def settle(self, numbers: Iterable[int]) -> None:
        """Record that the account shows what these rows asked for: they were accepted."""
        self._change(
            "UPDATE fates SET state = 'accepted', code = ?, message = ? WHERE number = ?",
            ((RECONCILED, _SEEN, number) for number in numbers),
        )

    def note(self, seen: Iterable[tuple[int, str]]) -> None:
        """Record what was seen in place of what a row asked for; it stays unknown."""
        self._change(
            "UPDATE fates SET message = ? WHERE number = ?",
            ((message, number) for number, message in seen),
        )

    def put_back(self, numbers: Iterable[int]) -> None:
        """Make these rows pending again: the account does not show what they asked for."""
        self._change("DELETE FROM fates WHERE number = ?", ((number,) for number in numbers))

    def _change(self, statement: str, values: Iterable[tuple[object, ...]]) -> None:
        with self._database.transaction(is_synced=True) as connection:
            connection.executemany(f"{statement} AND state = 'unknown'", values)
