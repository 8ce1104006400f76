"""The start lock: of all processes that start the same file at once, only one holds it.

It is acquired before the rows are checked and released once the run's journal is sealed: from then
on the journal, which all processes see, keeps others from starting the same. It is the operating
system's lock on a file, so that kill -9 releases it.
"""

import hashlib
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from sendx_cli.errors import RunUnfinished
from sendx_cli.journal.lock import MARGIN_S, holder_of, name_holder, open_lock, take_lock
from sendx_cli.journal.run_header import RunHeader

_DIGEST_BYTES = 16


class RunIdentity(NamedTuple):
    """What identifies a run: a second one must not start while the first is unfinished.

    The API key is not part of it: an account can have several, and a key can be replaced.

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
        """The name of its lock file."""
        digest = hashlib.blake2b("\n".join(self).encode(), digest_size=_DIGEST_BYTES)
        return f"{digest.hexdigest()}.place"


def identity_of(header: RunHeader) -> RunIdentity | None:
    """Return a run's identity; None for a stream, whose content nobody knows before it ends."""
    if not header.source_sha256:
        return None
    return RunIdentity(header.action, header.origin, header.source_sha256)


class StartLock:
    """The exclusive right to start a run, until `release` or the end of the process.

    Args:
        directory: Where journals are.
        identity: The run's identity; None holds nothing.

    Raises:
        RunUnfinished: Another process holds it.
        PassingTrouble: Its file cannot be used.
        SetupError: The file system has no locks.
    """

    def __init__(self, directory: Path, identity: RunIdentity | None) -> None:
        self._path = directory / (identity.file_name if identity else "")
        self._descriptor = None if identity is None else _acquire(self._path)

    def release(self) -> None:
        """Release it; idempotent."""
        if self._descriptor is None:
            return
        with suppress(OSError):  # where an open file cannot be removed, it stays for the next one
            self._path.unlink()
        os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> Self:
        """Return the lock itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release it."""
        self.release()


def _acquire(path: Path) -> int:
    # A resume holds the lock for a moment, so it is worth trying for `MARGIN_S`.
    while True:
        with ExitStack() as undo:
            descriptor = open_lock(path)
            undo.callback(os.close, descriptor)
            if not take_lock(descriptor, path, MARGIN_S):
                raise RunUnfinished(
                    "a run of this file is being started by another sendx "
                    f"process{holder_of(descriptor)}",
                    hint="`sendx runs list` shows it once it has started",
                )
            if _is_still_there(descriptor, path):
                name_holder(descriptor)
                undo.pop_all()
                return descriptor


def _is_still_there(descriptor: int, path: Path) -> bool:
    """Return whether the file was not removed between its opening and its locking.

    Its holder removes it before it releases the lock; a process that had it open by then locks a
    file that no other process would find, and must open the new one.
    """
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
