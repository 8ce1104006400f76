"""A run's SQLite file: opened with care, written in transactions, its troubles in our own words.

Write-ahead logging, so that others may look at a run under way. A commit survives the end of the
process by itself. It survives a power failure once it is synced, and with it all before it
(https://sqlite.org/wal.html, https://sqlite.org/pragma.html#pragma_synchronous).

Who looks only opens the file read-only: such a connection never moves the write-ahead file into
the main one, not even when it is the last to close. The one that writes does so itself, when it
can record what it moves in the check file.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sendx_cli.core.contact.address import contact_key
from sendx_cli.errors import InputError, PassingTrouble, reason_of
from sendx_cli.journal.check_file import CheckFile, Recorded, read_check_file, write_check_file
from sendx_cli.journal.verifying import FORMAT_VERSION, Verified, cannot_keep, damaged
from sendx_cli.journal.wal import PAGE_BYTES, LogTail, WriteAheadLog
from sendx_cli.settings.storage import keep_for_owner

FATE_COLUMNS = """(number INTEGER PRIMARY KEY, state TEXT NOT NULL, status INTEGER,
                   attempts INTEGER NOT NULL DEFAULT 0, code TEXT, message TEXT,
                   elapsed_ms REAL NOT NULL DEFAULT 0, settled_at INTEGER) STRICT"""
ROW_COLUMNS = """(number INTEGER PRIMARY KEY, line INTEGER, digest BLOB NOT NULL,
                  payload TEXT NOT NULL) STRICT"""
LEFT_OUT_COLUMNS = """(line INTEGER PRIMARY KEY, kind TEXT NOT NULL, email TEXT,
                       message TEXT NOT NULL) STRICT"""
_SCHEMA = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    f"CREATE TABLE rows {ROW_COLUMNS}",
    f"CREATE TABLE fates {FATE_COLUMNS}",
    f"CREATE TABLE left_out {LEFT_OUT_COLUMNS}",
    f"PRAGMA user_version = {FORMAT_VERSION}",
)
_BUSY_TIMEOUT_S = 10.0
_CACHE_KIB = 8192
_CHECKPOINT_FRAMES = 1000
"""SQLite's own default for when to move the write-ahead file into the main one."""

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PASSING = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk does not take it",
    sqlite3.SQLITE_READONLY: "the file is read-only",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_BUSY: "another process holds it",
}


