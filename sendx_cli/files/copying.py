"""Copying the rows of a sheet, or an unpacked text, into a temporary file."""

import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from sendx_cli.errors import FileRefused, PassingTrouble, reason_of
from sendx_cli.files.contents import Contents
from sendx_cli.files.layout import Overrides
from sendx_cli.files.verified import digest_of
from sendx_cli.files.workbooks.opening import read_workbook, workbook_kind
from sendx_cli.files.workbooks.package import most_bytes, too_large

_CHUNK_BYTES = 1 << 20
_PREFIX = "sendx-contents-"


def copy_workbook(path: Path, name: str, overrides: Overrides) -> Contents | None:
    """Copy the rows of a workbook's sheet; None where the archive is no workbook.

    Raises:
        FileRefused: It cannot be read, or not as contacts.
        UsageError: Options are for text, or name no sheet of it.
    """
    kind = workbook_kind(path)
    if kind is None:
        return None
    with _copy() as (file, copied):
        with os.fdopen(file, "w", encoding="utf-8", newline="\n") as text:
            layout, merges = read_workbook(
                path, kind, overrides, _Bounded(text, most_bytes(path.stat().st_size)).write
            )
        return Contents(copied, digest_of(copied, name), layout, merges)


@dataclass(slots=True)
class _Bounded:
    """A text that does not fill the disk, however often a sheet repeats its rows."""

    text: TextIO
    left: int

    def write(self, line: str) -> None:
        self.left -= len(line)
        if self.left < 0:
            raise too_large()
        self.text.write(line)


def unpack(path: Path, name: str) -> Contents:
    """Unpack a gzip archive.

    Raises:
        FileRefused: It is damaged, or unpacks to more than a list of contacts does.
    """
    with _copy() as (file, copied):
        try:
            with os.fdopen(file, "wb") as text, gzip.open(path) as packed:
                _copy_within(packed, text, most_bytes(path.stat().st_size))
        except (gzip.BadGzipFile, zlib.error, EOFError):
            raise FileRefused("the gzip archive is damaged, or it is truncated") from None
        return Contents(copied, digest_of(copied, name))


def _copy_within(packed: gzip.GzipFile, text: BinaryIO, most: int) -> None:
    unpacked = 0
    while chunk := packed.read(_CHUNK_BYTES):
        unpacked += len(chunk)
        if unpacked > most:
            raise too_large()
        text.write(chunk)


@contextmanager
def _copy() -> Iterator[tuple[int, Path]]:
    """Create a temporary file that only its owner may read; it is deleted if an error occurs.

    Raises:
        PassingTrouble: It could not be written, or what goes into it not be read.
    """
    path: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=_PREFIX)
        path = Path(name)
        yield handle, path
    except BaseException as error:
        if path is not None:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = reason_of(error)
            folder = tempfile.gettempdir()
            raise PassingTrouble(f"cannot be unpacked: {reason}", where=folder) from None
        raise
