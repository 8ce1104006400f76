"""Chains of addresses: what a file's changes of address link must stay on one shard.

A row that changes an address concerns two contacts, and keeps its order with the rows of both. So
all addresses that rows link, directly or by others, fall to the shard of the smallest number among
them (`address_number`).
"""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from sendx_cli.core.contact.shards import WHOLE, Shard, address_number

_BUCKETS = 256
_BUCKET_SHIFT = 56
_FINGERPRINT_LENGTH = 16


class Chains:
    """The addresses that changes of address link, by their numbers.

    Args:
        links: Two addresses' numbers each; 64 bytes a link, half of them for as long as it lives.
    """

    def __init__(self, links: "Links") -> None:
        self._numbers = _distinct(links)
        self._firsts = _firsts(self._numbers, links)

    def first(self, number: int) -> int:
        """Return the smallest number of an address's chain; its own, where it is in none."""
        place = bisect_left(self._numbers, number)
        if place < len(self._numbers) and self._numbers[place] == number:
            return self._numbers[self._firsts[place]]
        return number

    @property
    def fingerprint(self) -> str:
        """The same for the same chains, and another for others; empty where there are none."""
        if not self._numbers:
            return ""
        digest = hashlib.sha256(self._numbers.tobytes() + self._firsts.tobytes())
        return digest.hexdigest()[:_FINGERPRINT_LENGTH]


class Links:
    """Pairs of addresses that a file's rows link, in 16 bytes each."""

    def __init__(self) -> None:
        self.ends = (array("Q"), array("Q"))

    def add(self, key: str, new_key: str) -> None:
        """Record that a row changes the one address to the other, both as of `contact_key`."""
        if key != new_key:
            for end, one in zip(self.ends, (key, new_key), strict=True):
                end.append(address_number(one))


def _distinct(links: Links) -> "array[int]":
    """Return the numbers of all linked addresses, sorted, each once."""
    # A 256th at a time: a set of all of them would need ten times the memory.
    buckets = [array("Q") for _ in range(_BUCKETS)]
    for number in chain(*links.ends):
        buckets[number >> _BUCKET_SHIFT].append(number)
    numbers = array("Q")
    for bucket in buckets:
        numbers.extend(sorted(set(bucket)))
    return numbers


def _firsts(numbers: "array[int]", links: Links) -> "array[int]":
    """Return, for each number, the place of the smallest one in its chain (union-find)."""
    firsts = array("Q", range(len(numbers)))
    for one, other in _places(numbers, links):
        first, second = _root(firsts, one), _root(firsts, other)
        firsts[max(first, second)] = min(first, second)
    for place, first in enumerate(firsts):  # those before it are final by then
        firsts[place] = firsts[first]
    return firsts


def _places(numbers: "array[int]", links: Links) -> Iterable[tuple[int, int]]:
    for one, other in zip(*links.ends, strict=True):
        yield bisect_left(numbers, one), bisect_left(numbers, other)


def _root(firsts: "array[int]", place: int) -> int:
    while firsts[place] != place:
        firsts[place] = firsts[firsts[place]]
        place = firsts[place]
    return place


NO_CHAINS = Chains(Links())


class Share(NamedTuple):
    """The contacts of a file that one process sends.

    Args:
        shard: Which shard.
        chains: What the file's changes of address link.
    """

    shard: Shard = WHOLE
    chains: Chains = NO_CHAINS

    def has(self, keys: Sequence[str]) -> bool:
        """Whether a row falls to it.

        Args:
            keys: The contacts that the row concerns, as of `contact_key`; none: whose it is cannot
                be told, and so it falls to the first shard.
        """
        shard = self.shard
        if shard.is_whole or not keys:
            return shard.number == 1
        return self.chains.first(address_number(keys[0])) % shard.total == shard.number - 1


WHOLE_FILE = Share()