class Database:
    """One connection to a run's file.

    Args:
        path: The file, which exists.
        verified: What its files hold, where this process is to write it and holds the run's lock;
            None: it only looks.

    Raises:
        InputError: It is no journal, damaged, or of a later format.
        PassingTrouble: It cannot be opened now.
    """

    def __init__(self, path: Path, verified: Verified | None = None) -> None:
        self.path = path
        self.version = 0
        self._is_synced: bool | None = None
        self._is_moved_unrecorded = False
        self._check: CheckFile | None = None
        self._tail = LogTail(path, verified.log if verified else WriteAheadLog())
        with _told(path):
            self._connection = _connect(path, "ro" if verified is None else "rw")
        try:
            self._prepare()
            if verified is not None and verified.recorded is not None:
                with _told(path):
                    self._check = CheckFile(path, verified.recorded)
        except BaseException:
            self._connection.close()
            raise

    def read(self, query: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows that answer a query."""
        with _told(self.path):
            return self._connection.execute(query, arguments).fetchall()

    @contextmanager
    def transaction(
        self, *, is_synced: bool = False, is_first_synced: bool = False
    ) -> Iterator[sqlite3.Connection]:
        """Hold the right to write; an exception takes all changes back.

        Args:
            is_synced: Whether the commit, and all before it, must survive a power failure.
            is_first_synced: Whether this is the first such commit: the record of it survives, too.
        """
        with _told(self.path):
            if self._is_moved_unrecorded:
                self._record_moved()
            self._set_synced(is_synced)
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise
            if self._check is not None:
                self._tail.advance()
                if is_synced and self._tail.unmoved_frames:
                    self._check.note_synced(self._tail.position, is_lasting=is_first_synced)
                if self._tail.unmoved_frames >= _CHECKPOINT_FRAMES:
                    self.sync()

    def sync(self) -> bool:
        """Let all commits so far survive a power failure.

        Returns:
            Whether the main file has them; else somebody still looks at what it holds.
        """
        with _told(self.path):
            query = "PRAGMA wal_checkpoint(PASSIVE)"
            is_busy, written, moved = self._connection.execute(query).fetchone()
            is_done = not is_busy and written == moved
            self._is_moved_unrecorded = is_done
            if is_done:
                self._record_moved()
        return is_done

    def _record_moved(self) -> None:
        """Record what the main file has been given: before that nothing more may be written.

        The next commit would begin the write-ahead file anew, which has these pages until then.
        """
        if self._check is not None and self._tail.unmoved_frames:
            self._check.note_checkpoint(self._tail.position, self._tail.sums())
            self._tail.forget_pages()
        self._is_moved_unrecorded = False

    def note_header(self, header: str) -> None:
        """Record what the run is about to be where it is known without the database."""
        if self._check is not None:
            with _told(self.path):
                self._check.note_header(header)
                if self._tail.unmoved_frames:
                    self._check.note_synced(self._tail.position, is_lasting=True)

    def close(self) -> None:
        """Let go of the file. What is not committed is taken back.

        Whoever wrote it calls `sync` before, and says with `close_unmoved` what that came to.
        """
        self._connection.close()
        self._tail.close()
        if self._check is not None:
            self._check.close()

    def close_unmoved(self) -> None:
        """Let go of the file, and leave the write-ahead file as it is."""
        with ExitStack() as stack:
            with suppress(sqlite3.Error):  # two that have it open: none of them is the last
                keeper = _connect(self.path, "ro")
                stack.callback(keeper.close)
                keeper.execute("PRAGMA user_version").fetchone()
            self.close()

    def _prepare(self) -> None:
        with _told(self.path):
            (self.version,) = self._connection.execute("PRAGMA user_version").fetchone()
            self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._connection.execute("PRAGMA wal_autocheckpoint = 0")
            self._connection.create_function("contact_key", 1, contact_key, deterministic=True)
        if self.version > FORMAT_VERSION:
            raise InputError(
                "the run was made by a later sendx", where=str(self.path), hint="update sendx"
            )

    def _set_synced(self, is_synced: bool) -> None:  # noqa: FBT001 - the only argument
        if is_synced is not self._is_synced:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if is_synced else 'NORMAL'}")
            self._is_synced = is_synced


def create_database(path: Path, facts: Mapping[str, str]) -> Database:
    """Make a new file that only its owner may see, mode 0600 from the first byte.

    Args:
        path: The file, which does not exist.
        facts: What is to be known of the run as a whole, its header with it.

    Raises:
        PassingTrouble: It cannot be made.
    """
    with _told(path):
        write_check_file(path, facts["header"])
        recorded = read_check_file(path) or Recorded()
    _create_private(path)
    database = Database(path, Verified(WriteAheadLog(), recorded))
    try:
        database.read(f"PRAGMA page_size = {PAGE_BYTES}")
        database.read("PRAGMA journal_mode = WAL")
        with database.transaction() as connection:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        database.version = FORMAT_VERSION
    except BaseException:
        database.close()
        raise
    return database


def peek_at_header(path: Path) -> list[str]:
    """Return the run's header as JSON, where a file that cannot be used still tells it."""
    try:
        with closing(_connect(path, "ro")) as connection:
            query = "SELECT value FROM facts WHERE name = 'header'"
            return [str(value) for (value,) in connection.execute(query)]
    except sqlite3.Error:
        return []


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
    )


def _create_private(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            keep_for_owner(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        reason = reason_of(error)
        raise PassingTrouble(f"cannot keep the run's journal: {reason}", where=str(path)) from None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say SQLite's errors in our own words; those that only a bug can cause stay as they are."""
    try:
        yield
    except OSError as error:
        raise cannot_keep(path, error) from None
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BROKEN:
            raise damaged(path) from None
        if code not in _PASSING:
            raise
        raise PassingTrouble(
            f"cannot keep the run's journal: {_PASSING[code]}",
            where=str(path),
            hint=f"mend that, then `sendx runs resume {path.stem}`: no row is lost",
        ) from None
