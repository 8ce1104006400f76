"""Files that a run writes: never one that it reads, not through a link, and atomically."""

import os
import stat
import sys
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from typing import TextIO

from sendx_cli.errors import InputError, PassingTrouble, reason_of
from sendx_cli.files.source import STANDARD_INPUT
from sendx_cli.runs.options import RunMode
from sendx_cli.runtime import Runtime
from sendx_cli.settings.passing_file import create_passing
from sendx_cli.settings.storage import sync_file, take_place

PRIVATE = 0o600
SHARED = 0o666
"""For files without personal data, subject to the umask."""

_NOT_REPORTS = frozenset(
    {".doc", ".docx", ".gz", ".htm", ".html", ".numbers", ".ods", ".odt", ".parquet", ".pdf"}
    | {".tsv", ".xls", ".xlsm", ".xlsx", ".xml", ".zip"}
)
"""Endings that promise another format than JSON Lines or CSV."""

_Identity = tuple[object, ...]


class OutputFile:
    """A file that replaces `path` once `keep` is called, and is removed otherwise.

    Until then it is a temporary file in the same directory, with a name that begins with a dot.

    Args:
        path: The file.
        what: What it is, for messages: `report`.
        mode: `PRIVATE`, whatever mode the file had; or `SHARED`, which leaves it its mode.

    Raises:
        InputError: It cannot be written.
    """

    def __init__(self, path: Path, what: str, mode: int) -> None:
        self._path = path
        self._what = what
        refuse_special(path, f"the {what}")
        try:
            descriptor, self._passing = create_passing(path, mode)
            _set_mode(descriptor, path, mode)
        except OSError as error:
            raise InputError(self._message(error), where=str(path)) from None
        self.text: TextIO = os.fdopen(descriptor, "w", encoding="utf-8", newline="\n")

    def write(self, text: str) -> None:
        """Append `text`.

        Raises:
            PassingTrouble: It cannot be written.
        """
        try:
            self.text.write(text)
        except OSError as error:
            raise self._error(error) from None

    def keep(self) -> None:
        """Replace `path` by what was written.

        Raises:
            PassingTrouble: It cannot be written; the file is unchanged.
        """
        try:
            self.text.flush()
            sync_file(self.text.fileno())
            if sys.platform == "win32":
                self.text.close()
            take_place(self._passing, self._path)
            self.text.close()
        except OSError as error:
            raise self._error(error) from None

    def close(self) -> None:
        """Remove the temporary file, unless it was kept."""
        with suppress(OSError):  # what cannot be written is not to be kept
            self.text.close()
        self._passing.unlink(missing_ok=True)

    def _message(self, error: OSError) -> str:
        reason = reason_of(error)
        return f"the {self._what} cannot be written: {reason}"

    def _error(self, error: OSError) -> PassingTrouble:
        return PassingTrouble(self._message(error), where=str(self._path))


def refuse_outputs(runtime: Runtime, source: str, mode: RunMode) -> None:
    """Refuse output files that are read as well, are the same file, or are not regular files.

    Files are compared by device and inode, whatever their names and through any link.

    Args:
        runtime: Its standard input may be a file.
        source: The file that is read, or `-`.
        mode: Names the files that are written, and the map file that was read.

    Raises:
        InputError: One of them must not be written.
    """
    _refuse_other_format(mode.report)
    outputs = {
        option: path
        for option, path in (
            ("--report", mode.report),
            ("--save-map", mode.save_map),
            ("--code-quality", mode.code_quality),
        )
        if path is not None
    }
    inputs = {("standard input" if source == STANDARD_INPUT else source): _of(runtime, source)}
    if mode.map_file is not None:
        inputs[str(mode.map_file)] = _identity(mode.map_file)
    for option, path in outputs.items():
        for name, identity in inputs.items():
            if _identity(path) == identity:
                raise InputError(f"{option} would overwrite the input: {name}", where=str(path))
        refuse_special(path, option)
        _refuse_unwritable(path, option)
    for (option, path), (other, second) in combinations(outputs.items(), 2):
        if _identity(path) == _identity(second):
            raise InputError(f"{option} and {other} are the same file", where=str(path))


def _refuse_other_format(report: Path | None) -> None:
    if report is not None and report.suffix.lower() in _NOT_REPORTS:
        raise InputError(
            f"--report writes JSON Lines or CSV, not {report.suffix}",
            where=str(report),
            hint=f"name it {report.stem}.csv, which spreadsheets open, or {report.stem}.jsonl",
        )


def refuse_special(path: Path, what: str) -> None:
    """Refuse to write to a symbolic link, a directory, a pipe or a device.

    Raises:
        InputError: `path` is one.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if stat.S_ISLNK(mode):
        raise InputError(
            f"{what} does not follow symbolic links", where=str(path), hint="name the file itself"
        )
    if not stat.S_ISREG(mode):
        raise InputError(f"{what} must be a regular file", where=str(path))


def _refuse_unwritable(path: Path, option: str) -> None:
    """Refuse before the run starts what could not be written at its end."""
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"{option} cannot be written: no such directory", where=str(path))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{option} cannot be written: permission denied", where=str(path))


def _of(runtime: Runtime, source: str) -> _Identity:
    if source != STANDARD_INPUT:
        return _identity(Path(source))
    try:
        facts = os.fstat(runtime.stdin.fileno())
    except (OSError, ValueError):  # without a file descriptor, or closed
        return ()
    return (facts.st_dev, facts.st_ino)


def _identity(path: Path) -> _Identity:
    try:
        facts = path.stat()
    except OSError:
        return (os.path.normcase(os.path.realpath(path)),)
    return (facts.st_dev, facts.st_ino)


def _set_mode(descriptor: int, path: Path, mode: int) -> None:
    """Set the new file's mode regardless of the umask: private, or that of the file it replaces."""
    if sys.platform == "win32":
        return
    if mode == PRIVATE:
        os.fchmod(descriptor, mode)
        return
    with suppress(FileNotFoundError):
        os.fchmod(descriptor, stat.S_IMODE(path.stat().st_mode))
