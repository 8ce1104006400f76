"""SQLite's write-ahead file, read without SQLite, which silently drops what is broken.

The format is https://sqlite.org/fileformat2.html#the_write_ahead_log: a header, then frames, each
a page as it is from then on. Checksums are cumulative. The last frame of a transaction says so.
"""

import struct
import sys
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import mul
from pathlib import Path
from typing import BinaryIO, NamedTuple

PAGE_BYTES = 4096
HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_FRAME_BYTES = _FRAME_HEADER_BYTES + PAGE_BYTES
_BYTE_ORDERS = {0x377F0682: "little", 0x377F0683: "big"}
_NO_END = bytes(4)
_MASK = 0xFFFFFFFF


class Position(NamedTuple):
    """How far a write-ahead file is written.

    Args:
        salts: They change each time the file is restarted from its beginning.
        frames: How many are written.
        checksum: The cumulative checksum in the last of them.
    """

    salts: bytes
    frames: int
    checksum: bytes


@dataclass(slots=True)
class WriteAheadLog:
    """The frames of a write-ahead file that SQLite will read.

    Args:
        salts: As of `Position`; empty where the header is missing or broken.
        checksums: The checksum of each valid frame, in order.
        pages: The last frame (from 1) of each page that has one.
        is_broken_within: Whether a transaction ends behind an invalid frame. Frames behind it
            without such an end can be those of a transaction that was never committed.
    """

    salts: bytes = b""
    checksums: list[bytes] = field(default_factory=list)
    pages: dict[int, int] = field(default_factory=dict)
    is_broken_within: bool = False

    @property
    def end(self) -> int:
        """Where the valid frames end, in bytes."""
        return HEADER_BYTES + len(self.checksums) * _FRAME_BYTES

    def holds(self, position: Position) -> bool:
        """Whether all frames up to `position` are as they were written."""
        count = position.frames
        return (
            self.salts == position.salts
            and len(self.checksums) >= count
            and self.checksums[count - 1] == position.checksum
        )


def wal_path(path: Path) -> Path:
    """Return the write-ahead file of the database at `path`."""
    return path.with_name(path.name + "-wal")


def read_log(path: Path) -> WriteAheadLog:
    """Read the write-ahead file of the database at `path` as SQLite would.

    Raises:
        OSError: It is there and cannot be read.
    """
    try:
        content = wal_path(path).read_bytes()
    except FileNotFoundError:
        content = b""
    header = content[:HEADER_BYTES]
    order = _BYTE_ORDERS.get(int.from_bytes(header[:4], "big"))
    page_bytes = int.from_bytes(header[8:12], "big")
    if len(header) < HEADER_BYTES or order is None or page_bytes != PAGE_BYTES:
        return WriteAheadLog(is_broken_within=len(content) > HEADER_BYTES)
    summed = _Checksum(order)
    summed.add(header[:24])
    if summed.value != header[24:]:
        return WriteAheadLog(is_broken_within=len(content) > HEADER_BYTES)
    return _read_frames(content, header[16:24], summed)


def _read_frames(content: bytes, salts: bytes, summed: "_Checksum") -> WriteAheadLog:
    log, open_frames = WriteAheadLog(salts), list[tuple[int, bytes]]()
    frames = _frames(content)
    for frame in frames:
        page, pages_after = struct.unpack_from(">II", frame)
        summed.add(frame[:8], frame[_FRAME_HEADER_BYTES:])
        if not page or frame[8:16] != salts or frame[16:24] != summed.value:
            break
        open_frames.append((page, summed.value))
        if pages_after:
            for number, checksum in open_frames:
                log.checksums.append(checksum)
                log.pages[number] = len(log.checksums)
            open_frames.clear()
    log.is_broken_within = any(frame[8:16] == salts and frame[4:8] != _NO_END for frame in frames)
    return log


