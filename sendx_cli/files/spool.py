"""Input that can be read only once, kept in a file: a pipe is then checked and resumed like one."""

from pathlib import Path
from typing import BinaryIO

_CHUNK_BYTES = 1 << 20
_PREFIX = "sendx-input-"


def spool(stream: BinaryIO, folder: Path | None = None) -> Path:
    """Copy all of `stream` into a new file that only its owner may read (mode 0600).

    Args:
        stream: What is read to its end.
        folder: Where to keep it; None: where temporary files are.

    Returns:
        The file. Whoever asked for it takes it away.
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
    """Return whether a file is a copy that `spool` made there: nobody else has a use for it."""
    return path.parent == folder and path.name.startswith(_PREFIX)
