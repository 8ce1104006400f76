"""Creating a run's journal, and opening one to resume the run."""

import os
import time
from contextlib import ExitStack
from pathlib import Path

from sendx_cli.clock import Clock, SystemClock
from sendx_cli.errors import InputError
from sendx_cli.journal.database import create_database
from sendx_cli.journal.lock import RunLock
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.upgrading import damage_reported, open_to_write
from sendx_cli.settings.storage import make_private_directory

SUFFIX = ".sqlite3"
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_RANDOM_LETTERS = 4


def create_journal(directory: Path, header: RunHeader, clock: Clock | None = None) -> RunJournal:
    """Create an empty journal, locked.

    Args:
        directory: Where journals are; created if absent.
        header: The run's header.
        clock: What time it is.

    Raises:
        PassingTrouble: The journal cannot be written.
        ConfigUnusable: The directory cannot be made.
    """
    make_private_directory(directory)
    path = directory / f"{_new_id(header.started_at)}{SUFFIX}"
    with ExitStack() as undo:
        lock = RunLock(lock_path(path), path.stem)
        undo.callback(lock.release)
        database = create_database(path, {"header": header.to_text()})
        undo.pop_all()
    return RunJournal(database, lock, clock or SystemClock())


def open_journal(path: Path, clock: Clock | None = None) -> RunJournal:
    """Open a run's journal, locked; rows that were in flight when the run ended become unknown.

    Raises:
        InputError: There is no such run, its file is damaged, or another process sends it.
        PassingTrouble: The journal cannot be read or written.
    """
    if not path.exists():
        raise InputError(f"no such run: {path.stem}", hint="see `sendx runs list`")
    with ExitStack() as undo:
        lock = RunLock(lock_path(path), path.stem)
        undo.callback(lock.release)
        database = open_to_write(path)
        undo.callback(database.close_unmoved)
        with damage_reported(path):
            journal = RunJournal(database, lock, clock or SystemClock())
            if not journal.view.is_sealed:
                raise InputError(f"run {path.stem} was never started", hint="see `sendx runs list`")
            journal.recover()
        undo.pop_all()
    return journal


def lock_path(path: Path) -> Path:
    """Return the lock of the journal at `path`."""
    return path.with_suffix(".lock")


def _new_id(started_at: float) -> str:
    """Return an id that sorts by the minute (UTC) and is easy to type."""
    letters = (_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(_RANDOM_LETTERS))
    return f"{time.strftime('%Y%m%d-%H%M', time.gmtime(started_at))}-{''.join(letters)}"
