from typing import Any

import pytest

from sendx_cli.core.account.courses import Contacts, Course, SentRow, possible_courses
from sendx_cli.core.account.placing import Placed, Placing, placing
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.contact import Contact, Identify, Track

ANN = ServiceContact("contact_1", "ann@b.co", first_name="Ann", tags=("old",))
BOB = ServiceContact("contact_2", "bob@b.co")
TAG = Track(email="ann@b.co", add_tags=("vip",))
TAGGED = ANN._replace(tags=("old", "vip"))
MOVE = Identify(email="ann@b.co", new_email="anna@b.co")


def at(*contacts: ServiceContact, absent: tuple[str, ...] = ()) -> Contacts:
    return {**{one.email: one for one in contacts}, **dict.fromkeys(absent)}


def sure(*rows: Contact) -> list[SentRow]:
    return [SentRow(row) for row in rows]


def doubtful(row: Contact) -> SentRow:
    return SentRow(row, is_certain=False)


def test_a_contact_is_found_as_its_rows_left_it() -> None:
    """At the address that it has by now; one that took no row is no matter of theirs."""
    rows = sure(TAG, MOVE)
    moved = TAGGED._replace(email="anna@b.co")
    found = placing(at(ANN, BOB, absent=("anna@b.co",)), rows, at(moved, BOB, absent=("ann@b.co",)))
    assert found == Placing([Placed(Course(ANN, (TAG, MOVE), moved), moved, is_as_left=True)], [])


@pytest.mark.parametrize(
    "change",
    [
        {"first_name": "Anne"},
        {"company": "x"},
        {"tags": ("old",)},
        {"tags": ("old", "vip", "more")},
        {"lists": ("list_1",)},
        {"fields": {"Plan": "x"}},
        {"id": "contact_9"},
    ],
)
def test_a_contact_that_was_changed_since_is_not_as_its_rows_left_it(
    change: dict[str, Any],
) -> None:
    """In any member, or as somebody else at its address."""
    (found,) = placing(at(ANN), sure(TAG), at(TAGGED._replace(**change))).contacts
    assert (found.course, found.is_as_left) == (Course(ANN, (TAG,), TAGGED), False)


def test_what_cannot_be_compared_does_not_count_against_it() -> None:
    """Nor does the order of tags, nor an id that one of both lacks."""
    row = TAG
    for now in (
        TAGGED._replace(tags=("vip", "old")),
        TAGGED._replace(tags=(), unclear=("tags",)),
        TAGGED._replace(first_name="", unclear=("first_name",)),
        TAGGED._replace(fields={"x": "y"}, unclear=("fields",)),
        TAGGED._replace(lists=("list_1",), unclear=("lists",)),
        TAGGED._replace(id=""),
    ):
        (found,) = placing(at(ANN), sure(row), at(now)).contacts
        assert found.is_as_left, now


def test_numbers_that_rows_wrote_are_compared_as_numbers() -> None:
    """A service may say 5.0 of 5; of a field that no row wrote every change is one."""
    row = Identify(email="ann@b.co", fields=(("Visits", "5"),))
    before = ANN._replace(fields={"Age": "30"})
    for visits, age, is_same in (
        ("5.0", "30", True),
        ("5", "30.0", False),
        ("6", "30", False),
        ("five", "30", False),
        ("", "30", False),
    ):
        now = before._replace(fields={"Visits": visits, "Age": age})
        (found,) = placing(at(before), sure(row), at(now)).contacts
        assert found.is_as_left is is_same, (visits, age)


def test_a_doubtful_row_was_taken_if_the_contact_shows_it() -> None:
    """Where the contact is neither as before nor as after, nothing is certain."""
    for now, taken, is_as_left in (
        (ANN, (), True),
        (TAGGED, (TAG,), True),
        (ANN._replace(company="x"), (TAG,), False),
    ):
        (found,) = placing(at(ANN), [doubtful(TAG)], at(now)).contacts
        assert (found.course.rows, found.is_as_left) == (taken, is_as_left), now


