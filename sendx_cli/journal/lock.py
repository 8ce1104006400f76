"""The lock of a run: held by the one process that sends it, and free once that has ended.

It is the operating system's lock on a file, so that kill -9 releases it. The file also names its
holder, for messages only: a process id in a file proves nothing.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from sendx_cli.errors import PassingTrouble, RunUnfinished, SetupError, reason_of
from sendx_cli.file_lock import lock_within
from sendx_cli.settings.storage import keep_for_owner

MARGIN_S = 0.25
"""How long to try for the lock: another process's `is_locked` holds it for a moment, too."""

_PAUSE_S = 0.02
_MAX_HOLDER_BYTES = 200


class RunLock:
    """The right to change a run's journal, until `release` or the end of the process.

    Args:
        path: The lock's file; created if absent.
        run: The run's id, for the message.

    Raises:
        RunUnfinished: Another process has it.
        PassingTrouble: The file cannot be used.
        SetupError: The file system has no locks.
    """

    def __init__(self, path: Path, run: str) -> None:
        with ExitStack() as undo:
            self._descriptor = open_lock(path)
            undo.callback(os.close, self._descriptor)
            if not take_lock(self._descriptor, path, MARGIN_S):
                raise RunUnfinished(
                    f"run {run} is being sent by another sendx "
                    f"process{holder_of(self._descriptor)}",
                    hint="wait until it ends, or stop it (Ctrl-C), then resume the run",
                )
            name_holder(self._descriptor)
            undo.pop_all()

    def release(self) -> None:
        """Release the lock. The file stays: to remove it would let two processes hold the lock."""
        os.close(self._descriptor)


def is_locked(path: Path, timeout_s: float = 0.0) -> bool:
    """Return whether some process holds the lock at this moment.

    Args:
        path: The lock's file.
        timeout_s: How long to try for the lock: `MARGIN_S` rules out another's `is_locked`.

    Raises:
        PassingTrouble: The file cannot be used.
        SetupError: The file system has no locks.
    """
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        return not take_lock(descriptor, path, timeout_s)
    finally:
        os.close(descriptor)


def open_lock(path: Path) -> int:
    """Open the file of a lock, created if absent; return its descriptor.

    Raises:
        PassingTrouble: It cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600)
        keep_for_owner(descriptor)
    except OSError as error:
        reason = reason_of(error)
        raise PassingTrouble(f"cannot lock the run: {reason}", where=str(path)) from None
    return descriptor


def take_lock(descriptor: int, path: Path, timeout_s: float) -> bool:
    """Acquire the lock; return whether that succeeded in time.

    Args:
        descriptor: The open file.
        path: Its name, for the message.
        timeout_s: How long to try.

    Raises:
        SetupError: The file system has no locks, so that nothing would keep two processes from
            sending the same run.
    """
    try:
        return lock_within(descriptor, timeout_s, pause_s=_PAUSE_S)
    except OSError as error:
        reason = reason_of(error)
        raise SetupError(
            f"cannot lock the run: {reason}",
            where=str(path),
            hint="runs are kept in $XDG_STATE_HOME: set it to a directory on a file system that "
            "has locks",
        ) from None


def name_holder(descriptor: int) -> None:
    """Write this process's id and host into the lock's file."""
    import platform

    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f"{os.getpid()} on {platform.node()}\n".encode())


def holder_of(descriptor: int) -> str:
    """Return who has the lock, as it reads in a message: ` (process 17 on host)`, or nothing."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = os.read(descriptor, _MAX_HOLDER_BYTES).decode("utf-8", "replace").strip()
    return f" (process {text})" if text.isprintable() and text else ""
