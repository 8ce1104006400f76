"""The file in which all processes of a machine share what they know of one account's limit."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from sendx_cli.errors import ConfigUnusable
from sendx_cli.file_lock import lock_within, unlock

_FLAGS = (
    os.O_RDWR
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # opening a named pipe would wait
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_MOST_BYTES = 512
"""More than any record has."""
_LOCK_TIMEOUT_S = 0.05
_PAUSE_S = 0.0002
_BLIND_S = 1.0


class RateFile:
    """One record, changed under a lock that is held for some ten microseconds.

    The lock is the operating system's, on the file itself, so that kill -9 releases it. No process
    waits for it longer than 50 ms: its holder may have been stopped (Ctrl-Z) at the wrong moment.
    After that, as after any error with the file, this process changes nothing for a second: it can
    still read the record, and keeps to its share (`core.pacing.shared_rate`). Nothing here raises.

    The record is written in one call, but nothing relies on that: it carries a checksum, and half
    a record is none. The file is created, with mode 0600, when there is something to keep.

    Args:
        path: The file.
        lock_timeout_s: How long to wait for the lock.
    """

    __slots__ = ("_blind_until", "_descriptor", "_lock_timeout_s", "_path")

    def __init__(self, path: Path, lock_timeout_s: float = _LOCK_TIMEOUT_S) -> None:
        self._path = path
        self._lock_timeout_s = lock_timeout_s
        self._descriptor: int | None = None
        self._blind_until = 0.0

    def update(self, change: Callable[[bytes], bytes | None]) -> bool:
        """Replace the record under the lock; tell whether `change` was called.

        Args:
            change: Makes the new record from the old one, which is empty where there is none;
                None leaves it as it is.
        """
        if time.monotonic() < self._blind_until:
            return False
        try:
            descriptor = self._opened()
        except OSError:
            return self._go_blind()
        if descriptor is None:
            return self._begin(change)
        return self._update(descriptor, change)

    def look(self) -> bytes:
        """Return the record as it is, without the lock; empty where there is none."""
        try:
            descriptor = self._opened()
            return b"" if descriptor is None else _read(descriptor)
        except OSError:
            return b""

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int | None:
        if self._descriptor is None:
            with suppress(FileNotFoundError):
                self._descriptor = os.open(self._path, _FLAGS)
        return self._descriptor

    def _begin(self, change: Callable[[bytes], bytes | None]) -> bool:
        """Create the file, if there is something to keep in it."""
        first = change(b"")
        if first is None:
            return True
        from sendx_cli.settings.storage import make_private_directory

        try:
            make_private_directory(self._path.parent)
            self._descriptor = os.open(self._path, _FLAGS | os.O_CREAT, 0o600)
        except (OSError, ConfigUnusable):
            self._go_blind()
            return True
        # A process that created it a moment before has seen a 429 as well: its record stands.
        self._update(self._descriptor, lambda kept: None if kept else first)
        return True

    def _update(self, descriptor: int, change: Callable[[bytes], bytes | None]) -> bool:
        if not _locked(descriptor, self._lock_timeout_s):
            return self._go_blind()
        try:
            try:
                kept = _read(descriptor)
            except OSError:
                kept = b""
            record = change(kept)
            if record is not None:
                _write(descriptor, record)
                if len(kept) > len(record):
                    os.ftruncate(descriptor, len(record))
        except OSError:
            self._go_blind()
        finally:
            with suppress(OSError):
                unlock(descriptor)
        return True

    def _go_blind(self) -> bool:
        self._blind_until = time.monotonic() + _BLIND_S
        return False


def rate_path(directory: Path, origin: str, key: str) -> Path:
    """Return where the limit of a service for a key is kept; the key cannot be told from it.

    A checksum of 32 bits is enough to keep a user's few accounts apart, and costs no call the
    loading of a cryptographic library.

    Args:
        directory: Where sendx keeps its state.
        origin: Scheme, host and port of the service.
        key: The API key.
    """
    account = crc32(f"{origin}\n{key}".encode())
    return directory / "rates" / f"{account:08x}"


def _read(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, _MOST_BYTES)


def _write(descriptor: int, record: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, record)


def _locked(descriptor: int, lock_timeout_s: float) -> bool:
    with suppress(OSError):
        return lock_within(descriptor, lock_timeout_s, pause_s=_PAUSE_S)
    return False
