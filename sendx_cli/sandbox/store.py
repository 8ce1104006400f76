"""The sandbox's state: one SQLite file, which any number of processes may use at once."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sendx_cli.errors import SetupError
from sendx_cli.sandbox.rules import Record

_BUSY_TIMEOUT_S = 10.0
_VERSION = 1
_NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
_SCHEMA = f"""
CREATE TABLE contacts (number INTEGER PRIMARY KEY, contact_key TEXT NOT NULL UNIQUE,
                       record TEXT NOT NULL);
CREATE TABLE tags (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                   created TEXT NOT NULL DEFAULT ({_NOW}));
CREATE TABLE fields (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
                     created TEXT NOT NULL DEFAULT ({_NOW}));
PRAGMA user_version = {_VERSION};
"""
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TABLES = ("contacts", "tags", "fields")
_RESET_HINT = "`sendx sandbox reset` starts with an empty one"


@dataclass(frozen=True, slots=True)
class Kept:
    """A contact in the store, under its row's number."""

    number: int
    record: Record


class Transaction:
    """The reads and writes of one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def find(self, contact_key: str) -> Kept | None:
        """Return the contact of an address."""
        query = "SELECT number, record FROM contacts WHERE contact_key = ?"
        row = self._database.execute(query, (contact_key,)).fetchone()
        return None if row is None else Kept(row[0], _record(row[1]))

    def add(self, contact_key: str, record: Record) -> Kept:
        """Store a new contact."""
        self._name_what_is_new(record)
        cursor = self._database.execute(
            "INSERT INTO contacts (contact_key, record) VALUES (?, ?)",
            (contact_key, _text(record)),
        )
        assert cursor.lastrowid is not None
        return Kept(cursor.lastrowid, record)

    def change(self, kept: Kept, contact_key: str, record: Record) -> Kept:
        """Store a contact's new state, under its new address if that changed."""
        if record != kept.record:
            self._name_what_is_new(record)
            self._database.execute(
                "UPDATE contacts SET contact_key = ?, record = ? WHERE number = ?",
                (contact_key, _text(record), kept.number),
            )
        return Kept(kept.number, record)

    def contacts(self) -> Iterator[Kept]:
        """Yield all contacts, in the order in which they were created."""
        for number, text in self._database.execute(
            "SELECT number, record FROM contacts ORDER BY number"
        ):
            yield Kept(number, _record(text))

    def tags(self, offset: int, limit: int) -> list[tuple[int, str, str]]:
        """Return (number, name, when created) of tags, in the order of creation."""
        query = "SELECT number, name, created FROM tags ORDER BY number LIMIT ? OFFSET ?"
        return self._database.execute(query, (limit, offset)).fetchall()

    def clear(self) -> None:
        """Delete everything."""
        for table in _TABLES:
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own

    def _name_what_is_new(self, record: Record) -> None:
        for table, names in (("tags", record.tags), ("fields", record.fields)):
            if names:
                self._database.executemany(
                    f"INSERT OR IGNORE INTO {table} (name) VALUES (?)",  # noqa: S608 - our own
                    [(name,) for name in names],
                )


class Store:
    """One connection to the file, which the threads of a process may share.

    Args:
        path: The file; made where absent, readable by its owner alone.

    Raises:
        SetupError: The file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        try:
            _create_private(path)
            self._database = _connect(path)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise SetupError(
                f"the sandbox's file cannot be used: {reason}", where=str(path), hint=_RESET_HINT
            ) from None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Run the only write transaction at a time; an exception rolls it back."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._database)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file, after the current transaction."""
        with self._lock:
            self._database.close()


def _create_private(path: Path) -> None:
    flags = os.O_RDWR | os.O_CREAT
    try:
        file = os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(path, flags, 0o600)
    os.close(file)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(database)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection) -> None:
    if _version(database) == 0:
        # Another process may be doing the same: only one finds the file still empty.
        database.execute("BEGIN IMMEDIATE")
        if _version(database) == 0:
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
        database.execute("COMMIT")
    if _version(database) != _VERSION:
        raise sqlite3.DatabaseError("it was made by another version of sendx")
    if database.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        # Refused while others are at work; whoever opens the file next tries again.
        with suppress(sqlite3.OperationalError):
            database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


def _text(record: Record) -> str:
    return _ENCODER.encode(
        {
            "email": record.email,
            "texts": record.texts,
            "fields": record.fields,
            "tags": record.tags,
            "lists": record.lists,
        }
    )


def _record(text: str) -> Record:
    members = json.loads(text)
    return Record(
        email=members["email"],
        texts=members["texts"],
        fields=members["fields"],
        tags=tuple(members["tags"]),
        lists=tuple(members["lists"]),
    )
