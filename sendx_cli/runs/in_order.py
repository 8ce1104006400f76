"""Records that come in any order, given out in their own; on disk while they wait, if many."""

import json
from array import array
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from sendx_cli.output.formats import Record

_IN_MEMORY_BYTES = 8 << 20
_NOT_THERE = -1


class InOrder:
    """Takes each of `count` records once, and gives them out from the first on.

    Those that wait for an earlier one take 8 bytes each and 8 MiB together; the others lie in a
    file without a name, which is gone with the process.

    Args:
        count: How many there are.
    """

    def __init__(self, count: int) -> None:
        self._places = array("q", [_NOT_THERE]) * count
        self._next = 0
        self._file = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed by `close`

    def put(self, number: int, record: Record) -> Iterator[Record]:
        """Take record `number`; yield those whose turn has come with it."""
        if number == self._next:
            self._next += 1
            yield record
            yield from self._following()
            return
        self._file.seek(0, 2)
        self._places[number] = self._file.tell()
        self._file.write(json.dumps(record).encode() + b"\n")

    def close(self) -> None:
        """Delete what is left."""
        self._file.close()

    def _following(self) -> Iterator[Record]:
        while self._next < len(self._places) and self._places[self._next] != _NOT_THERE:
            self._file.seek(self._places[self._next])
            self._next += 1
            found: Record = json.loads(self._file.readline())
            yield found
