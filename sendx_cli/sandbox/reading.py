"""What the store answers to reads: pages of what a team has.

SendX documents no order of pages. Tags, fields and lists come in the order of their creation.
Contacts come **most recently changed first**: a contact that is created or changed while pages are
read moves to the front, so that a reader sees some contacts twice, and may not see the moved one at
all. A write that leaves a contact as it was moves nothing.
"""

import sqlite3
from collections.abc import Iterable

from sendx_cli.sandbox.queries import Page
from sendx_cli.sandbox.records import DatedContact, record_of
from sendx_cli.sandbox.team import ContactList, CustomField, FieldType, Member, Tag

_CONTACT = "SELECT id, record, created, updated FROM contacts"
_BY_NUMBERS = 500


class Reading:
    """The reads of one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def tags(self, page: Page) -> list[Tag]:
        """Return a page of the tags."""
        query = "SELECT number, name, created FROM tags ORDER BY number LIMIT ? OFFSET ?"
        rows = self._database.execute(query, (page.limit, page.offset))
        return [Tag(number=row[0], name=row[1], created=row[2]) for row in rows]

    def fields(self, page: Page) -> list[CustomField]:
        """Return a page of the custom fields whose names hold what is searched for."""
        query = "SELECT number, name, type, description FROM fields ORDER BY number"
        found = [
            CustomField(number=row[0], name=row[1], type=FieldType(row[2]), description=row[3])
            for row in self._database.execute(query)
            if page.search in row[1].casefold()
        ]
        return found[page.offset : page.offset + page.limit]

    def lists(self, page: Page) -> list[ContactList]:
        """Return a page of the lists whose names hold what is searched for."""
        query = "SELECT id, name, is_double_opt_in, created FROM lists ORDER BY number"
        found = [
            ContactList(id=row[0], name=row[1], is_double_opt_in=bool(row[2]), created=row[3])
            for row in self._database.execute(query)
            if page.search in row[1].casefold()
        ]
        return found[page.offset : page.offset + page.limit]

    def members(self) -> list[Member]:
        """Return the team's members; none where it was given none."""
        query = "SELECT number, email, full_name, created FROM members ORDER BY number"
        return [
            Member(number=row[0], email=row[1], full_name=row[2], created=row[3])
            for row in self._database.execute(query)
        ]

    def contacts(self, page: Page) -> list[DatedContact]:
        """Return a page of the contacts whose name or address holds what is searched for."""
        # Skipping goes over the index alone; the rows are looked up for those of the page.
        condition = "WHERE instr(searched, ?) " if page.search else ""
        query = (
            f"{_CONTACT} WHERE number IN (SELECT number FROM contacts {condition}"  # noqa: S608 - ours
            "ORDER BY place DESC LIMIT ? OFFSET ?) ORDER BY place DESC"
        )
        values = (page.search,) if page.search else ()
        rows = self._database.execute(query, (*values, page.limit, page.offset))
        return [_contact(row) for row in rows]

    def contact(self, contact_id: str) -> DatedContact | None:
        """Return the contact of an id."""
        row = self._database.execute(f"{_CONTACT} WHERE id = ?", (contact_id,)).fetchone()
        return None if row is None else _contact(row)

    def tag_numbers(self, names: Iterable[str]) -> dict[str, int]:
        """Return the numbers of tags that exist, by name."""
        return self._numbers("tags", names)

    def field_numbers(self, names: Iterable[str]) -> dict[str, int]:
        """Return the numbers of custom fields that exist, by name."""
        return self._numbers("fields", names)

    def _numbers(self, table: str, names: Iterable[str]) -> dict[str, int]:
        wanted = list(dict.fromkeys(names))
        found: dict[str, int] = {}
        for start in range(0, len(wanted), _BY_NUMBERS):
            part = wanted[start : start + _BY_NUMBERS]
            marks = ",".join("?" * len(part))
            query = f"SELECT name, number FROM {table} WHERE name IN ({marks})"  # noqa: S608 - ours
            found.update(self._database.execute(query, part).fetchall())
        return found


def _contact(row: tuple[str, str, str, str]) -> DatedContact:
    return DatedContact(row[0], record_of(row[1]), row[2], row[3])
