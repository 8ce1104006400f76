"""Where the contacts of a run went: which rows each of them took, and what they left of it.

Rows that share an address are one history, for `newEmail` lets a contact leave an address that
another one then takes. Rows whose outcome is not known make several courses possible: what the
account shows now says which of them it was, if any.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from sendx_cli.core.account.folding import folded, number_in
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.contact.contact import Contact

MAX_DOUBTFUL = 5
"""Rows in doubt of which every combination is tried; of more only none and all."""

Contacts = Mapping[str, ServiceContact | None]
"""Contacts by `contact_key`; None where there is none."""


class SentRow(NamedTuple):
    """A row that the service took, or may have taken.

    Args:
        contact: What was sent.
        is_certain: Whether it was accepted.
    """

    contact: Contact
    is_certain: bool = True


class Course(NamedTuple):
    """What became of one contact.

    Args:
        before: How it was; None if the rows created it.
        rows: Those that it took, in order.
        left: How they left it.
    """

    before: ServiceContact | None
    rows: tuple[Contact, ...]
    left: ServiceContact

    @property
    def key(self) -> str:
        """What its address is known by."""
        return contact_key(self.left.email)

    def is_as_left(self, now: ServiceContact) -> bool:
        """Whether it is now as the rows left it, as far as that can be compared."""
        left = self.left
        if left.id and now.id and left.id != now.id:
            return False
        unclear = {*left.unclear, *now.unclear}
        return (
            all(
                name in unclear or getattr(left, name) == getattr(now, name)
                for name in ("first_name", "last_name", "company")
            )
            and ("tags" in unclear or set(left.tags) == set(now.tags))
            and ("lists" in unclear or set(left.lists) == set(now.lists))
            and ("fields" in unclear or self._has_fields(now.fields))
        )

    def _has_fields(self, now: Mapping[str, str]) -> bool:
        written = {name for row in self.rows for name, _ in row.fields}
        names = {*self.left.fields, *now}
        return all(
            _is_same(self.left.fields.get(name, ""), now.get(name, ""), name in written)
            for name in names
        )


def possible_courses(before: Contacts, rows: Sequence[SentRow]) -> Iterator[dict[str, Course]]:
    """Yield what may have become of the contacts, by the key of their first address.

    The first is what follows if no row in doubt was taken.

    Args:
        before: How the contacts were.
        rows: All rows about them, in their order.
    """
    doubtful = sum(not row.is_certain for row in rows)
    choices = (
        product((False, True), repeat=doubtful)
        if doubtful <= MAX_DOUBTFUL
        else ((False,) * doubtful, (True,) * doubtful)
    )
    for choice in choices:
        taken = iter(choice)
        yield _courses(before, [row.contact for row in rows if row.is_certain or next(taken)])


def _courses(before: Contacts, rows: Sequence[Contact]) -> dict[str, Course]:
    firsts = {key: key for key, contact in before.items() if contact is not None}
    courses = {key: Course(contact, (), contact) for key, contact in before.items() if contact}
    for row in rows:
        key = contact_key(row.email)
        if key not in firsts:
            firsts[key] = _unused(key, courses)
            courses[firsts[key]] = Course(None, (), ServiceContact("", row.email))
            taken: Contact = row._replace(new_email=None)  # what it creates has none to give up
        else:
            taken = _move(firsts, key, row)
        first = firsts[contact_key(taken.new_email or row.email)]
        course = courses[first]
        courses[first] = Course(course.before, (*course.rows, taken), folded(course.left, [taken]))
    return courses


def _unused(key: str, courses: Mapping[str, Course]) -> str:
    """Return a name for the contact that is created at an address, which may be a second one."""
    while key in courses:
        key += " again"
    return key


def _move(firsts: dict[str, str], key: str, row: Contact) -> Contact:
    """Let a contact have its new address, if the row gives it one that is free."""
    if row.new_email is None:
        return row
    new_key = contact_key(row.new_email)
    if new_key != key and new_key in firsts:
        return row._replace(new_email=None)
    firsts[new_key] = firsts.pop(key)
    return row


def _is_same(left: str, now: str, is_written: bool) -> bool:  # noqa: FBT001 - private
    if left == now:
        return True
    number = number_in(left) if is_written else None
    return number is not None and number == number_in(now)
