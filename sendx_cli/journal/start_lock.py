"""The start lock: of all processes that start the same file at once, only one holds it.

It is acquired before the rows are checked and released once the run's journal is sealed: from then
on the journal, which all processes see, keeps others from starting the same. It is the operating
system's lock on a file, so that kill -9 releases it.

Different shards of a file, of as many, are started side by side; the whole file, or shards of
another number, are not started beside them. Each process acquires its own lock, then looks at the
others': of two that must not start at once, at least one finds the other.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from sendx_cli.core.contact.shards import WHOLE, Shard
from sendx_cli.errors import PassingTrouble, RunUnfinished, reason_of
from sendx_cli.journal.lock import MARGIN_S, holder_of, name_holder, open_lock, take_lock
from sendx_cli.journal.run_header import RunHeader

_DIGEST_BYTES = 16
_MARK = re.compile(r"\.(\d+)-of-(\d+)\.place")


class RunIdentity(NamedTuple):
    """What identifies a run: a second one must not start while the first is unfinished.

    The API key is not part of it: an account can have several, and a key can be replaced.

    Args:
        action: `identify` or `track`.
        origin: Where requests go.
        sha256: The file's content.
        shard: The shard of the file that is sent.
    """

    action: str
    origin: str
    sha256: str
    shard: Shard = WHOLE

    @property
    def file_name(self) -> str:
        """The name of its lock file."""
        return f"{self._digest}{self.shard.mark}.place"

    def others_in(self, directory: Path) -> Iterator[Path]:
        """Yield the lock files of runs that must not start at the same time."""
        for path in directory.glob(f"{self._digest}*.place"):
            match = _MARK.search(path.name)
            other = Shard(int(match[1]), int(match[2])) if match else WHOLE
            if other != self.shard and other.overlaps(self.shard):
                yield path

    @property
    def _digest(self) -> str:
        text = f"{self.action}\n{self.origin}\n{self.sha256}"
        return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def identity_of(header: RunHeader) -> RunIdentity | None:
    """Return a run's identity; None for a stream, whose content nobody knows before it ends."""
    if not header.source_sha256:
        return None
    return RunIdentity(header.action, header.origin, header.source_sha256, header.shard)


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
        self._descriptor: int | None = None
        if identity is None:
            return
        self._descriptor = _acquire(self._path)
        try:
            for path in identity.others_in(directory):
                _refuse_held(path)
        except BaseException:
            self.release()
            raise

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
            _take_or_refuse(descriptor, path)
            if _is_still_there(descriptor, path):
                name_holder(descriptor)
                undo.pop_all()
                return descriptor


def _take_or_refuse(descriptor: int, path: Path) -> None:
    if not take_lock(descriptor, path, MARGIN_S):
        raise RunUnfinished(
            f"a run of this file is being started by another sendx process{holder_of(descriptor)}",
            hint="`sendx runs list` shows it once it has started",
        )


def _refuse_held(path: Path) -> None:
    """Refuse to start while another process holds this lock; its file is not created."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        return
    except OSError as error:
        reason = reason_of(error)
        raise PassingTrouble(f"cannot lock the run: {reason}", where=str(path)) from None
    try:
        _take_or_refuse(descriptor, path)
    finally:
        os.close(descriptor)


def _is_still_there(descriptor: int, path: Path) -> bool:
    """Return whether the file was not removed between its opening and its locking.

    Its holder removes it before it releases the lock; a process that had it open by then locks a
    file that no other process would find, and must open the new one.
    """
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
