"""The check file beside a journal: by it, damage to the journal's other files is found out.

SQLite has no checks of pages, and takes a write-ahead file to end where a checksum fails: a bit
that flips there undoes, without a word, all that was committed since. So a run keeps a file of its
own, `RUN.sqlite3-check`, of records with a CRC-32 each:

- the run's header, again: it says what run this is where its database cannot be read;
- after each checkpoint, the CRC-32 of each page that went into the main file, synced before the
  write-ahead file is used anew: at any time each page of the main file is either as its sum says
  or stands in the write-ahead file;
- after each synced commit, how far the write-ahead file is written: that much must be there. This
  record is overwritten by the next one.

**What is covered.** One or more bits that flip, pages or files that are lost, cut or exchanged,
anywhere in the main file; in the write-ahead file up to the last synced commit, which has all
marks of rows that must not go twice; in the check file itself, where it matters: a record that is
broken counts as the end of the file, and what was recorded behind it is then missed, or was
recorded elsewhere. The shared-memory file is made anew by the first process that opens a journal.

**What ends without a word, and harms nobody.** A frame of the write-ahead file behind the last
synced commit cannot be told from one that a power failure cut off. With it fates are lost of the
last quarter of a second: rows that may be repeated are sent again, the others keep their mark, and
their outcome is unknown.

**What cannot be covered.** Damage done in memory, or on the disk while SQLite reads a page in
order to change it; two damages that fit each other, such as a page and its sum, or a cut of the
write-ahead file and of the record that tells its length; an older copy of all files together.
After a power failure the record of the last commits may be missing: a bit that flips in them then
is taken for the end of the file.
"""

import os
import struct
import sys
import zlib
from array import array
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sendx_cli.journal.wal import Position
from sendx_cli.settings.storage import keep_for_owner

_MAGIC = b"sendx journal check 1\n"
_HEAD = struct.Struct(">cI")
_CRC = struct.Struct(">I")
_POSITION = struct.Struct(">8sI8s")
_HEADER, _SUMS, _SYNCED = b"H", b"S", b"M"


@dataclass(slots=True)
class Recorded:
    """What a check file says.

    Args:
        headers: What the run is and was, as JSON.
        sums: The CRC-32 of each page of the main file (from 1).
        position: How far the write-ahead file is known to be written.
        is_required: Whether it must be so; else it went into the main file already.
        end: Where the next record goes, in bytes: over the one of the last synced commit.
        whole_end: Where the last record ends; what stands behind it is none.
    """

    headers: list[str] = field(default_factory=list)
    sums: dict[int, int] = field(default_factory=dict)
    position: Position | None = None
    is_required: bool = False
    end: int = 0
    whole_end: int = 0


def check_path(path: Path) -> Path:
    """Return the check file of the journal at `path`."""
    return path.with_name(path.name + "-check")


def read_check_file(path: Path) -> Recorded | None:
    """Read the check file of the journal at `path`; None where there is none.

    Raises:
        OSError: It is there and cannot be read.
    """
    try:
        content = check_path(path).read_bytes()
    except FileNotFoundError:
        return None
    recorded = Recorded()
    if not content.startswith(_MAGIC):
        return recorded
    at = len(_MAGIC)
    while (record := _record_at(content, at)) is not None:
        kind, body = record
        _take(recorded, kind, body)
        at += _HEAD.size + len(body) + _CRC.size
        if kind != _SYNCED:
            recorded.end = at
    recorded.whole_end = at
    return recorded


def write_check_file(path: Path, header: str, sums: dict[int, int] | None = None) -> None:
    """Make the check file of the journal at `path`, whole or not at all, and synced.

    Args:
        path: The journal.
        header: What the run is, as JSON.
        sums: The CRC-32 of each page of its main file.

    Raises:
        OSError: It cannot be written.
    """
    content = _MAGIC + _record(_HEADER, header.encode())
    if sums:
        content += _sums_record(Position(b"", 0, b""), sums)
    target = check_path(path)
    fresh = target.with_name(target.name + "-new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            keep_for_owner(file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    _sync_directory(target.parent)


class CheckFile:
    """The check file of a run that this process sends.

    Args:
        path: The journal.
        recorded: What its check file says.

    Raises:
        OSError: It cannot be written.
    """

    def __init__(self, path: Path, recorded: Recorded) -> None:
        self._end = recorded.end
        self._file = check_path(path).open("r+b", buffering=0)
        self._file.truncate(recorded.whole_end)

    def note_synced(self, position: Position, *, is_lasting: bool = False) -> None:
        """Record how far the write-ahead file is on the disk.

        Args:
            position: Up to there.
            is_lasting: Whether the record itself must survive a power failure.

        Raises:
            OSError: It cannot be written.
        """
        self._write(_record(_SYNCED, _POSITION.pack(*position)))
        if is_lasting:
            os.fsync(self._file.fileno())

    def note_checkpoint(self, position: Position, sums: dict[int, int]) -> None:
        """Record, on the disk, what went from the write-ahead file into the main file.

        Raises:
            OSError: It cannot be written.
        """
        self._append(_sums_record(position, sums))

    def note_header(self, header: str) -> None:
        """Record, on the disk, what the run is about to be; what it was stays known.

        It takes the place of what `note_synced` recorded last.

        Raises:
            OSError: It cannot be written.
        """
        self._append(_record(_HEADER, header.encode()))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _append(self, record: bytes) -> None:
        self._write(record)
        os.fsync(self._file.fileno())
        self._end += len(record)

    def _write(self, record: bytes) -> None:
        self._file.seek(self._end)
        left = memoryview(record)
        while left:
            left = left[self._file.write(left) :]


def _record(kind: bytes, body: bytes) -> bytes:
    head = _HEAD.pack(kind, len(body))
    return head + body + _CRC.pack(zlib.crc32(head + body))


def _sums_record(position: Position, sums: dict[int, int]) -> bytes:
    pairs = array("I", [number for pair in sums.items() for number in pair])
    if sys.byteorder == "little":
        pairs.byteswap()
    return _record(_SUMS, _POSITION.pack(*position) + pairs.tobytes())


def _record_at(content: bytes, at: int) -> tuple[bytes, bytes] | None:
    if len(content) < at + _HEAD.size + _CRC.size:
        return None
    kind, length = _HEAD.unpack_from(content, at)
    end = at + _HEAD.size + length
    if len(content) < end + _CRC.size:
        return None
    (crc,) = _CRC.unpack_from(content, end)
    if crc != zlib.crc32(content[at:end]):
        return None
    return kind, content[at + _HEAD.size : end]


def _take(recorded: Recorded, kind: bytes, body: bytes) -> None:
    if kind == _HEADER:
        recorded.headers.append(body.decode("utf-8", "replace"))
        return
    salts, frames, checksum = _POSITION.unpack_from(body)
    recorded.position = Position(salts, frames, checksum) if frames else None
    recorded.is_required = kind == _SYNCED
    if kind == _SUMS:
        pairs = array("I", body[_POSITION.size :])
        if sys.byteorder == "little":
            pairs.byteswap()
        recorded.sums.update(zip(pairs[::2], pairs[1::2], strict=True))


def _sync_directory(directory: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
