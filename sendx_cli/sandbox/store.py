"""The sandbox's state: one SQLite file, which any number of processes may use at once."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from sendx_cli.errors import SetupError
from sendx_cli.sandbox.ids import contact_id, public_id
from sendx_cli.sandbox.reading import Reading
from sendx_cli.sandbox.records import Kept, record_of, searched_in, text_of
from sendx_cli.sandbox.rules import Record
from sendx_cli.sandbox.schema import NOW, SCHEMA, TABLES, VERSION
from sendx_cli.sandbox.team import FieldType
from sendx_cli.settings.storage import make_private_directory

_BUSY_TIMEOUT_S = 10.0
_NEXT_PLACE = "(SELECT coalesce(max(place), 0) + 1 FROM contacts)"
_RESET_HINT = "`sendx sandbox reset` starts with an empty one"


class Transaction:
    """The reads and writes of one transaction."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def find(self, contact_key: str) -> Kept | None:
        """Return the contact of an address."""
        query = "SELECT number, record FROM contacts WHERE contact_key = ?"
        row = self._database.execute(query, (contact_key,)).fetchone()
        return None if row is None else Kept(row[0], record_of(row[1]))

    def add(self, contact_key: str, record: Record) -> Kept:
        """Store a new contact."""
        self.add_tags(record.tags)
        query = "SELECT coalesce(max(number), 0) + 1 FROM contacts"
        number: int = self._database.execute(query).fetchone()[0]
        self._database.execute(
            "INSERT INTO contacts (number, id, contact_key, record, searched, place) "  # noqa: S608 - our own
            f"VALUES (?, ?, ?, ?, ?, {_NEXT_PLACE})",
            (number, contact_id(number), contact_key, text_of(record), searched_in(record)),
        )
        return Kept(number, record)

    def change(self, kept: Kept, contact_key: str, record: Record) -> Kept:
        """Store a contact's new state, under its new address if that changed."""
        if record != kept.record:
            self.add_tags(record.tags)
            self._database.execute(
                "UPDATE contacts SET contact_key = ?, record = ?, searched = ?, "  # noqa: S608 - our own
                f"place = {_NEXT_PLACE}, updated = {NOW} WHERE number = ?",
                (contact_key, text_of(record), searched_in(record), kept.number),
            )
        return Kept(kept.number, record)

    def contacts(self) -> Iterator[Kept]:
        """Yield all contacts, in the order in which they were created."""
        for number, text in self._database.execute(
            "SELECT number, record FROM contacts ORDER BY number"
        ):
            yield Kept(number, record_of(text))

    def field_types(self, names: Iterable[str]) -> dict[str, FieldType]:
        """Return the types of those custom fields that exist, by name."""
        query = "SELECT type FROM fields WHERE name = ?"
        found = ((name, self._database.execute(query, (name,)).fetchone()) for name in names)
        return {name: FieldType(row[0]) for name, row in found if row is not None}

    def has_list(self, list_id: str) -> bool:
        """Return whether a list exists."""
        query = "SELECT 1 FROM lists WHERE id = ?"
        return self._database.execute(query, (list_id,)).fetchone() is not None

    def add_tags(self, names: Iterable[str]) -> None:
        """Store those tags that do not exist."""
        query = "INSERT OR IGNORE INTO tags (name) VALUES (?)"
        self._database.executemany(query, ((name,) for name in names))

    def add_field(self, name: str, field_type: FieldType, description: str = "") -> None:
        """Store a custom field."""
        query = "INSERT INTO fields (name, type, description) VALUES (?, ?, ?)"
        self._database.execute(query, (name, field_type, description))

    def add_list(self, name: str, *, is_double_opt_in: bool, list_id: str | None = None) -> str:
        """Store a list and return its id, which follows from its number where none is given."""
        query = "SELECT coalesce(max(number), 0) + 1 FROM lists"
        number: int = self._database.execute(query).fetchone()[0]
        chosen = list_id or f"list_{public_id('list', number)}"
        query = "INSERT INTO lists (number, id, name, is_double_opt_in) VALUES (?, ?, ?, ?)"
        self._database.execute(query, (number, chosen, name, is_double_opt_in))
        return chosen

    def add_member(self, email: str, full_name: str) -> None:
        """Store a member of the team."""
        query = "INSERT INTO members (email, full_name) VALUES (?, ?)"
        self._database.execute(query, (email, full_name))

    def is_empty(self) -> bool:
        """Return whether nothing is stored."""
        counted = (f"EXISTS (SELECT 1 FROM {table})" for table in TABLES)  # noqa: S608 - our own
        return not self._database.execute(f"SELECT {' OR '.join(counted)}").fetchone()[0]

    def clear(self) -> None:
        """Delete everything."""
        for table in TABLES:
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own


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
        with self._begun("IMMEDIATE") as database:
            yield Transaction(database)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read one state of the store, whatever other processes write meanwhile."""
        with self._begun("DEFERRED") as database:
            yield Reading(database)

    @contextmanager
    def _begun(self, kind: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute(f"BEGIN {kind}")
            try:
                yield self._database
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
        make_private_directory(path.parent)
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
            for statement in SCHEMA.split(";"):
                database.execute(statement)
        database.execute("COMMIT")
    if _version(database) != VERSION:
        raise sqlite3.DatabaseError("it was made by another version of sendx")
    if database.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        # Refused while others are at work; whoever opens the file next tries again.
        with suppress(sqlite3.OperationalError):
            database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version
