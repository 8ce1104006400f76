"""Copying input that can be read only once, so that it is checked and resumed like a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

_CHUNK_BYTES = 1 << 20
_PREFIX = "sendx-input-"
_OPEN_FILES = Path("/dev/fd")


class Copy(NamedTuple):
    """A copy of an input.

    Args:
        path: Where it can be opened, as often as needed.
        file: The open file itself, where the copy has no name of its own and is gone once that
            is closed, however the process ends.
    """

    path: Path
    file: BinaryIO | None = None

    def delete(self) -> None:
        """Delete it, unless somebody was faster."""
        if self.file is None:
            self.path.unlink(missing_ok=True)
        else:
            self.file.close()


@contextmanager
def new_copy(folder: Path | None = None, prefix: str = _PREFIX) -> Iterator[tuple[BinaryIO, Copy]]:
    """Create a file that only its owner may read (mode 0600), to be written while the block runs.

    It is deleted if an error occurs there; else the caller must delete it.

    Args:
        folder: Where to keep it; None: a temporary file, without a name where the system can
            open such a one again (Linux, macOS): it holds addresses, and nothing may be left
            of it if the process is killed.
        prefix: How its name begins.
    """
    import os
    import tempfile

    handle, name = tempfile.mkstemp(prefix=prefix, dir=folder)
    file, copy = os.fdopen(handle, "w+b"), Copy(Path(name))
    try:
        if folder is None and _is_named_by(handle):
            copy.delete()
            copy = Copy(_OPEN_FILES / str(handle), file)
        yield file, copy
        file.flush()
        if copy.file is None:
            file.close()
    except BaseException:
        file.close()
        copy.delete()
        raise


def spool(stream: BinaryIO, folder: Path | None = None) -> Copy:
    """Copy all of `stream`, read to its end, and return the copy, which the caller must delete.

    Args:
        stream: The input.
        folder: As for `new_copy`.
    """
    with new_copy(folder) as (file, copy):
        while chunk := stream.read(_CHUNK_BYTES):
            file.write(chunk)
    return copy


def is_copy(path: Path, folder: Path) -> bool:
    """Return whether a file is a copy that `spool` made in `folder`, and so may be deleted."""
    return path.parent == folder and path.name.startswith(_PREFIX)


def _is_named_by(handle: int) -> bool:
    """Return whether an open file can be opened once more by its number."""
    import os

    try:
        return os.path.samestat(os.fstat(handle), (_OPEN_FILES / str(handle)).stat())
    except OSError:
        return False
