"""Taking a run back, as far as the API's two calls can: which rows do it, and what stays.

Identify adds and overwrites, and can empty nothing; track adds and removes tags. So tags, and
names, companies and custom fields that had a value, can be as they were; a contact cannot be
deleted, taken off a list, or lose a value that it did not have before.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sendx_cli.core.account.courses import Contacts, Course, SentRow, possible_courses
from sendx_cli.core.account.placing import placing
from sendx_cli.core.account.putting_back import moves_back, rows_back
from sendx_cli.core.account.remarks import Irreversible, NotUndone, Remark, Remarks
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.contact import Contact, Identify, Track

_UNEXPLAINED = "it was not there before, and it is not as the run would have left it"
_DOUBT = "one of its rows has an unknown outcome, and it is neither as before nor as after"


class History(NamedTuple):
    """Contacts that share rows.

    Args:
        rows: All rows about them that were sent, or may have been, in their order.
        before: How they were; addresses of which nothing is recorded are not in it.
        now: How they are.
    """

    rows: Sequence[SentRow]
    before: Contacts
    now: Contacts

    @property
    def is_recorded(self) -> bool:
        """Whether it is known of all their addresses how they were."""
        return all(key in self.before for row in self.rows for key in row.contact.contact_keys)


class UndoRules(NamedTuple):
    """How far an undo goes.

    Args:
        is_forced: Whether it takes back also what others changed since.
        assumes_new: Whether, where nothing is recorded, all tags that were added count as new.
        list_names: The names of lists by id.
    """

    is_forced: bool = False
    assumes_new: bool = False
    list_names: Mapping[str, str] = {}


class Undoing(NamedTuple):
    """What takes the rows of some contacts back.

    Args:
        rows: To be sent, in this order.
        remarks: What is not taken back.
    """

    rows: list[Contact]
    remarks: list[Remark]


def undo(history: History, rules: UndoRules) -> Undoing:
    """Return what takes the rows of these contacts back.

    Args:
        history: The contacts.
        rules: How far to go.
    """
    undoing = Undoing([], [])
    if not history.is_recorded:
        for course in _assumed_courses(history.rows):
            _take_tags(course, history.now.get(course.key), rules, undoing)
        return undoing
    moves: list[tuple[ServiceContact, str]] = []
    for course, now in _found(history, rules, undoing.remarks):
        remarks = Remarks(now.email, undoing.remarks)
        undoing.rows.extend(rows_back(course, now, rules.list_names, remarks))
        if course.before is not None and course.left.email != course.before.email:
            moves.append((now, course.before.email))
    undoing.rows.extend(moves_back(moves, history.now, undoing.remarks))
    return undoing


def _found(
    history: History, rules: UndoRules, remarks: list[Remark]
) -> Iterator[tuple[Course, ServiceContact]]:
    """Yield the contacts to be taken back, each with how it is; remark on the others."""
    found = placing(history.before, history.rows, history.now)
    is_in_doubt = not all(row.is_certain for row in history.rows)
    for course, now, is_as_left in found.contacts:
        if now is None:
            remarks.append(_gone(course))
        elif not (is_as_left or rules.is_forced):
            remarks.append(_changed(now, is_in_doubt=is_in_doubt))
        elif (leaving := _leaving(course.before, now)) and not rules.is_forced:
            remarks.append(Remark(NotUndone.LEFT, now.email, f"opted out since: {leaving}"))
        else:
            yield course, now
    remarks += [Remark(NotUndone.DOUBTFUL, now.email, _UNEXPLAINED) for now in found.unexplained]


def _gone(course: Course) -> Remark:
    return Remark(NotUndone.GONE, course.left.email, "it no longer exists")


def _changed(now: ServiceContact, *, is_in_doubt: bool) -> Remark:
    if is_in_doubt:
        return Remark(NotUndone.DOUBTFUL, now.email, _DOUBT)
    return Remark(NotUndone.CHANGED, now.email, "it was changed by others since the run")


def _leaving(before: ServiceContact | None, now: ServiceContact) -> str:
    earlier = before.opt_outs if before else ()
    return ", ".join(flag for flag in now.opt_outs if flag not in earlier)


def _assumed_courses(rows: Sequence[SentRow]) -> list[Course]:
    """Return what became of contacts of which nothing is recorded: all rows were taken."""
    assumed: dict[str, ServiceContact | None] = {}
    for row in rows:
        key, *new_keys = row.contact.contact_keys
        assumed.setdefault(key, ServiceContact("", row.contact.email))
        for new_key in new_keys:
            assumed.setdefault(new_key, None)
    *_, courses = possible_courses(assumed, rows)
    return [course for course in courses.values() if course.rows]


def _take_tags(
    course: Course, now: ServiceContact | None, rules: UndoRules, undoing: Undoing
) -> None:
    """Take back the tags alone, as if none of them was there before, if that is assumed."""
    if now is None:
        undoing.remarks.append(_gone(course))
        return
    remarks = Remarks(now.email, undoing.remarks)
    if not rules.assumes_new:
        remarks.add(NotUndone.NOT_RECORDED, "it is in no snapshot")
        return
    if now.opt_outs and not rules.is_forced:
        remarks.add(NotUndone.LEFT, f"opted out: {', '.join(now.opt_outs)}")
        return
    added = tuple(tag for tag in course.left.tags if tag in now.tags)
    if added:
        undoing.rows.append(Track(email=now.email, remove_tags=added))
    for tag in dict.fromkeys(tag for row in course.rows for tag in row.remove_tags):
        if tag not in now.tags:
            remarks.add(
                Irreversible.NOT_RECORDED, f"tag {tag}: was removed, but may have been there before"
            )
    if any(
        isinstance(row, Identify) and any(row._replace(email="", tags=())) for row in course.rows
    ):
        text = "names, fields, lists and address stay as the run set them"
        remarks.add(Irreversible.NOT_RECORDED, text)
