"""Which names were seen already, in 12 to 24 bytes a name: five million need about 70 MB."""

from array import array

_FIRST_SLOTS = 1024
_HASH_MASK = 2**64 - 1


class SeenNames:
    """Remembers names by 8 bytes of their hash, in a table with open addressing.

    Of a million names, one is taken for another once in 30 million times (n² / 2⁶⁵): it then counts
    as seen before.
    """

    def __init__(self) -> None:
        self._slots = _empty(_FIRST_SLOTS)
        self._count = 0

    def add(self, name: str) -> bool:
        """Remember a name; return whether it is new."""
        if self._count * 3 >= len(self._slots) * 2:
            self._grow()
        digest = (hash(name) & _HASH_MASK) or 1  # an empty slot holds 0
        at = _slot_of(self._slots, digest)
        if self._slots[at]:
            return False
        self._slots[at] = digest
        self._count += 1
        return True

    def _grow(self) -> None:
        larger = _empty(len(self._slots) * 2)
        for digest in self._slots:
            if digest:
                larger[_slot_of(larger, digest)] = digest
        self._slots = larger


def _empty(count: int) -> "array[int]":
    return array("Q", bytes(8 * count))


def _slot_of(slots: "array[int]", digest: int) -> int:
    """Return the slot that holds a hash, or the empty one that it belongs in."""
    last = len(slots) - 1  # their number is a power of two
    at = digest & last
    while (found := slots[at]) and found != digest:
        at = (at + 1) & last
    return at
