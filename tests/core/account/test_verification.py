from collections.abc import Mapping
from typing import Any

import pytest

from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.account.verification import Difference, Verification, expectations
from sendx_cli.core.contact.contact import Contact, Identify, Track

ANN = Identify(email="ann@b.co")
SAME = Verification()


def found(**members: Any) -> ServiceContact:
    return ServiceContact("contact_1", "ann@b.co", **members)


def compared(rows: list[Contact], contact: ServiceContact) -> Verification:
    (expected,) = expectations(rows)
    return expected.compare(contact)


@pytest.mark.parametrize(
    ("rows", "members", "differences"),
    [
        ([ANN._replace(first_name="Ann")], {"first_name": "Ann"}, []),
        (
            [ANN._replace(first_name="Ann", company="Acme")],
            {"first_name": "Anne"},
            [Difference("first_name", "Ann", "Anne"), Difference("company", "Acme", "")],
        ),
        (
            [ANN._replace(first_name="Ann"), ANN._replace(first_name="Anne")],
            {"first_name": "Anne"},
            [],
        ),
        ([ANN._replace(first_name="Ann"), ANN], {"first_name": "Ann"}, []),
        (
            [ANN._replace(fields=(("Plan", "pro"), ("City", "Ulm")))],
            {"fields": {"Plan": "free"}},
            [Difference("field Plan", "pro", "free"), Difference("field City", "Ulm", "")],
        ),
        (
            [ANN._replace(tags=("vip", "new"), lists=("list_1",))],
            {"tags": ("vip",)},
            [
                Difference("tag new", "there", "not there"),
                Difference("list list_1", "there", "not there"),
            ],
        ),
        (
            [
                Track(email="ann@b.co", add_tags=("a", "b"), remove_tags=("c",)),
                Track(email="ann@b.co", add_tags=("c",), remove_tags=("b",)),
            ],
            {"tags": ("b", "c")},
            [
                Difference("tag a", "there", "not there"),
                Difference("tag b", "not there", "there"),
            ],
        ),
    ],
)
def test_what_was_sent_last_of_each_member_is_compared(
    rows: list[Contact], members: Mapping[str, Any], differences: list[Difference]
) -> None:
    """What no row names may be anything."""
    assert compared(rows, found(**members)) == Verification(tuple(differences))
    assert compared(rows, found(**{"last_name": "x", **members})).differences == tuple(differences)


def test_what_was_counted_or_cannot_be_read_is_unclear() -> None:
    """Until a plain value is written over it."""
    counting = ANN._replace(birthday="1990-01-31", fields=(("Visits", "++1"), ("Plan", "pro")))
    contact = found(fields={"Visits": "7", "Plan": "pro"})
    assert compared([counting], contact) == Verification((), ("birthday", "field Visits"))
    plain = ANN._replace(fields=(("Visits", "3"),))
    difference = Difference("field Visits", "3", "7")
    assert compared([counting, plain], contact) == Verification((difference,), ("birthday",))
    assert compared([plain, counting], contact) == Verification((), ("birthday", "field Visits"))


def test_members_that_the_answer_does_not_show_whole_are_unclear() -> None:
    """Of tags, lists and fields those that are shown are compared all the same."""
    row = ANN._replace(
        company="Acme", fields=(("Plan", "pro"),), tags=("a", "b"), lists=("list_1", "list_2")
    )
    contact = found(
        company="other",
        tags=("a",),
        lists=("list_2",),
        unclear=("company", "fields", "lists", "tags"),
    )
    unclear = ("company", "field Plan", "list list_1", "tag b")
    assert compared([row], contact) == Verification((), unclear)
    whole = contact._replace(fields={"Plan": "pro"})
    assert compared([row], whole).unclear == ("company", "list list_1", "tag b")


def test_a_contact_is_looked_for_at_its_last_address() -> None:
    """Under it its rows go on; who takes the old one is another contact."""
    rows: list[Contact] = [
        ANN._replace(first_name="Ann"),
        Identify(email="ANN@b.co", new_email="anna@b.co"),
        Track(email="anna@b.co", add_tags=("vip",)),
        ANN._replace(first_name="Other"),
        Identify(email="bob@b.co"),
    ]
    ann, other, bob = expectations(rows)
    assert [one.email for one in (ann, other, bob)] == ["anna@b.co", "ann@b.co", "bob@b.co"]
    assert (ann.texts, ann.tags) == ({"first_name": "Ann"}, {"vip": True})
    assert (other.texts, other.tags, bob.texts) == ({"first_name": "Other"}, {}, {})


def test_a_contact_that_changed_its_address_is_looked_for_once() -> None:
    """Nobody is at the old one."""
    moved = expectations([ANN, Identify(email="ann@b.co", new_email="anna@b.co")])
    assert [one.email for one in moved] == ["anna@b.co"]
