from sendx_cli.core.contact.contact import Identify
from sendx_cli.delivery.attempts import Attempt, attempt_at
from sendx_cli.delivery.contact_queues import ContactQueues
from sendx_cli.delivery.rows import Row


def rows(*pairs: tuple[str, str | None]) -> list[Attempt]:
    return [
        attempt_at(Row(n, Identify(email=email, new_email=new_email)), joins=False)
        for n, (email, new_email) in enumerate(pairs)
    ]


def test_a_row_of_two_contacts_goes_when_it_is_first_for_both() -> None:
    """And holds back the next rows of both."""
    first, second, change, old, new = rows(
        ("a@b.co", None), ("c@b.co", None), ("a@b.co", "c@b.co"), ("a@b.co", None), ("c@b.co", None)
    )
    queues = ContactQueues()
    may_go = [queues.add(row) for row in (first, second, change, old, new)]
    assert (may_go, queues.waiting) == ([True, True, False, False, False], 3)
    assert queues.leave(first) == []
    assert queues.leave(second) == [change]
    assert queues.leave(change) == [old, new]
    assert queues.waiting == 0


def test_an_address_that_changes_in_its_spelling_alone_is_one_contact() -> None:
    """It is in its queue once."""
    (row,) = rows(("a@b.co", "A@B.co"))
    queues = ContactQueues()
    assert (queues.add(row), queues.leave(row)) == (True, [])


def test_a_closed_lane_drops_what_waits_in_it_and_what_comes() -> None:
    """Other contacts' queues stay open."""
    failed, behind, other, late = rows(
        ("a@b.co", None), ("a@b.co", None), ("c@b.co", None), ("A@b.co", None)
    )
    queues = ContactQueues()
    for row in (failed, behind, other):
        queues.add(row)
    queues.close(failed)
    assert (queues.add(late), queues.waiting, queues.left_behind) == (False, 0, 2)
    assert queues.leave(other) == []


def test_what_follows_a_dropped_row_in_its_other_lane_is_dropped_too() -> None:
    """Rows before it go on; a chain of changed addresses is followed to its end."""
    failed, before, change, after, far = rows(
        ("a@b.co", None), ("c@b.co", None), ("a@b.co", "c@b.co"), ("c@b.co", "d@b.co"),
        ("d@b.co", None),
    )  # fmt: skip
    queues = ContactQueues()
    may_go = [queues.add(row) for row in (failed, before, change, after, far)]
    queues.close(failed)
    assert may_go == [True, True, False, False, False]
    assert (queues.waiting, queues.left_behind) == (0, 3)
    assert queues.leave(before) == []
    (late,) = rows(("d@b.co", "e@b.co"))
    (later,) = rows(("e@b.co", None))
    assert (queues.add(late), queues.add(later), queues.left_behind) == (False, False, 5)
