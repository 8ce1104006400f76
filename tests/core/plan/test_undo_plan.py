from sendx_cli.core.account.remarks import Irreversible, NotUndone, Remark
from sendx_cli.core.account.undoing import Undoing
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.plan.undo_plan import UndoPlanBuilder


def test_of_many_remarks_the_first_are_shown_and_all_counted() -> None:
    """In the order of their reasons, whichever came first."""
    builder = UndoPlanBuilder("r1")
    lists = [Remark(Irreversible.LIST, f"p{n}@b.co", "stays") for n in range(7)]
    gone = [Remark(NotUndone.GONE, "q@b.co", "gone")]
    created = [Remark(Irreversible.CREATED, f"c{n}@b.co", "created") for n in range(5)]
    for remark in (*lists, *gone, *created):
        builder.add(Undoing([], [remark]))
    plan = builder.plan()
    assert [(one.kind, one.count, one.first) for one in plan.irreversible] == [
        (Irreversible.CREATED, 5, tuple(created)),
        (Irreversible.LIST, 7, tuple(lists[:5])),
    ]
    assert [(one.kind, one.count) for one in plan.not_undone] == [(NotUndone.GONE, 1)]


def test_what_is_sent_is_counted_by_what_it_does() -> None:
    """Contacts once each, however many calls they take."""
    builder = UndoPlanBuilder("r1")
    ann: list[Contact] = [
        Identify(email="ann@b.co", first_name="Ann", fields=(("Plan", "pro"),)),
        Track(email="ann@b.co", add_tags=("old",), remove_tags=("vip", "new")),
        Identify(email="ann@b.co", new_email="anna@b.co"),
    ]
    builder.add(Undoing([*ann, Track(email="bob@b.co", remove_tags=("vip",))], []))
    builder.add(Undoing([Identify(email="cid@b.co", first_name="Cid", company="Acme")], []))
    plan = builder.plan()
    assert (plan.run, plan.contacts, plan.calls, plan.addresses) == ("r1", 3, 5, 1)
    assert dict(plan.tags_away.names) == {"vip": 2, "new": 1}
    assert dict(plan.tags_back.names) == {"old": 1}
    assert dict(plan.values.names) == {"first name": 2, "company": 1}
    assert dict(plan.fields.names) == {"Plan": 1}
