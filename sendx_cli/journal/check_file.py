"""The check file beside a journal, which reveals damage to the journal's other files.

SQLite has no page checksums, and treats the write-ahead file as ending where a checksum fails: a
bit that flips there silently undoes all that was committed since. So a run keeps a file of its
own, `RUN.sqlite3-check`, of records with a CRC-32 each:

- a copy of the run's header, which identifies the run where its database cannot be read;
- after each checkpoint, the CRC-32 of each page that went into the main file, synced before the
  write-ahead file is reused: at any time each page of the main file either matches its checksum
  or is in the write-ahead file;
- after each synced commit, the position up to which the write-ahead file must be intact. This
  record is overwritten by the next one.

**Detected.** Flipped bits, and pages or files that are lost, truncated or exchanged, anywhere in
the main file; in the write-ahead file up to the last synced commit, which has the marks of all
rows that must not be sent twice; in the check file itself, where it matters: a broken record
counts as the end of the file, and what was recorded behind it is then missing, or was recorded
elsewhere. The shared-memory file is rebuilt by the first process that opens a journal.

**Not detected, but harmless.** A broken frame of the write-ahead file behind the last synced
commit cannot be told from one that a power failure cut off. The outcomes of the last quarter of a
second are lost with it: rows that may be repeated are sent again, the others keep their mark, and
their outcome is unknown.

**Not detectable.** Damage done in memory, or on the disk while SQLite reads a page in order to
change it; two damages that match, such as a page and its checksum, or a truncation of the
write-ahead file and of the record that has its length; an older copy of all files together. After
a power failure the record of the last commits may be missing: a flipped bit in them is then taken
for the end of the file.
"""

import os
import struct
import sys
import zlib
from array import array
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sendx_cli.journal.wal import PAGE_BYTES, Position
from sendx_cli.settings.storage import keep_for_owner, sync_directory, sync_file

_MAGIC = b"sendx journal check 1\n"
_HEAD = struct.Struct(">cI")
_CRC = struct.Struct(">I")
_POSITION = struct.Struct(">8sI8s")
_HEADER, _SUMS, _SYNCED = b"H", b"S", b"M"
_PAIR_BYTES = 8
_LEAST_REWRITTEN = 1 << 16
_MOST_TIMES = 4
"""A check file is written anew once it has this many sums for each page, and some."""


@dataclass(slots=True)
class Recorded:
    """The contents of a check file.

    Args:
        headers: The run's headers as JSON, the earliest first.
        sums: The CRC-32 of each page of the main file (from 1).
        position: How far the write-ahead file is known to be written.
        is_required: Whether the write-ahead file must reach `position`; else everything up to it
            is in the main file already.
        end: Where the next record goes, in bytes: over the one of the last synced commit.
        whole_end: Where the last intact record ends.
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
    """Create the check file of the journal at `path`, atomically, and sync it.

    Args:
        path: The journal.
        header: The run's header as JSON.
        sums: The CRC-32 of each page of its main file.

    Raises:
        OSError: It cannot be written.
    """
    _replace(path, Recorded([header], sums or {}))


def _replace(path: Path, recorded: Recorded) -> int:
    """Write a check file with these headers and sums in place of the present one.

    Returns:
        Its length.
    """
    headers = (_record(_HEADER, header.encode()) for header in recorded.headers)
    content = b"".join([_MAGIC, *headers])
    if recorded.sums:
        content += _sums_record(recorded.position or Position(b"", 0, b""), recorded.sums)
    target = check_path(path)
    fresh = target.with_name(target.name + "-new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            keep_for_owner(file.fileno())
            file.write(content)
            file.flush()
            sync_file(file.fileno())
        fresh.replace(target)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync_directory(target.parent)
    return len(content)


class CheckFile:
    """The open check file of a run that this process sends.

    Args:
        path: The journal.
        recorded: The check file's contents.

    Raises:
        OSError: It cannot be written.
    """

    def __init__(self, path: Path, recorded: Recorded) -> None:
        self._path = path
        self._end = recorded.end
        self._synced = b""
        if recorded.is_required and recorded.position is not None:
            self._synced = _record(_SYNCED, _POSITION.pack(*recorded.position))
        self._file = check_path(path).open("r+b", buffering=0)
        self._file.truncate(recorded.whole_end)

    def note_synced(self, position: Position, *, is_lasting: bool = False) -> None:
        """Record how far the write-ahead file is synced.

        Args:
            position: The end of what is synced.
            is_lasting: Whether the record itself must survive a power failure.

        Raises:
            OSError: It cannot be written.
        """
        self._synced = _record(_SYNCED, _POSITION.pack(*position))
        self._write(self._synced)
        if is_lasting:
            sync_file(self._file.fileno())

    def note_checkpoint(self, position: Position, sums: dict[int, int]) -> None:
        """Record, synced, what went from the write-ahead file into the main file.

        Once most of the file is sums that later ones have replaced, it is written anew.

        Raises:
            OSError: It cannot be written.
        """
        self._synced = b""
        self._append(_sums_record(position, sums))
        pages = self._path.stat().st_size // PAGE_BYTES
        if self._end > _LEAST_REWRITTEN + _MOST_TIMES * _PAIR_BYTES * pages:
            self._rewrite()

    def note_header(self, header: str) -> None:
        """Record, synced, the header that the run is about to have; earlier ones are kept.

        What `note_synced` recorded last stands behind it then, unless that is moved.

        Raises:
            OSError: It cannot be written.
        """
        self._append(_record(_HEADER, header.encode()))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _rewrite(self) -> None:
        recorded = read_check_file(self._path)
        if recorded is None or recorded.end != self._end:
            return  # somebody else has changed it: it stays as it is, to tell of that
        self._file.close()  # Windows replaces no open file
        try:
            self._end = _replace(self._path, recorded)
        finally:
            self._file = check_path(self._path).open("r+b", buffering=0)

    def _append(self, record: bytes) -> None:
        self._write(record + self._synced)
        sync_file(self._file.fileno())
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
