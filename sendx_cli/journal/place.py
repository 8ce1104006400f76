"""The place of a run: of all who begin the same file at once, one has it.

It is taken before the rows are checked and let go once the run's journal is sealed: from then on
the journal, which everybody sees, keeps others from beginning the same. It is the system's own
lock on a file, so that kill -9 frees it.
"""

import hashlib
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from sendx_cli.errors import InputError
from sendx_cli.journal.lock import MARGIN_S, holder_of, name_holder, open_lock, take_lock
from sendx_cli.journal.run_header import RunHeader

_DIGEST_BYTES = 16


class Place(NamedTuple):
    """What makes two runs the same: neither may begin while the other is under way or unfinished.

    The key is no part of it: an account can have several, and a key can be exchanged for another.

    Args:
        action: `identify` or `track`.
        origin: Where requests go.
        sha256: The file's content.
        shard: The part of the file's contacts that is sent; empty for all of them.
    """

    action: str
    origin: str
    sha256: str
    shard: str = ""

    @property
    def file_name(self) -> str:
        """The name of its lock's file."""
        digest = hashlib.blake2b("\n".join(self).encode(), digest_size=_DIGEST_BYTES)
        return f"{digest.hexdigest()}.place"


def place_of(header: RunHeader) -> Place | None:
    """Return a run's place; None for a stream, whose content nobody knows before it ends."""
    if not header.source_sha256:
        return None
    return Place(header.action, header.origin, header.source_sha256)


class HeldPlace:
    """The right to begin a run, until `release` or the end of the process.

    Args:
        directory: Where journals are.
        place: The run's place; None holds nothing.

    Raises:
        InputError: Another process has it.
        PassingTrouble: Its file cannot be used.
        SetupError: The file system has no locks.
    """

    def __init__(self, directory: Path, place: Place | None) -> None:
        self._path = directory / (place.file_name if place else "")
        self._descriptor = None if place is None else _take(self._path)

    def release(self) -> None:
        """Let go of it; once let go, nothing more happens."""
        if self._descriptor is None:
            return
        with suppress(OSError):  # where an open file cannot be removed, it stays for the next one
            self._path.unlink()
        os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of it."""
        self.release()


def _take(path: Path) -> int:
    # A resume has the place for a moment; and of a run that has begun meanwhile the id is known.
    while True:
        with ExitStack() as undo:
            descriptor = open_lock(path)
            undo.callback(os.close, descriptor)
            if not take_lock(descriptor, path, MARGIN_S):
                raise InputError(
                    f"a run of this file is being started by another sendx{holder_of(descriptor)}",
                    hint="`sendx runs list` shows it as soon as it has begun",
                )
            if _is_still_there(descriptor, path):
                name_holder(descriptor)
                undo.pop_all()
                return descriptor


def _is_still_there(descriptor: int, path: Path) -> bool:
    """Tell whether the file was not removed between its opening and its locking.

    Its holder removes it while the lock is held; who had opened it by then locks a file that
    nobody else would find, and must open the new one.
    """
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
