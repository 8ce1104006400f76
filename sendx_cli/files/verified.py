"""A file read again: only while it holds what it held when it was opened first.

What is said of a row later, by its line, holds for the bytes that were checked. So each pass over
a file takes the digest of what it reads, and ends in an error where that is another one.
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

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER_BYTES = 1 << 18
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class FileDigest(NamedTuple):
    """What a file holds, as it is known again.

    Args:
        sha256: SHA-256 of its bytes, in hexadecimal.
        length: How many bytes they are.
    """

    sha256: str
    length: int


def open_plain(path: Path, name: str) -> io.BufferedReader:
    """Open a plain file, and wait for nothing: a pipe in its place is refused, not read.

    Args:
        path: The file.
        name: As people call it.

    Raises:
        FileRefused: There is none, it cannot be read, or it is something else.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise FileRefused("no such file", where=name) from None
    except OSError as error:
        reason = reason_of(error)
        raise FileRefused(f"cannot be read: {reason}", where=name) from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "this is a directory" if stat.S_ISDIR(mode) else "this is not a plain file any more"
        raise FileRefused(what, where=name)
    return os.fdopen(descriptor, "rb")


def digest_of(path: Path, name: str) -> FileDigest:
    """Read a plain file, and tell what it holds.

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
    """Open a text of which the digest is known; at the end of the block it is compared.

    It is to be read to its end: whoever has done so and leaves the block without an error was
    given the text as it was. What does not decode any more has changed as well: all of it was
    decoded when it was opened first.

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
    """Return what to raise where a file holds something else than it did a moment ago."""
    return FileRefused(
        "it changed while its rows were read",
        where=name,
        hint="nothing was sent: begin again when nothing writes to it any more",
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
        """Return that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read into `buffer`."""
        view = memoryview(buffer)[: self._left]
        count = self._file.readinto(view)
        self._hash.update(view[:count])
        self._left -= count
        return count