def _frames(content: bytes) -> Iterator[bytes]:
    for at in range(HEADER_BYTES, len(content) - _FRAME_BYTES + 1, _FRAME_BYTES):
        yield content[at : at + _FRAME_BYTES]


class _Checksum:
    """The format's cumulative checksum.

    For each two words a and b it is s0 += a + s1, s1 += b + s0, modulo 2**32: a sum of the words,
    each with a weight, and so hundreds of times faster here than word by word.
    """

    def __init__(self, byte_order: str) -> None:
        self._is_swapped = byte_order != sys.byteorder
        self._sums = (0, 0)
        self._weights: dict[int, tuple[list[int], list[int]]] = {}

    @property
    def value(self) -> bytes:
        """The checksum as it is written."""
        return struct.pack(">II", *self._sums)

    def add(self, *parts: bytes) -> None:
        """Add these bytes; their number must be a multiple of 8."""
        words = array("I", b"".join(parts))
        if self._is_swapped:
            words.byteswap()
        length = len(words)
        if length not in self._weights:
            self._weights[length] = _weights(length, 1, 0), _weights(length, 0, 1)
        terms = (*self._sums, *words)
        first, second = self._weights[length]
        self._sums = sum(map(mul, first, terms)) & _MASK, sum(map(mul, second, terms)) & _MASK


def _weights(length: int, first: int, second: int) -> list[int]:
    """Return with what factor s0, s1 and then each word stand in the end's first*s0 + second*s1."""
    found: list[int] = []
    for _ in range(length // 2):
        found += [second, (first + second) & _MASK]
        first, second = (first + second) & _MASK, (first + 2 * second) & _MASK
    return [first, second, *reversed(found)]


class LogTail:
    """Follows what this process's writing connection appends to a write-ahead file.

    Args:
        path: The database.
        log: The file's present frames; there are no invalid ones behind them.
    """

    def __init__(self, path: Path, log: WriteAheadLog) -> None:
        self._path = wal_path(path)
        self._file: BinaryIO | None = None
        self._pages = dict(log.pages)
        self._moved_frames = 0
        last = log.checksums[-1] if log.checksums else b""
        self.position = Position(log.salts, len(log.checksums), last)

    @property
    def unmoved_frames(self) -> int:
        """How many frames were written since `forget_pages`."""
        return self.position.frames - self._moved_frames if self._pages else 0

    def advance(self) -> None:
        """Record the transaction that was committed, if it wrote anything.

        Raises:
            OSError: The file cannot be read.
        """
        if self._file is None:
            if not self._path.exists():
                return
            self._file = self._path.open("rb", buffering=0)
        salts = self._read(16, 8)
        position = self.position
        if salts != position.salts:
            position = Position(salts, 0, b"")
        written: dict[int, int] = {}
        number = position.frames
        while True:
            head = self._read(HEADER_BYTES + number * _FRAME_BYTES, _FRAME_HEADER_BYTES)
            if len(head) < _FRAME_HEADER_BYTES or head[8:16] != salts:
                return
            number += 1
            page, pages_after = struct.unpack_from(">II", head)
            written[page] = number
            if pages_after:
                break
        if salts != self.position.salts:
            self._pages.clear()
            self._moved_frames = 0
        self._pages |= written
        self.position = Position(salts, number, head[16:24])

    def sums(self) -> dict[int, int]:
        """Return the CRC-32 of each page that was written since `forget_pages`.

        Raises:
            OSError: The file cannot be read.
        """
        return {
            page: zlib.crc32(
                self._read(HEADER_BYTES + number * _FRAME_BYTES - PAGE_BYTES, PAGE_BYTES)
            )
            for page, number in self._pages.items()
        }

    def forget_pages(self) -> None:
        """Forget the pages written so far: they are in the main file."""
        self._pages.clear()
        self._moved_frames = self.position.frames

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _read(self, at: int, count: int) -> bytes:
        if self._file is None:
            self._file = self._path.open("rb", buffering=0)
        self._file.seek(at)
        return self._file.read(count)
