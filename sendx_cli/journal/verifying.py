"""Verifying a journal's files against its check file, before SQLite opens any of them.

SQLite must not open a damaged write-ahead file first: it ignores what is broken, and its last
connection deletes the file. For what is detected, see `check_file`.
"""

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from sendx_cli.errors import InputError, PassingTrouble, reason_of
from sendx_cli.journal.check_file import Recorded, read_check_file
from sendx_cli.journal.wal import PAGE_BYTES, WriteAheadLog, read_log, wal_path

FORMAT_VERSION = 4
"""The newest format: that of a stream whose old rows are removed, as an earlier sendx would not
count them. Journals of format 1 have no check file, those of format 2 nothing that an account says.
"""
USUAL_VERSION = 3
"""The format of every other journal."""

_CHUNK_PAGES = 1024
_LOCK_PAGE = 2**30 // PAGE_BYTES + 1
"""SQLite never writes it: https://sqlite.org/fileformat2.html, 1.5 (the lock-byte page)."""

_VERSION_AT = 60
"""The offset of the user version in the first page: https://sqlite.org/fileformat2.html"""


@dataclass(frozen=True, slots=True)
class Verified:
    """The files of a journal that was verified.

    Args:
        log: Its write-ahead file.
        recorded: Its check file; None for a journal of the first format, which has none.
    """

    log: WriteAheadLog
    recorded: Recorded | None


def verify(path: Path) -> Verified:
    """Verify a journal against its check file. No process may write it meanwhile.

    One of a later sendx is not verified: opening the journal will refuse it by its version. This
    process must not have the journal open: closing any of its files drops SQLite's POSIX locks.

    Raises:
        InputError: It is damaged, or one of its files is missing.
        PassingTrouble: It cannot be read now.
    """
    try:
        log, recorded = read_log(path), read_check_file(path)
        if recorded is None:
            _verify_unchecked(path, log)
        elif recorded.headers or version_of(path) <= FORMAT_VERSION:
            _verify_log(path, log, recorded)
            _verify_pages(path, log, recorded)
    except OSError as error:
        raise cannot_keep(path, error) from None
    return Verified(log, recorded)


def cut_torn_tail(path: Path, log: WriteAheadLog) -> None:
    """Truncate the write-ahead file behind its valid frames, so that none is taken for a new one.

    Raises:
        OSError: It cannot be written.
    """
    if log.salts and wal_path(path).stat().st_size > log.end:
        os.truncate(wal_path(path), log.end)


def damaged(path: Path) -> InputError:
    """Return the error for a journal that is not as it was written."""
    return InputError(
        "the run's journal is damaged or not a journal",
        where=str(path),
        hint="keep its files for inspection; check in the account what was sent, then `sendx "
        f"runs forget {path.stem}`",
    )


def cannot_keep(path: Path, error: OSError) -> PassingTrouble:
    """Return the error for a file of a journal that cannot be read or written."""
    reason = reason_of(error)
    return PassingTrouble(
        f"cannot keep the run's journal: {reason}",
        where=str(path),
        hint=f"fix that, then `sendx runs resume {path.stem}`: no row is lost",
    )


def incomplete(path: Path, name: str) -> InputError:
    """Return the error for a journal whose file `name` is missing."""
    return InputError(
        f"the run's journal is incomplete: {name} is missing",
        where=str(path),
        hint="restore that file, as it was when the run stopped; if that is impossible, `sendx "
        f"runs forget {path.stem}`",
    )


def version_of(path: Path) -> int:
    """Return the format version in the main file; 0 if it is empty.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        file.seek(_VERSION_AT)
        return int.from_bytes(file.read(4), "big")


def pages_of(path: Path) -> dict[int, int]:
    """Return the CRC-32 of each page of the main file (from 1), an incomplete last one included.

    The page that SQLite keeps for locks, in files beyond 1 GiB, is none of them.

    Raises:
        OSError: It cannot be read.
    """
    sums: dict[int, int] = {}
    number, crc32 = 1, zlib.crc32
    with path.open("rb") as file:
        while chunk := memoryview(file.read(_CHUNK_PAGES * PAGE_BYTES)):
            pages = range(0, len(chunk), PAGE_BYTES)
            found = [crc32(chunk[at : at + PAGE_BYTES]) for at in pages]
            sums.update(enumerate(found, start=number))
            number += len(found)
    sums.pop(_LOCK_PAGE, None)
    return sums


def _verify_log(path: Path, log: WriteAheadLog, recorded: Recorded) -> None:
    position = recorded.position
    if position is None:
        return
    if recorded.is_required:
        name = wal_path(path)
        if not name.exists() or not name.stat().st_size:
            raise incomplete(path, name.name)
        is_whole = log.holds(position)
    else:
        # All of it is in the main file. A part of it would bring older pages back.
        is_whole = log.salts != position.salts or not log.pages or log.holds(position)
    if not is_whole:
        raise damaged(path)


def _verify_pages(path: Path, log: WriteAheadLog, recorded: Recorded) -> None:
    if not recorded.headers:
        raise damaged(path)
    expected, found = recorded.sums, pages_of(path)
    if recorded.position is not None and not found:
        raise damaged(path)
    if not expected:  # no checkpoint yet: SQLite itself has written the first page only
        expected = {1: found[1]} if 1 in found else {}
    in_log = log.pages.keys()
    wrong = (found.items() ^ expected.items()) if found != expected else ()
    if any(number not in in_log for number, _ in wrong):
        raise damaged(path)


def _verify_unchecked(path: Path, log: WriteAheadLog) -> None:
    """Detect the damage that shows without a check file and without opening the database."""
    version, size = version_of(path), path.stat().st_size
    # The check file is there before the first page, which alone does not tell the format.
    has_log = wal_path(path).exists() and wal_path(path).stat().st_size > 0
    is_first_page_alone = bool(size) and not version and not has_log
    if 1 < version <= FORMAT_VERSION or is_first_page_alone:
        raise incomplete(path, f"{path.name}-check")
    has_tables = size > PAGE_BYTES
    if log.is_broken_within or (has_tables and not version):
        raise damaged(path)
