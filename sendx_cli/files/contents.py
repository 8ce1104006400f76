"""What is in a file that is not text itself: the rows of a sheet, or an unpacked text.

They are copied into a temporary file, so that they can be read as often as needed; what a run is
known by, and what a failed row goes beside, is still the file that was given.
"""

import gzip
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sendx_cli.errors import FileRefused
from sendx_cli.files.layout import Layout, Overrides
from sendx_cli.files.verified import FileDigest, digest_of
from sendx_cli.files.workbooks.sheet_row import Merge

_CHUNK_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_PREFIX = "sendx-contents-"
_USUAL_BYTES = 64 << 20
_MAX_RATIO = 200
"""People's names pack to a tenth; what packs better than this is made to fill a disk."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A copy of what is in a file.

    Args:
        path: The copy, which the caller must delete.
        digest: What it holds.
        layout: Its layout, if it is the rows of a sheet; a text's is still to be found.
        merges: The merged cells of the sheet.
    """

    path: Path
    digest: FileDigest
    layout: Layout | None = None
    merges: tuple[Merge, ...] = ()


def contents_of(path: Path, name: str, overrides: Overrides) -> Contents | None:
    """Copy what is in a workbook or a gzip archive; None where the file is text, or refused later.

    Args:
        path: A regular file that exists.
        name: Its name in messages.
        overrides: The user's options about its layout.

    Raises:
        FileRefused: It cannot be read, or not as contacts.
        InvalidValue: Options are for another kind of file.
    """
    with path.open("rb") as file:
        magic = file.read(len(_ZIP))
    if magic == _ZIP and (contents := _sheet(path, name, overrides)):
        return contents
    if overrides.sheet is not None or overrides.hidden_rows is not None:
        from sendx_cli.files.workbooks.opening import refuse_without_workbook

        refuse_without_workbook(overrides)
    return _unpacked(path, name) if magic.startswith(_GZIP) else None


def _sheet(path: Path, name: str, overrides: Overrides) -> Contents | None:
    from sendx_cli.files.workbooks.opening import read_workbook, workbook_kind

    kind = workbook_kind(path)
    if kind is None:
        return None
    with _copy() as (file, copied):
        with os.fdopen(file, "w", encoding="utf-8", newline="\n") as text:
            layout, merges = read_workbook(path, kind, overrides, text)
        return Contents(copied, digest_of(copied, name), layout, merges)


def _unpacked(path: Path, name: str) -> Contents:
    packed_bytes = path.stat().st_size
    with _copy() as (file, copied):
        try:
            with gzip.open(path) as packed, os.fdopen(file, "wb") as text:
                _copy_within(packed, text, max(_USUAL_BYTES, packed_bytes * _MAX_RATIO))
        except (gzip.BadGzipFile, zlib.error, EOFError):
            raise FileRefused("the gzip archive is damaged, or it is truncated") from None
        return Contents(copied, digest_of(copied, name))


def _copy_within(packed: gzip.GzipFile, text: BinaryIO, most: int) -> None:
    unpacked = 0
    while chunk := packed.read(_CHUNK_BYTES):
        unpacked += len(chunk)
        if unpacked > most:
            raise FileRefused(
                f"it unpacks to more than {_MAX_RATIO} times its size: this is not a list of "
                "contacts",
                hint="unpack it first: gunzip",
            )
        text.write(chunk)


@contextmanager
def _copy() -> Iterator[tuple[int, Path]]:
    """Create a temporary file that only its owner may read; it is deleted if an error occurs."""
    handle, name = tempfile.mkstemp(prefix=_PREFIX)
    try:
        yield handle, Path(name)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
