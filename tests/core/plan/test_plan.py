from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.contact.contact import Identify, Track
from sendx_cli.core.mapping.columns import ColumnMapping, ColumnOptions, explain
from sendx_cli.core.mapping.source_rows import OptedOut, RowError
from sendx_cli.core.plan.address_changes import Collision, CollisionKind, Collisions
from sendx_cli.core.plan.bad_rows import BadRowKind, BadRows
from sendx_cli.core.plan.name_counts import NameCounts
from sendx_cli.core.plan.plan import Plan, PlanBuilder


def mapped(*header: str, action: str = "identify") -> ColumnMapping:
    return explain(header, ColumnOptions(action=action))


def test_an_identify_is_counted_in_all_that_it_writes() -> None:
    """Rows, contacts, tags, lists, custom fields, counters, oddities, and what collides."""
    mapping = mapped("email", "tags")
    builder = PlanBuilder(mapping, "people.csv", ('found ";" as the delimiter',))
    ann = Identify(email="ann@b.co", tags=("vip",), fields=(("Plan", "a"), ("Points", "++5")))
    builder.add(ann, 2, ("Phone was rounded by a spreadsheet: 1E+9",))
    builder.add(Identify(email="ANN@b.co", tags=("VIP",), fields=(("plan ", "b"),)), 3)
    builder.add(Identify(email="bob@b.co", new_email="ann@b.co", lists=("list_x",)), 4)
    bad = RowError(5, "email is empty", "email")
    builder.bad(bad)
    assert builder.plan() == Plan(
        source="people.csv",
        mapping=mapping,
        layout_notes=('found ";" as the delimiter',),
        to_send=3,
        contacts=2,
        new_addresses=1,
        bad=BadRows(1, (bad,), (BadRowKind("email is empty", "email", 1, 5),)),
        tags_added=NameCounts((("VIP", 1), ("vip", 1))),
        lists=NameCounts((("list_x", 1),)),
        fields=NameCounts((("Plan", 1), ("Points", 1), ("plan ", 1))),
        counting_fields=NameCounts((("Points", 1),)),
        row_notes=NameCounts((("Phone was rounded by a spreadsheet", 1),)),
        similar_tags=(("VIP", "vip"),),
        similar_fields=(("Plan", "plan "),),
        collisions=Collisions(1, (Collision(4, 2, CollisionKind.TAKEN),)),
    )
    assert (builder.plan().rows, builder.plan().duplicates) == (4, 1)


def test_a_track_is_counted_by_its_tags() -> None:
    """A tag that is added looks like one that is removed."""
    mapping = mapped("email", action="track")
    builder = PlanBuilder(mapping, "-")
    builder.add(Track(email="ann@b.co", add_tags=("Customer",), remove_tags=("lead",)), 2)
    builder.add(Track(email="ann@b.co", remove_tags=("customer", "lead")), 3)
    assert builder.plan() == Plan(
        source="-",
        mapping=mapping,
        to_send=2,
        contacts=1,
        tags_added=NameCounts((("Customer", 1),)),
        tags_removed=NameCounts((("lead", 2), ("customer", 1))),
        similar_tags=(("Customer", "customer"),),
    )


def test_people_held_back_are_counted_by_what_says_so() -> None:
    """The day on which somebody left is not a reason of its own."""
    builder = PlanBuilder(mapped("email", "UNSUB_TIME", "Status", "bounced"), "people.csv")
    for reason in (
        "UNSUB_TIME is 2024-01-01 10:00:00",
        "UNSUB_TIME is 2024-01-02 11:00:00",
        "UNSUB_TIME is 20240103",
        "Status is Unsubscribed",
        "Status is hard-bounced",
        "bounced is true",
    ):
        builder.held_back(OptedOut(2, "a@b.co", reason))
    plan = builder.plan()
    assert plan.held_back == NameCounts(
        (
            ("UNSUB_TIME is filled", 3),
            ("Status is Unsubscribed", 1),
            ("Status is hard-bounced", 1),
            ("bounced is true", 1),
        )
    )
    assert (plan.rows, plan.to_send, plan.duplicates) == (6, 0, 0)


@given(st.lists(st.sampled_from(["a@b.co", "A@b.co", "b@b.co", "bad", "gone"]), max_size=30))
def test_every_row_is_counted_once(rows: list[str]) -> None:
    """Rows are what is sent, bad and held back; each contact but the first time a duplicate."""
    builder = PlanBuilder(mapped("email"), "people.csv")
    for line, row in enumerate(rows, start=2):
        if row == "bad":
            builder.bad(RowError(line, "email is empty"))
        elif row == "gone":
            builder.held_back(OptedOut(line, row, "Status is Bounced"))
        else:
            builder.add(Identify(email=row), line)
    plan = builder.plan()
    contacts = {row.lower() for row in rows} - {"bad", "gone"}
    assert (plan.rows, plan.contacts, plan.contacts + plan.duplicates) == (
        len(rows),
        len(contacts),
        plan.to_send,
    )
