"""Copying the rows of a sheet, or an unpacked text, into a temporary file."""

import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TextIO

from sendx_cli.errors import FileRefused, PassingTrouble, reason_of
from sendx_cli.files.contents import Contents
from sendx_cli.files.layout import Layout, Overrides
from sendx_cli.files.spool import Copy, new_copy
from sendx_cli.files.verified import digest_of
from sendx_cli.files.workbooks.opening import read_workbook, workbook_kind
from sendx_cli.files.workbooks.package import most_bytes, too_large

if TYPE_CHECKING:
    from sendx_cli.files.workbooks.sheet_row import Merge

_CHUNK_BYTES = 1 << 20
_PREFIX = "sendx-contents-"


def copy_workbook(packed: BinaryIO, name: str, overrides: Overrides) -> Contents | None:
    """Copy the rows of a workbook's sheet; None where the archive is no workbook.

    Raises:
        FileRefused: It cannot be read, or not as contacts.
        UsageError: Options are for text, or name no sheet of it.
    """
    kind = workbook_kind(packed)
    if kind is None:
        return None
    with _copy() as (file, copy):
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        bounded = _Bounded(text, _most_bytes(packed))
        layout, merges = read_workbook(packed, kind, overrides, bounded.write)
        text.detach()
        return _contents(file, copy, name, layout, merges)


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


def unpack(packed: BinaryIO, name: str) -> Contents:
    """Unpack a gzip archive.

    Raises:
        FileRefused: It is damaged, or unpacks to more than a list of contacts does.
    """
    with _copy() as (file, copy):
        try:
            packed.seek(0)
            with gzip.open(packed) as text:
                _copy_within(text, file, _most_bytes(packed))
        except (gzip.BadGzipFile, zlib.error, EOFError):
            raise FileRefused("the gzip archive is damaged, or it is truncated") from None
        return _contents(file, copy, name)


def _contents(
    file: BinaryIO,
    copy: Copy,
    name: str,
    layout: Layout | None = None,
    merges: "tuple[Merge, ...]" = (),
) -> Contents:
    file.flush()
    return Contents(copy, digest_of(copy.path, name), layout, merges)


def _most_bytes(packed: BinaryIO) -> int:
    return most_bytes(os.fstat(packed.fileno()).st_size)


def _copy_within(packed: gzip.GzipFile, text: BinaryIO, most: int) -> None:
    unpacked = 0
    while chunk := packed.read(_CHUNK_BYTES):
        unpacked += len(chunk)
        if unpacked > most:
            raise too_large()
        text.write(chunk)


@contextmanager
def _copy() -> Iterator[tuple[BinaryIO, Copy]]:
    """Create a temporary file; it is deleted if an error occurs.

    Raises:
        PassingTrouble: It could not be written, or what goes into it not be read.
    """
    try:
        with new_copy(prefix=_PREFIX) as made:
            yield made
    except OSError as error:
        reason = reason_of(error)
        raise PassingTrouble(f"cannot be unpacked: {reason}", where=tempfile.gettempdir()) from None
