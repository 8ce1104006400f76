"""A file under a passing name: it takes its own once it is whole, and a kill leaves no half there.

It is locked while it is open. So those that nobody holds are what kill -9 left, and are removed by
the next process that writes the same.
"""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sendx_cli.file_lock import try_lock

_FLAGS = (
    os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # opening a named pipe would wait for its writer
_ENDING = re.compile(r"[0-9a-f]{12}")


def create_passing(path: Path, mode: int) -> tuple[int, Path]:
    """Create a file beside `path`, whose name begins with a dot; remove those that kills left.

    Args:
        path: Whose place it is to take, before it is closed.
        mode: Its mode, subject to the umask.

    Returns:
        Its descriptor and its name.

    Raises:
        OSError: It cannot be created.
    """
    if sys.platform == "win32":  # an open file cannot take another's place there, nor be removed
        return _create(path, mode)
    for left in _named_like(path):
        with suppress(OSError):
            _remove_left(left)
    while True:
        descriptor, passing = _create(path, mode)
        if _is_held(descriptor, passing):
            return descriptor, passing
        os.close(descriptor)


def _create(path: Path, mode: int) -> tuple[int, Path]:
    passing = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    return os.open(passing, _FLAGS, mode), passing


def _named_like(path: Path) -> Iterator[Path]:
    begin = f".{path.name}."
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if entry.name.startswith(begin) and _ENDING.fullmatch(entry.name, len(begin)):
                yield path.with_name(entry.name)


def _remove_left(passing: Path) -> None:
    """Remove the file unless a process holds it."""
    descriptor = os.open(passing, os.O_RDONLY | _NO_FOLLOW | _NO_WAIT)
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode) and try_lock(descriptor):
            passing.unlink()
    finally:
        os.close(descriptor)


def _is_held(descriptor: int, passing: Path) -> bool:
    """Lock a new file; return whether no other process took it for one that a kill left."""
    try:
        return try_lock(descriptor) and os.path.samestat(os.fstat(descriptor), passing.stat())
    except FileNotFoundError:
        return False
    except OSError:  # a file system without locks, where nothing is removed either
        return True
