"""The lock of a run: held by the one process that sends it, free as soon as that has ended.

It is the system's own lock on a file, so that kill -9 frees it. The file also names its holder,
for the message only: a number in a file proves nothing.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from sendx_cli.errors import InputError, PassingTrouble
from sendx_cli.file_lock import lock_within, try_lock

_MARGIN_S = 0.25
"""A look at the lock (`is_locked`) holds it for a moment: who wants it tries this long."""

_PAUSE_S = 0.02
_MAX_HOLDER_BYTES = 200


class RunLock:
    """The right to change a run's journal, until `release` or the end of the process.

    Args:
        path: The lock's file; made where absent.
        run: The run's id, for the message.

    Raises:
        InputError: Another process has it.
        PassingTrouble: The file cannot be used.
    """

    def __init__(self, path: Path, run: str) -> None:
        with ExitStack() as undo:
            self._descriptor = _open(path)
            undo.callback(os.close, self._descriptor)
            if not lock_within(self._descriptor, _MARGIN_S, pause_s=_PAUSE_S):
                raise InputError(
                    f"run {run} is being sent by another sendx{_holder(self._descriptor)}",
                    hint="wait until it has ended, or end it (Ctrl-C), then resume the run",
                )
            _name_holder(self._descriptor)
            undo.pop_all()

    def release(self) -> None:
        """Let go of it. The file stays: to remove it would let two hold the lock at once."""
        os.close(self._descriptor)


def is_locked(path: Path) -> bool:
    """Return whether some process holds the lock at this moment."""
    if not path.exists():
        return False
    descriptor = _open(path)
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise PassingTrouble(f"cannot lock the run: {reason}", where=str(path)) from None


def _name_holder(descriptor: int) -> None:
    import platform

    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f"{os.getpid()} on {platform.node()}\n".encode())


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    text = os.read(descriptor, _MAX_HOLDER_BYTES).decode("utf-8", "replace").strip()
    return f" (process {text})" if text.isprintable() and text else ""
