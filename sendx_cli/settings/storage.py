"""A file that only its owner may read: replaced atomically, and changed under a lock."""

import contextlib
import errno
import os
import shlex
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from sendx_cli.errors import ConfigUnusable, reason_of
from sendx_cli.file_lock import lock_within

MAX_BYTES = 1 << 20
"""Longer files are not config files."""

LOCK_TIMEOUT_S = 10.0
_LOCK_PAUSE_S = 0.01
_TRIES = 100
_PAUSE_S = 0.01
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # opening a named pipe would wait for its writer
_NOT_KNOWN_THERE = frozenset({errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOTTY})
"""What a file system says, such as a network's, that does not know a call."""

_BINARY = getattr(os, "O_BINARY", 0)


class Stored:
    """The content of a private file.

    Args:
        content: Its bytes.
        warning: Who else can read it, or None.
    """

    __slots__ = ("content", "warning")

    def __init__(self, content: bytes, warning: str | None = None) -> None:
        self.content = content
        self.warning = warning


def read_private(path: Path) -> Stored | None:
    """Return the file's content, or None if there is no file. A symbolic link is followed.

    Raises:
        ConfigUnusable: It cannot be read, is no plain file, or others could have written it.
    """
    target = link_target(path)
    try:
        descriptor = os.open(target, os.O_RDONLY | _NO_FOLLOW | _NO_WAIT | _BINARY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot("read", path, error) from None
    try:
        warning = _check_access(path, os.fstat(descriptor))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _cannot("read", path, error) from None
    finally:
        os.close(descriptor)
    if len(content) > MAX_BYTES:
        raise ConfigUnusable("the file is too long to be a config file", where=str(path))
    return Stored(content, warning)


def replace_private(path: Path, content: bytes) -> None:
    """Replace the file by `content` atomically, with mode 0600 from the first byte.

    Where `path` is a symbolic link, its target is replaced and the link stays.

    Raises:
        ConfigUnusable: It could not be written; the file is unchanged.
    """
    target = link_target(path)
    passing = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    try:
        try:
            _write_new(passing, content)
            take_place(passing, target)
        except BaseException:
            passing.unlink(missing_ok=True)
            raise
        sync_directory(target.parent)
    except OSError as error:
        raise _cannot("save", path, error) from None


def take_place(passing: Path, target: Path) -> None:
    """Replace `target`; Windows refuses that while another process has it open, for a moment.

    Raises:
        OSError: It could not be replaced.
    """
    tries = _TRIES if sys.platform == "win32" else 1
    for left in reversed(range(tries)):
        try:
            passing.replace(target)
        except PermissionError:
            if not left:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def make_private_directory(path: Path) -> None:
    """Make a directory, and the parents it lacks, with mode 0700 whatever the umask.

    Raises:
        ConfigUnusable: It cannot be made.
    """
    try:
        for directory in (*reversed(path.parents), path):
            if not directory.is_dir():
                _make_one(directory)
    except OSError as error:
        raise _cannot("make the directory", path, error) from None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock: what is read and written meanwhile, no other sendx changes.

    The lock is a file beside it, which stays: to remove it would let two hold it at once.

    Raises:
        ConfigUnusable: The lock cannot be had within 10 seconds.
    """
    lock = path.with_name(f"{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | _NO_FOLLOW, 0o600)
    except OSError as error:
        raise _cannot("lock", path, error) from None
    try:
        try:
            if sys.platform != "win32":
                os.fchmod(descriptor, 0o600)
            _wait_for_lock(descriptor, path)
        except OSError as error:
            raise _cannot("lock", path, error) from None
        yield
    finally:
        os.close(descriptor)


def link_target(path: Path) -> Path:
    """Return the file that `path` means: itself, or what a symbolic link points to.

    Raises:
        ConfigUnusable: The link is somebody else's, leads nowhere, or in a circle.
    """
    try:
        if not path.is_symlink():
            return path
        facts, target = path.lstat(), Path(os.path.realpath(path, strict=True))
    except OSError as error:
        raise _cannot("read", path, error) from None
    _check_owner(path, facts)
    return target


def _check_access(path: Path, facts: os.stat_result) -> str | None:
    if not stat.S_ISREG(facts.st_mode):
        raise ConfigUnusable("the config file is not a regular file", where=str(path))
    if os.name != "posix":
        return None  # other systems tell nothing by these bits
    _check_owner(path, facts)
    mode = stat.S_IMODE(facts.st_mode)
    hint = f"chmod 600 {shlex.quote(str(path))}"
    if mode & stat.S_IWOTH:
        raise ConfigUnusable(
            f"anybody can write the config file (mode {mode:04o})", where=str(path), hint=hint
        )
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"others can read {path} (mode {mode:04o}): {hint}"
    return None


def _check_owner(path: Path, facts: os.stat_result) -> None:
    # Root can read and write everything anyway, and some systems keep settings in its name.
    if sys.platform != "win32" and facts.st_uid not in {os.geteuid(), 0}:
        raise ConfigUnusable(
            f"the config file belongs to another user (uid {facts.st_uid})", where=str(path)
        )


def keep_for_owner(descriptor: int) -> None:
    """Let the owner, and nobody else, read and write an open file: the umask may forbid even that.

    Raises:
        OSError: The file is somebody else's.
    """
    if sys.platform != "win32":
        os.fchmod(descriptor, 0o600)


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _NO_FOLLOW | _BINARY
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        keep_for_owner(file.fileno())
        file.write(content)
        file.flush()
        sync_file(file.fileno())


def sync_file(descriptor: int) -> None:
    """Let all that was written to an open file or directory survive a power failure.

    On macOS `fsync` leaves it in the drive's own cache; `F_FULLFSYNC` does not (its fsync(2)).

    Raises:
        OSError: It cannot be synced.
    """
    if sys.platform != "win32":
        import fcntl

        if (full := getattr(fcntl, "F_FULLFSYNC", None)) is not None:
            try:
                fcntl.fcntl(descriptor, full)
            except OSError as error:
                if error.errno not in _NOT_KNOWN_THERE:
                    raise
            else:
                return
    os.fsync(descriptor)


def sync_directory(directory: Path) -> None:
    """Let a file's new name survive a power failure.

    Raises:
        OSError: The directory cannot be opened or synced.
    """
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        sync_file(descriptor)
    finally:
        os.close(descriptor)


def _make_one(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        return  # another process was faster
    directory.chmod(0o700)
    with contextlib.suppress(PermissionError):  # a parent that can be written but not listed
        sync_directory(directory.parent)


def _wait_for_lock(descriptor: int, path: Path) -> None:
    if not lock_within(descriptor, LOCK_TIMEOUT_S, pause_s=_LOCK_PAUSE_S):
        raise ConfigUnusable(
            "another sendx is still changing the config file",
            where=str(path),
            hint="stop the other one, then run it again",
        )


def _cannot(deed: str, path: Path, error: OSError) -> ConfigUnusable:
    kept = "the file is unchanged" if deed == "save" else None
    return ConfigUnusable(f"cannot {deed}: {reason_of(error)}", where=str(path), hint=kept)
