"""Shards of a file: which of its contacts one of several processes sends.

The shards of a file may be sent on several machines, so what a contact's shard depends on is the
same on all of them, and in every version of sendx: its address as `contact_key` writes it (NFC,
case-folded, the domain in ASCII), which is also what keeps its rows in order. Of its SHA-256
(FIPS 180-4, over UTF-8) the first 8 bytes are a number, the most significant byte first; that
number modulo N, plus 1, is K. Contacts that a change of address links count as one: the smallest
of their numbers holds for all (`chains`).
"""

import hashlib
import re
from typing import NamedTuple

from sendx_cli.errors import UsageError

_TEXT = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})")
_DIGEST_BYTES = 8


class Shard(NamedTuple):
    """One of the equal parts that a file is sent in.

    Args:
        number: Which one, from 1.
        total: How many there are; 1: it is the whole file.
    """

    number: int
    total: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Parse `K/N`.

        Raises:
            UsageError: It is none of `1/N` to `N/N`.
        """
        match = _TEXT.fullmatch(text)
        if match and int(match[1]) <= int(match[2]):
            return cls(int(match[1]), int(match[2]))
        raise UsageError(
            f"--shard must be K/N, with K from 1 to N: {text}",
            hint="--shard 2/8 is the second of eight",
        )

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole file."""
        return self.total == 1

    @property
    def text(self) -> str:
        """It as an option takes it: `2/8`."""
        return f"{self.number}/{self.total}"

    @property
    def words(self) -> str:
        """It in a message: `shard 2 of 8`."""
        return f"shard {self.number} of {self.total}"

    @property
    def mark(self) -> str:
        """What the names of its own files have before their ending: `.2-of-8`, or nothing."""
        return "" if self.is_whole else f".{self.number}-of-{self.total}"

    def overlaps(self, other: "Shard") -> bool:
        """Whether a contact of the same file may be in both."""
        return self.total != other.total or self.number == other.number


WHOLE = Shard(1, 1)
"""The whole file."""


def address_number(key: str) -> int:
    """Return the number that decides which shard an address falls to.

    Args:
        key: As of `contact_key`. What is no address, of a row that is not sent, has one, too.
    """
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:_DIGEST_BYTES], "big")
