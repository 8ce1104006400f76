"""A run's SQLite file: connections, transactions, checkpoints, and SQLite's errors as our own.

It uses write-ahead logging, so that other processes can read a run while it is sent. A commit
survives the end of the process in any case. It survives a power failure once it is synced, as do
all commits before it (https://sqlite.org/wal.html,
https://sqlite.org/pragma.html#pragma_synchronous).

Readers open the file read-only: such a connection never checkpoints, not even when it is the last
to close. The writer checkpoints by itself, when it can record the pages in the check file.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path, PurePath
from typing import Any

from sendx_cli.core.contact.address import contact_key
from sendx_cli.errors import InputError, PassingTrouble, reason_of
from sendx_cli.journal.check_file import CheckFile, Recorded, read_check_file, write_check_file
from sendx_cli.journal.verifying import (
    FORMAT_VERSION,
    USUAL_VERSION,
    Verified,
    cannot_keep,
    damaged,
)
from sendx_cli.journal.wal import PAGE_BYTES, LogTail, WriteAheadLog
from sendx_cli.settings.storage import keep_for_owner

FATE_COLUMNS = """(number INTEGER PRIMARY KEY, state TEXT NOT NULL, status INTEGER,
                   attempts INTEGER NOT NULL DEFAULT 0, code TEXT, message TEXT,
                   elapsed_ms REAL NOT NULL DEFAULT 0, settled_at INTEGER)"""
ROW_COLUMNS = """(number INTEGER PRIMARY KEY, line INTEGER, digest BLOB NOT NULL,
                  payload TEXT NOT NULL, sent TEXT)"""
LEFT_OUT_COLUMNS = """(line INTEGER PRIMARY KEY, kind TEXT NOT NULL, email TEXT,
                       message TEXT NOT NULL)"""
_BEFORE_TABLE = "CREATE TABLE before (key TEXT PRIMARY KEY, contact TEXT)"
_PAUSES_TABLE = """CREATE TABLE pauses (second INTEGER, code TEXT, count INTEGER NOT NULL,
                   PRIMARY KEY (second, code))"""
ACCOUNT_COLUMNS = ("ALTER TABLE rows ADD COLUMN sent TEXT", _BEFORE_TABLE, _PAUSES_TABLE)
"""What a journal of an earlier format is completed by."""

_SCHEMA = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    f"CREATE TABLE rows {ROW_COLUMNS}",
    f"CREATE TABLE fates {FATE_COLUMNS}",
    f"CREATE TABLE left_out {LEFT_OUT_COLUMNS}",
    _BEFORE_TABLE,
    _PAUSES_TABLE,
    f"PRAGMA user_version = {USUAL_VERSION}",
)
_BUSY_TIMEOUT_S = 10.0
_CACHE_KIB = 8192
_CHECKPOINT_FRAMES = 1000
"""SQLite's own default for when to move the write-ahead file into the main one."""

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_TEMPORARY = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk cannot be written",
    sqlite3.SQLITE_READONLY: "the file is read-only",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_BUSY: "another process is using it",
}


