import pytest

from sendx_cli.core.plan.address_changes import (
    NO_COLLISIONS,
    AddressesSeen,
    Collision,
    CollisionKind,
    Collisions,
)


def seen(*rows: tuple[str, ...]) -> AddressesSeen:
    """Rows on lines 2, 3, ... as (address,) or (address, new address)."""
    addresses = AddressesSeen()
    for line, keys in enumerate(rows, start=2):
        addresses.add(keys, line)
    return addresses


@pytest.mark.parametrize(
    ("rows", "collisions"),
    [
        ([("a",), ("b",), ("a",)], []),
        ([("a", "c"), ("b",)], []),
        ([("b",), ("b", "c")], []),
        ([("a", "a"), ("a",)], []),
        ([("a", "c"), ("b", "c")], [Collision(2, 3, CollisionKind.SAME_TARGET)]),
        ([("a", "b"), ("b",)], [Collision(2, 3, CollisionKind.TAKEN)]),
        ([("b",), ("a", "b")], [Collision(3, 2, CollisionKind.TAKEN)]),
        ([("a", "b"), ("b", "c")], [Collision(2, 3, CollisionKind.CHAIN)]),
        ([("a", "b"), ("a",)], [Collision(2, 3, CollisionKind.LEFT_BEHIND)]),
        ([("a", "b"), ("a", "c")], [Collision(2, 3, CollisionKind.LEFT_BEHIND)]),
        (
            [("a", "b"), ("b", "a")],
            [Collision(2, 3, CollisionKind.CHAIN), Collision(3, 2, CollisionKind.CHAIN)],
        ),
    ],
)
def test_finds_changes_that_get_into_each_others_way(
    rows: list[tuple[str, ...]], collisions: list[Collision]
) -> None:
    """Each address and kind gives the first two rows that are about it, in either order."""
    assert seen(*rows).collisions() == Collisions(len(collisions), tuple(collisions))


def test_names_the_first_twenty_by_their_lines() -> None:
    """All are counted."""
    rows = [(f"{number}", "same" + str(number // 2)) for number in range(60)]
    assert seen(*rows).collisions() == Collisions(
        30,
        tuple(Collision(line, line + 1, CollisionKind.SAME_TARGET) for line in range(2, 42, 2)),
    )


def test_counts_each_contact_once() -> None:
    """A new address names no contact yet."""
    addresses = seen(("a",), ("b", "c"), ("a",))
    assert addresses.count_contacts() == 2
    assert seen(("a",)).collisions() == NO_COLLISIONS
