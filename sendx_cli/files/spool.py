"""Copying input that can be read only once, so that it is checked and resumed like a file."""

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


def spool(stream: BinaryIO, folder: Path | None = None) -> Copy:
    """Copy all of `stream` into a new file that only its owner may read (mode 0600).

    Args:
        stream: The input, read to its end.
        folder: Where to keep it; None: a temporary file, without a name where the system can
            open such a one again (Linux, macOS): it holds addresses, and nothing may be left
            of it if the process is killed.

    Returns:
        The copy, which the caller must delete.
    """
    import os
    import tempfile

    handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    file, copy = os.fdopen(handle, "w+b"), Copy(Path(name))
    try:
        if folder is None and _is_named_by(handle):
            copy.delete()
            copy = Copy(_OPEN_FILES / str(handle), file)
        while chunk := stream.read(_CHUNK_BYTES):
            file.write(chunk)
        file.flush()
        if copy.file is None:
            file.close()
    except BaseException:
        file.close()
        copy.delete()
        raise
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
