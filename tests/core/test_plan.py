from datetime import date

from sendx_cli.core.address_changes import Collision, CollisionKind
from sendx_cli.core.columns import ColumnOptions, explain
from sendx_cli.core.contact import Identify, Track
from sendx_cli.core.look_alikes import look_alikes
from sendx_cli.core.plan import Plan, PlanBuilder
from sendx_cli.core.source_rows import Departed, RowError

MAPPING = explain(("email", "tags"), ColumnOptions())
TODAY = date(2026, 1, 31)


def planned(*contacts: Identify | Track) -> Plan:
    builder = PlanBuilder(MAPPING, "contacts.csv")
    for line, contact in enumerate(contacts, start=2):
        builder.add(contact, line)
    return builder.plan()


def person(email: str, *, new_email: str | None = None) -> Identify:
    return Identify.checked(email, today=TODAY, new_email=new_email)


def test_counts_rows_contacts_and_duplicates() -> None:
    """Two spellings of one address are one contact."""
    plan = planned(person("a@b.co"), person("A@B.co"), person("c@d.co"))
    assert (plan.rows, plan.to_send, plan.contacts, plan.duplicates) == (3, 3, 2, 1)


def test_counts_bad_rows_and_people_held_back_apart() -> None:
    """All rows of the file are accounted for."""
    builder = PlanBuilder(MAPPING, "contacts.csv")
    builder.add(person("a@b.co"), 2)
    builder.bad(RowError(3, "the address is empty", column="email"))
    builder.held_back(Departed(4, "c@d.co", "Status is Unsubscribed"))
    plan = builder.plan()
    assert (plan.rows, plan.to_send, plan.bad.count, plan.held_back.total) == (3, 1, 1, 1)


def test_counts_each_tag_and_field() -> None:
    """Tags start mails and fields are created, so each is named with its rows."""
    identify = Identify.checked(
        "a@b.co", today=TODAY, tags=["x", "y"], fields=[("Plan", "pro"), ("visits", "++1")]
    )
    plan = planned(identify, Identify.checked("c@d.co", today=TODAY, tags=["x"]))
    assert dict(plan.tags_added.names) == {"x": 2, "y": 1}
    assert dict(plan.fields.names) == {"Plan": 1, "visits": 1}
    assert dict(plan.counting_fields.names) == {"visits": 1}
    plan = planned(Track.checked("a@b.co", add_tags=["x"], remove_tags=["y"]))
    assert dict(plan.tags_added.names) == {"x": 1}
    assert dict(plan.tags_removed.names) == {"y": 1}


def test_names_that_differ_only_in_case_or_spacing_are_pointed_out() -> None:
    """Most likely one was mistyped, and a tag that is created cannot be taken back."""
    assert look_alikes(["Plan", "VIP", "plan ", "vip", "V-I-P"]) == (
        ("Plan", "plan "),
        ("VIP", "vip"),
    )


def test_changes_of_address_that_get_into_each_others_way_are_told_with_their_lines() -> None:
    """Two rows to one address, a chain, an address that is taken, one that is left behind."""
    plan = planned(
        person("a@b.co", new_email="b@b.co"),
        person("b@b.co", new_email="c@b.co"),
        person("x@b.co", new_email="c@b.co"),
        person("d@b.co", new_email="e@b.co"),
        person("e@b.co"),
        person("d@b.co"),
    )
    assert set(plan.collisions.first) == {
        Collision(2, 3, CollisionKind.CHAIN),
        Collision(3, 4, CollisionKind.SAME_TARGET),
        Collision(5, 6, CollisionKind.TAKEN),
        Collision(5, 7, CollisionKind.LEFT_BEHIND),
    }
    assert plan.collisions.count == 4
