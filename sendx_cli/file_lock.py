"""The operating system's lock on an open file: one process holds it, kill -9 releases it."""

import os
import sys
import time

if sys.platform == "win32":
    import msvcrt

    _FAR_BYTE = 1 << 20
    # Windows keeps others from reading the byte that is locked: it lies behind what is written.

    def try_lock(descriptor: int) -> bool:
        """Acquire the lock if no process holds it.

        Raises:
            OSError: The file cannot be locked at all.
        """
        os.lseek(descriptor, _FAR_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Release the lock; closing the file does so as well.

        Raises:
            OSError: It was not held.
        """
        os.lseek(descriptor, _FAR_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock

    def try_lock(descriptor: int) -> bool:
        """Acquire the lock if no process holds it.

        Raises:
            OSError: The file cannot be locked at all.
        """
        try:
            flock(descriptor, LOCK_EX | LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Release the lock; closing the file does so as well.

        Raises:
            OSError: It was not held.
        """
        flock(descriptor, LOCK_UN)


def lock_within(descriptor: int, timeout_s: float, *, pause_s: float) -> bool:
    """Acquire the lock; return whether that succeeded in time.

    Args:
        descriptor: The open file.
        timeout_s: How long to try; with 0.0, once.
        pause_s: How long between two tries.

    Raises:
        OSError: The file cannot be locked at all.
    """
    deadline = time.monotonic() + timeout_s
    while not try_lock(descriptor):
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause_s)
    return True
