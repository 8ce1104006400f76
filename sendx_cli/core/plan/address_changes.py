"""Conflicting changes of address (`newEmail`).

An address identifies one contact: a change to one that is taken is refused with 409 or, worse, two
people become one. What the service does is not documented, so a plan shows such changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nsmallest
from typing import NamedTuple

from sendx_cli.core.plan.key_lines import KeyLines

MAX_SHOWN = 20


class CollisionKind(StrEnum):
    """How two rows conflict."""

    SAME_TARGET = "same_target"
    """Both change to one address."""
    TAKEN = "taken"
    """One changes to an address by which the other names its contact."""
    CHAIN = "chain"
    """One changes to an address that the other changes: a to b, b to c."""
    LEFT_BEHIND = "left_behind"
    """One changes an address that the other, later, still uses: it creates a new contact."""


class Collision(NamedTuple):
    """Two rows about one address.

    Args:
        line: The row that changes an address.
        other_line: The other one.
        kind: How they conflict.
    """

    line: int
    other_line: int
    kind: CollisionKind


@dataclass(frozen=True, slots=True)
class Collisions:
    """All of them: for each address and kind the first two rows.

    Args:
        count: How many there are.
        first: The first twenty, by their lines.
    """

    count: int = 0
    first: tuple[Collision, ...] = ()


NO_COLLISIONS = Collisions()


class AddressesSeen:
    """The addresses of rows and their changes, in 16 bytes a row, 32 with a change."""

    def __init__(self) -> None:
        self._named = KeyLines()  # a row that changes the address stands here by its line below 0
        self._taken_up = KeyLines()

    def add(self, keys: Sequence[str], line: int) -> None:
        """Record a row.

        Args:
            keys: As of `Identify.contact_keys`: the contact's address and, if there is one, its
                new address.
            line: The row's line, from 1.
        """
        if keys[0] == keys[-1]:
            self._named.add(keys[0], line)
        else:
            self._named.add(keys[0], -line)
            self._taken_up.add(keys[-1], line)

    def count_contacts(self) -> int:
        """Return how many different contacts the rows concern."""
        return self._named.count_distinct()

    def count_changes(self) -> int:
        """Return to how many different addresses the rows change one."""
        return self._taken_up.count_distinct() if self._taken_up else 0

    def collisions(self) -> Collisions:
        """Return the conflicting changes."""
        if not self._taken_up:
            return NO_COLLISIONS
        first = nsmallest(MAX_SHOWN, self._collisions())
        return Collisions(sum(1 for _ in self._collisions()), tuple(first))

    def _collisions(self) -> Iterator[Collision]:
        for named, taken_up in zip(
            self._named.by_bucket(), self._taken_up.by_bucket(), strict=True
        ):
            for digest, lines in taken_up.items():
                yield from _at_target(lines, named.get(digest, ()))
            for lines in named.values():
                yield from _left_behind(lines)


def _at_target(lines: Sequence[int], named: Sequence[int]) -> Iterator[Collision]:
    """Yield the collisions at an address that some rows change to."""
    line = lines[0]
    if len(lines) > 1:
        yield Collision(line, lines[1], CollisionKind.SAME_TARGET)
    leaving = next((-other for other in named if other < 0), None)
    if leaving is not None:
        yield Collision(line, leaving, CollisionKind.CHAIN)
    staying = next((other for other in named if other > 0), None)
    if staying is not None:
        yield Collision(line, staying, CollisionKind.TAKEN)


def _left_behind(named: Sequence[int]) -> Iterator[Collision]:
    """Yield the collision of a row that changes an address with one that still uses it."""
    at = next((at for at, line in enumerate(named) if line < 0), None)
    if at is not None and at + 1 < len(named):
        yield Collision(-named[at], abs(named[at + 1]), CollisionKind.LEFT_BEHIND)
