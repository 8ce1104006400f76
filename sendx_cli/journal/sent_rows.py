"""The rows of a run that the service took, or may have taken, contact by contact."""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from sendx_cli.core.account.courses import SentRow
from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.contact.payloads import contact_from
from sendx_cli.journal.database import Database
from sendx_cli.journal.rows import State

_CHUNK_ROWS = 1000
_CHANGES = """
SELECT json_extract(payload, '$.email'), json_extract(payload, '$.newEmail') FROM rows
WHERE json_extract(payload, '$.newEmail') IS NOT NULL
"""
# Rows that left the file stand below 0, the first at -1. The order in which rows were sent is
# that of their outcomes, to the second; within one, those that left the file come first.
_COLLECT = """
CREATE TEMP TABLE sent_rows AS
SELECT first_key(json_extract(payload, '$.email')) AS contact,
    coalesce(settled_at, 1 << 62) AS moment,
    CASE WHEN number < 0 THEN -number - (1 << 40) ELSE number END AS place,
    number, coalesce(state, 'pending') AS state
FROM rows LEFT JOIN fates USING (number)
WHERE coalesce(state, 'pending') IN ('pending', 'in_flight', 'accepted', 'failed', 'unknown')
    OR (attempts > 0 AND json_extract(payload, '$.newEmail') IS NOT NULL)
"""
_INDEX = "CREATE INDEX temp.sent_rows_by_contact ON sent_rows (contact, moment, place)"
_READ = """
SELECT contact, moment, place, state, coalesce(sent, payload)
FROM sent_rows JOIN rows USING (number)
WHERE (contact, moment, place) > (?, ?, ?) ORDER BY contact, moment, place LIMIT ?
"""
_ADDRESSES = """
WITH addressed AS (
    SELECT place, json_extract(payload, '$.email') AS address
    FROM sent_rows JOIN rows USING (number)
    UNION ALL
    SELECT place, json_extract(payload, '$.newEmail')
    FROM sent_rows JOIN rows USING (number) WHERE json_extract(payload, '$.newEmail') IS NOT NULL)
SELECT min(address) FROM addressed GROUP BY contact_key(address) ORDER BY min(place)
"""


class SentRows:
    """The rows of a run by contact; contacts that share rows (`newEmail`) count as one.

    Args:
        database: The run's file.
        action: The run's action.
    """

    def __init__(self, database: Database, action: str) -> None:
        self._database = database
        self._action = action
        self._parents: dict[str, str] = {}
        for address, new_address in database.read(_CHANGES):
            first, second = self._first_key(address), self._first_key(new_address)
            if first != second:
                self._parents[second] = first
        database.add_function("first_key", self._first_key)
        database.read("DROP TABLE IF EXISTS temp.sent_rows")
        database.read(_COLLECT)
        database.read(_INDEX)

    def addresses(self) -> list[str]:
        """Return the addresses that the rows name, each contact's once."""
        return [address for (address,) in self._database.read(_ADDRESSES)]

    def by_contact(self) -> Iterator[list[SentRow]]:
        """Yield the rows of each contact, in the order in which they were sent."""
        for _contact, rows in groupby(self._rows(), itemgetter(0)):
            found = list(self._taken((state, body) for _, state, body in rows))
            if found:
                yield found

    def _rows(self) -> Iterator[tuple[str, State, str]]:
        last = ("", -1, 0)
        while chunk := self._database.read(_READ, (*last, _CHUNK_ROWS)):
            for contact, moment, place, state, body in chunk:
                yield contact, State(state), body
                last = contact, moment, place

    def _taken(self, rows: Iterator[tuple[State, str]]) -> Iterator[SentRow]:
        """Yield the rows that were taken for certain, and those that may have been.

        A failed row may have been applied although the service said otherwise. A change of address
        that --retry-unknown sent again after its answer was lost is rejected, for the new one is
        taken. And a pending row may have been sent where it may be repeated, for then it is not
        marked before; but not before the earlier rows of its contact were decided.
        """
        waiting: set[str] = set()
        for state, body in rows:
            contact = contact_from(self._action, json.loads(body))
            if state is State.PENDING:
                is_next = waiting.isdisjoint(contact.contact_keys)
                waiting.update(contact.contact_keys)
                if not (is_next and contact.is_repeatable):
                    continue
            yield SentRow(contact, is_certain=state is State.ACCEPTED)

    def _first_key(self, address: str) -> str:
        key = contact_key(address)
        while key in self._parents:
            key = self._parents[key]
        return key
