"""Opening a journal to write it; one of an earlier format is upgraded."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sendx_cli.journal.check_file import write_check_file
from sendx_cli.journal.database import ACCOUNT_COLUMNS, Database
from sendx_cli.journal.rows import State, digest_of
from sendx_cli.journal.run_header import RunHeader
from sendx_cli.journal.verifying import (
    USUAL_VERSION,
    Verified,
    cut_torn_tail,
    damaged,
    incomplete,
    pages_of,
    verify,
)

_CHUNK_ROWS = 5000
_COLUMNS = {"facts": 2, "rows": 4, "fates": 8, "left_out": 4}


def open_to_write(path: Path) -> Database:
    """Verify a run's journal and open it to write; the run's lock must be held.

    Raises:
        InputError: It is damaged, incomplete, or of a later format.
        PassingTrouble: It cannot be read or written now.
    """
    verified = verify(path)
    if verified.recorded is None and path.stat().st_size:
        cut_torn_tail(path, verified.log)
        _add_check_file(path, verified)
        verified = verify(path)
    cut_torn_tail(path, verified.log)
    database = Database(path, verified)
    try:
        if 0 < database.version < USUAL_VERSION:
            with database.transaction(is_synced=True) as connection:
                for statement in ACCOUNT_COLUMNS:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {USUAL_VERSION}")
            database.version = USUAL_VERSION
            database.sync()
    except BaseException:
        database.close_unmoved()
        raise
    return database


@contextmanager
def damage_reported(path: Path) -> Iterator[None]:
    """Report a journal as damaged where its contents are none that sendx writes."""
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, KeyError, AttributeError):
        raise damaged(path) from None


def _add_check_file(path: Path, verified: Verified) -> None:
    """Verify the contents of a journal without a check file, then create one."""
    database = Database(path, verified)
    try:
        with damage_reported(path):
            header = _checked_contents(path, database)
        database.sync()
    finally:
        database.close_unmoved()
    write_check_file(path, header.to_text(), pages_of(path))


def _checked_contents(path: Path, database: Database) -> RunHeader:
    """Return the header of a journal all of whose rows match their digests.

    A flipped bit in a recorded outcome that leaves it well-formed is not detected.
    """
    if database.version > 1:
        raise incomplete(path, f"{path.name}-check")
    ((text,),) = database.read("SELECT value FROM facts WHERE name = 'header'")
    header = RunHeader.from_text(text)
    states = [State(state) for (state,) in database.read("SELECT DISTINCT state FROM fates")]
    strays = "SELECT count(*) FROM fates WHERE number NOT IN (SELECT number FROM rows)"
    columns = "SELECT count(*) FROM pragma_table_info(?)"
    is_sound = (
        all(database.read(columns, (table,)) == [(count,)] for table, count in _COLUMNS.items())
        and State.PENDING not in states
        and database.read("PRAGMA quick_check") == [("ok",)]
        and database.read(strays) == [(0,)]
        and all(digest_of(header.action, text) == digest for digest, text in _rows(database))
    )
    if not is_sound:
        raise damaged(path)
    return header


def _rows(database: Database) -> Iterator[tuple[bytes, str]]:
    query = "SELECT number, digest, payload FROM rows WHERE number > ? ORDER BY number LIMIT ?"
    last = -(2**63)
    while chunk := database.read(query, (last, _CHUNK_ROWS)):
        for number, digest, payload in chunk:
            json.loads(payload)
            yield digest, payload
            last = number