class Database:
    """One connection to a run's file.

    Args:
        path: The file, which exists.
        verified: Its verified files, where this process holds the run's lock and writes the
            journal; None: read-only.

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
        with _own_errors(path):
            self._connection = _connect(path, "ro" if verified is None else "rw")
        try:
            self._prepare()
            if verified is not None and verified.recorded is not None:
                with _own_errors(path):
                    self._check = CheckFile(path, verified.recorded)
        except BaseException:
            self._connection.close()
            raise

    @property
    def has_account_columns(self) -> bool:
        """Whether it has what `ACCOUNT_COLUMNS` adds: journals of an earlier format do not."""
        return self.version >= USUAL_VERSION

    @property
    def has_removed(self) -> bool:
        """Whether it may have numbers of rows that were removed."""
        return self.version >= FORMAT_VERSION

    @property
    def body_column(self) -> str:
        """The expression for the body that a row is sent with: its payload, unless it has another.

        Journals of an earlier format have no other.
        """
        return "coalesce(sent, payload)" if self.has_account_columns else "payload"

    def read(self, query: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query's result."""
        with _own_errors(self.path):
            return self._connection.execute(query, arguments).fetchall()

    def add_function(self, name: str, function: Callable[[str], str]) -> None:
        """Let queries of this connection call a function of one text."""
        self._connection.create_function(name, 1, function, deterministic=True)

    @contextmanager
    def transaction(
        self, *, is_synced: bool = False, is_first_synced: bool = False
    ) -> Iterator[sqlite3.Connection]:
        """Run a write transaction; an exception rolls it back.

        Args:
            is_synced: Whether the commit, and all before it, must survive a power failure.
            is_first_synced: Whether this is the first such commit, whose record in the check file
                must survive as well.
        """
        with _own_errors(self.path):
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
        """Checkpoint: let all commits so far survive a power failure.

        Returns:
            Whether the main file has all of them; it does not while another process still reads
            an earlier state.
        """
        with _own_errors(self.path):
            query = "PRAGMA wal_checkpoint(PASSIVE)"
            is_busy, written, moved = self._connection.execute(query).fetchone()
            is_done = not is_busy and written == moved
            self._is_moved_unrecorded = is_done
            if is_done:
                self._record_moved()
        return is_done

    def _record_moved(self) -> None:
        """Record the pages that were moved into the main file; must precede the next commit.

        That commit restarts the write-ahead file, which has a copy of these pages until then.
        """
        if self._check is not None and self._tail.unmoved_frames:
            self._check.note_checkpoint(self._tail.position, self._tail.sums())
            self._tail.forget_pages()
        self._is_moved_unrecorded = False

    def note_header(self, header: str) -> None:
        """Record the run's next header in the check file, where it can be read on its own."""
        if self._check is not None:
            with _own_errors(self.path):
                self._check.note_header(header)

    def close(self) -> None:
        """Close the file; what is not committed is rolled back.

        A writer calls `sync` before, and `close_unmoved` instead of this if that was not complete.
        """
        self._connection.close()
        self._tail.close()
        if self._check is not None:
            self._check.close()

    def close_unmoved(self) -> None:
        """Close the file without SQLite's checkpoint, which only the last connection makes."""
        with ExitStack() as stack:
            with suppress(sqlite3.Error):
                keeper = _connect(self.path, "ro")
                stack.callback(keeper.close)
                keeper.execute("PRAGMA user_version").fetchone()
            self.close()

    def _prepare(self) -> None:
        with _own_errors(self.path):
            (self.version,) = self._connection.execute("PRAGMA user_version").fetchone()
            self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._connection.execute("PRAGMA wal_autocheckpoint = 0")
            # Without it macOS leaves a synced commit in the drive's own cache.
            self._connection.execute("PRAGMA fullfsync = ON")
            self._connection.execute("PRAGMA checkpoint_fullfsync = ON")
            self._connection.create_function("contact_key", 1, contact_key, deterministic=True)
        if self.version > FORMAT_VERSION:
            raise InputError(
                "the run was made by a newer sendx", where=str(self.path), hint="update sendx"
            )

    def _set_synced(self, is_synced: bool) -> None:  # noqa: FBT001 - the only argument
        if is_synced is not self._is_synced:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if is_synced else 'NORMAL'}")
            self._is_synced = is_synced


def create_database(path: Path, facts: Mapping[str, str]) -> Database:
    """Create a file that only its owner may read, mode 0600 from the first byte.

    Args:
        path: The file, which does not exist.
        facts: Facts of the run as a whole by their names, `header` among them.

    Raises:
        PassingTrouble: It cannot be created.
    """
    with _own_errors(path):
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
        database.version = USUAL_VERSION
    except BaseException:
        database.close()
        raise
    return database


def peek_at_header(path: Path) -> list[str]:
    """Return the run's header as JSON from a file that cannot be used; nothing if unreadable."""
    try:
        with closing(_connect(path, "ro")) as connection:
            query = "SELECT value FROM facts WHERE name = 'header'"
            return [str(value) for (value,) in connection.execute(query)]
    except sqlite3.Error:
        return []


def uri_of(path: PurePath) -> str:
    """Return a path as SQLite takes it: of a share without the server as the URI's authority.

    https://sqlite.org/uri.html, 3.1: only an empty authority and `localhost` are allowed.
    """
    uri = path.as_uri()
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{uri_of(path.absolute())}?mode={mode}",
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
def _own_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into our own, except those that only a bug can cause."""
    try:
        yield
    except OSError as error:
        raise cannot_keep(path, error) from None
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BROKEN:
            raise damaged(path) from None
        if code not in _TEMPORARY:
            raise
        raise PassingTrouble(
            f"cannot keep the run's journal: {_TEMPORARY[code]}",
            where=str(path),
            hint=f"fix that, then `sendx runs resume {path.stem}`: no row is lost",
        ) from None