def test_a_contact_that_a_doubtful_row_would_have_created_may_be_missing() -> None:
    """Others after it are looked for all the same; a certain row must have created its contact."""
    new = Identify(email="new@b.co")
    rows = [doubtful(new), SentRow(TAG)]
    found = placing(at(ANN, absent=("new@b.co",)), rows, at(TAGGED, absent=("new@b.co",)))
    assert [one.now for one in found.contacts] == [TAGGED]
    late = [doubtful(new), SentRow(Identify(email="other@b.co"))]
    other = ServiceContact("contact_3", "other@b.co")
    found = placing(at(absent=("new@b.co", "other@b.co")), late, at(other, absent=("new@b.co",)))
    assert [one.now for one in found.contacts] == [other]
    (gone,) = placing(at(absent=("new@b.co",)), sure(new), at(absent=("new@b.co",))).contacts
    assert (gone.now, gone.is_as_left) == (None, False)


def test_a_contact_that_was_created_is_none_of_those_before() -> None:
    """Its old holder may have its address again: that is not who the rows created."""
    rows = sure(MOVE, Identify(email="ann@b.co", first_name="Ann"))
    created = ServiceContact("contact_5", "ann@b.co", first_name="Ann")
    moved = ANN._replace(email="anna@b.co")
    before = at(ANN, absent=("anna@b.co",))
    found = placing(before, rows, at(moved, created)).contacts
    assert [(one.now, one.is_as_left) for one in found] == [(moved, True), (created, True)]
    swapped = [ANN._replace(tags=()), created._replace(email="anna@b.co")]
    found = placing(before, rows, at(*swapped)).contacts
    assert [one.is_as_left for one in found] == [False, False]
    assert found[0].now == swapped[0]


def test_who_took_no_row_is_unexplained_where_one_may_have_been_created_twice() -> None:
    """A row whose first answer was lost may have created a contact at its new address, too."""
    row = Identify(email="new@b.co", new_email="newer@b.co")
    before = at(absent=("new@b.co", "newer@b.co"))
    created = ServiceContact("contact_7", "new@b.co")
    second = ServiceContact("contact_8", "newer@b.co")
    found = placing(before, sure(row), at(created, second))
    assert ([one.now for one in found.contacts], found.unexplained) == ([created], [second])
    beside = placing({**before, **at(ANN)}, sure(TAG, row), at(TAGGED, created, second))
    assert ([one.now for one in beside.contacts], beside.unexplained) == (
        [TAGGED, created],
        [second],
    )
    plain = placing(before, sure(row._replace(new_email=None)), at(created, second))
    assert plain.unexplained == []
    known = placing(at(ANN, absent=("anna@b.co",)), sure(MOVE), at(ANN, second))
    assert known.unexplained == []


def test_of_many_doubtful_rows_none_and_all_are_tried() -> None:
    """Of five every combination."""
    for count, courses in ((0, 1), (1, 2), (5, 32), (6, 2)):
        rows = [doubtful(TAG._replace(add_tags=(f"t{n}",))) for n in range(count)]
        found = [len(one["ann@b.co"].rows) for one in possible_courses(at(ANN), rows)]
        assert len(found) == courses
        assert (found[0], found[-1]) == (0, count)


def test_an_address_that_somebody_has_is_not_taken_from_them() -> None:
    """The service ignores such a change; another spelling of one's own is none."""
    rows = sure(MOVE._replace(new_email="bob@b.co", first_name="X"))
    (courses,) = possible_courses(at(ANN, BOB), rows)
    assert courses["ann@b.co"].left == ANN._replace(first_name="X")
    assert courses["bob@b.co"].left == BOB
    (courses,) = possible_courses(at(ANN), sure(MOVE._replace(new_email="Ann@b.co")))
    assert courses["ann@b.co"].left == ANN._replace(email="Ann@b.co")


def test_rows_at_an_address_that_was_left_create_a_contact_of_its_own() -> None:
    """The one that left it goes on under its new address."""
    rows = sure(
        MOVE, Identify(email="ann@b.co", company="New"), Track(email="anna@b.co", add_tags=("x",))
    )
    (courses,) = possible_courses(at(ANN, absent=("anna@b.co",)), rows)
    old, new = courses.values()
    assert old.left == ANN._replace(email="anna@b.co", tags=("old", "x"))
    assert (new.before, new.left) == (None, ServiceContact("", "ann@b.co", company="New"))
