"""The lines of each key, in 16 bytes a line: a million rows need 17 MB."""

from array import array
from collections.abc import Iterator

BUCKETS = 256


class KeyLines:
    """Remembers keys by 8 bytes of their hash, and the line of each.

    Two keys of a million have the same hash once in 30 million runs (n² / 2⁶⁵); a plan then
    counts one contact too few. Nothing that is sent depends on it.
    """

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(BUCKETS)]

    def add(self, key: str, line: int) -> None:
        """Record that `key` is on `line`."""
        digest = hash(key)
        bucket = self._buckets[digest % BUCKETS]
        bucket.append(digest)
        bucket.append(line)

    def __bool__(self) -> bool:
        """Whether there is any key."""
        return any(self._buckets)

    def count_distinct(self) -> int:
        """Return how many different keys there are."""
        return sum(len(set(bucket[::2])) for bucket in self._buckets)

    def by_bucket(self) -> Iterator[dict[int, list[int]]]:
        """Yield, a 256th of the keys at a time, each key's hash with its lines.

        The same key stands in the same bucket of every `KeyLines` of one process.
        """
        for bucket in self._buckets:
            lines: dict[int, list[int]] = {}
            for digest, line in zip(bucket[::2], bucket[1::2], strict=True):
                lines.setdefault(digest, []).append(line)
            yield lines
