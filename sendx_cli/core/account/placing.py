"""Which contact of the account is which of a run's, though its address may be another by now."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sendx_cli.core.account.courses import Contacts, Course, SentRow, possible_courses
from sendx_cli.core.account.service_contact import ServiceContact


class Placed(NamedTuple):
    """A contact that took rows, or may have.

    Args:
        course: What the rows made of it: the course that fits how it is now; else what they would
            have made of it, all of them.
        now: How it is; None where it is not there.
        is_as_left: Whether it is as the rows left it.
    """

    course: Course
    now: ServiceContact | None
    is_as_left: bool


class Placing(NamedTuple):
    """The contacts of some rows.

    Args:
        contacts: Those that took rows, or may have.
        unexplained: Those that were not there before, and that took none as far as is known.
    """

    contacts: list[Placed]
    unexplained: list[ServiceContact]


def placing(before: Contacts, rows: Sequence[SentRow], now: Contacts) -> Placing:
    """Find the contacts of some rows in the account.

    Args:
        before: How the contacts were.
        rows: All rows about them, in their order.
        now: How they are.
    """
    possible = list(possible_courses(before, rows))
    free = {key: contact for key, contact in now.items() if contact is not None}
    ids = frozenset(contact.id for contact in before.values() if contact)
    found: list[Placed] = []
    for first in dict.fromkeys(first for courses in possible for first in courses):
        courses = [courses[first] for courses in possible if first in courses]
        if not any(course.rows for course in courses):
            continue
        may_be_absent = len(courses) < len(possible)
        if may_be_absent and not any(course.key in free for course in courses):
            continue  # the row in doubt that would have created it was not taken
        one = _as_left(courses, free, ids) or _anywhere(courses[-1], free)
        free = {key: contact for key, contact in free.items() if contact is not one.now}
        found.append(one)
    unexplained = [contact for contact in free.values() if contact.id not in ids]
    return Placing(found, unexplained if _may_have_left_more(rows, possible) else [])


def _as_left(
    courses: Sequence[Course], free: Mapping[str, ServiceContact], ids: frozenset[str]
) -> Placed | None:
    """Return the contact at the end of one of its courses; one that was created has no old id."""
    for course in courses:
        now = free.get(course.key)
        if now is None or (course.before is None and now.id in ids):
            continue
        if course.is_as_left(now):
            return Placed(course, now, is_as_left=True)
    return None


def _anywhere(course: Course, free: Mapping[str, ServiceContact]) -> Placed:
    """Return the contact wherever it is: by its id, else by its address."""
    now = free.get(course.key)
    if course.before is not None and course.before.id:
        now = next((one for one in free.values() if one.id == course.before.id), None)
    return Placed(course, now, is_as_left=False)


def _may_have_left_more(rows: Sequence[SentRow], possible: Sequence[Mapping[str, Course]]) -> bool:
    """Whether the rows may have left contacts that none of their courses has.

    A row that creates a contact and names a new address for it gives it that address where it is
    sent again, because its first answer was lost.
    """
    is_created = any(course.before is None for courses in possible for course in courses.values())
    return is_created and any(row.contact.new_email for row in rows)
