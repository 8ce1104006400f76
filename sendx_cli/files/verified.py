"""Reading a file again, provided that it has not changed since it was first opened.

What is reported of a row later, by its line, must hold for the bytes that were checked. So each
pass over a file computes the digest of what it reads, and ends in an error if that has changed.
"""

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from sendx_cli.errors import FileRefused, reason_of
from sendx_cli.files.near_names import no_such_file

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER_BYTES = 1 << 18
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class FileDigest(NamedTuple):
    """The digest of a file's content.

    Args:
        sha256: SHA-256 of its bytes, in hexadecimal.
        length: The number of bytes.
    """

    sha256: str
    length: int


def open_plain(path: Path, name: str) -> io.BufferedReader:
    """Open a regular file without blocking: a pipe in its place is refused, not read.

    Args:
        path: The file.
        name: Its name in messages.

    Raises:
        FileRefused: It does not exist, cannot be read, or is not a regular file.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise no_such_file(path, name) from None
    except OSError as error:
        reason = reason_of(error)
        raise FileRefused(f"cannot be read: {reason}", where=name) from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "this is a directory" if stat.S_ISDIR(mode) else "this is no longer a regular file"
        raise FileRefused(what, where=name)
    # A copy without a name shares its place with whoever opened it before, on macOS.
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.fdopen(descriptor, "rb")


def digest_of(path: Path, name: str) -> FileDigest:
    """Read a regular file, and return its digest.

    Raises:
        FileRefused: It cannot be read.
    """
    with open_plain(path, name) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileDigest(digest, file.tell())


@contextmanager
def open_verified(
    path: Path,
    name: str,
    digest: FileDigest,
    *,
    encoding: str,
    newline: str,
    may_have_grown: bool = False,
) -> Iterator[TextIO]:
    """Open a text with a known digest, which is compared at the end of the block.

    It must be read to its end: if the block then ends without an error, the text was unchanged.
    Text that no longer decodes has changed as well, as all of it was decoded when it was first
    opened.

    Args:
        path: The file.
        name: As people call it.
        digest: What it held when it was opened first.
        encoding: Its codec.
        newline: As for `open`.
        may_have_grown: Whether more may stand behind what it held; that is not read.

    Raises:
        FileRefused: It holds something else by now, or cannot be read.
    """
    with open_plain(path, name) as file:
        taken = _DigestedBytes(file, digest.length)
        buffered = io.BufferedReader(taken, _BUFFER_BYTES)
        try:
            with io.TextIOWrapper(buffered, encoding=encoding, newline=newline) as text:
                yield text
        except UnicodeError:
            raise changed(name) from None
        if taken.sha256 != digest.sha256 or (file.read(1) and not may_have_grown):
            raise changed(name)


def changed(name: str) -> FileRefused:
    """Return the error for a file that has changed since it was opened."""
    return FileRefused(
        "it changed while its rows were read",
        where=name,
        hint="nothing was sent: run it again when nothing is writing to it",
    )


class _DigestedBytes(io.RawIOBase):
    """The first bytes of a file, and their digest as they are read.

    Args:
        file: Read from where it stands.
        length: How many bytes of it there are to read.
    """

    def __init__(self, file: io.BufferedReader, length: int) -> None:
        self._file = file
        self._left = length
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest of what was read so far, in hexadecimal."""
        return self._hash.hexdigest()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read into `buffer`."""
        view = memoryview(buffer)[: self._left]
        count = self._file.readinto(view)
        self._hash.update(view[:count])
        self._left -= count
        return count
