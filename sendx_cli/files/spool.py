"""Copying input that can be read only once, so that it is checked and resumed like a file."""

from pathlib import Path
from typing import BinaryIO

_CHUNK_BYTES = 1 << 20
_PREFIX = "sendx-input-"


def spool(stream: BinaryIO, folder: Path | None = None) -> Path:
    """Copy all of `stream` into a new file that only its owner may read (mode 0600).

    Args:
        stream: The input, read to its end.
        folder: Where to keep it; None: where temporary files are.

    Returns:
        The file, which the caller must delete.
    """
    import os
    import tempfile

    handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := stream.read(_CHUNK_BYTES):
                file.write(chunk)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def is_copy(path: Path, folder: Path) -> bool:
    """Return whether a file is a copy that `spool` made in `folder`, and so may be deleted."""
    return path.parent == folder and path.name.startswith(_PREFIX)
