import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.errors import InputError
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.runs import forget_never_started, list_runs
from sendx_cli.journal.view import Counts
from tests.journal.journals import decided

HEADER = {
    "tool_version": "0.1.0",
    "action": "track",
    "source": "people.csv",
    "source_path": "/home/ana/people.csv",
    "source_sha256": "5f" * 32,
    "source_bytes": 1234,
    "origin": "https://api.example.com",
    "key_fingerprint": "0123456789abcdef",
    "profile": "main",
    "mapping": "[]",
    "options": "{}",
    "started_at": 1795000000.0,
}
SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE rows (number INTEGER PRIMARY KEY, line INTEGER, digest BLOB NOT NULL,
                  payload TEXT NOT NULL) STRICT;
CREATE TABLE fates (number INTEGER PRIMARY KEY, state TEXT NOT NULL, status INTEGER,
                   attempts INTEGER NOT NULL DEFAULT 0, code TEXT, message TEXT,
                   elapsed_ms REAL NOT NULL DEFAULT 0, settled_at INTEGER) STRICT;
CREATE TABLE left_out (line INTEGER PRIMARY KEY, kind TEXT NOT NULL, email TEXT,
                       message TEXT NOT NULL) STRICT;
PRAGMA user_version = 1;
"""
if sqlite3.sqlite_version_info < (3, 37):  # which know no strict tables, and never made such a file
    SCHEMA = SCHEMA.replace(" STRICT", "")
ROWS = 200
ACCEPTED, IN_FLIGHT = 120, 4


def make(directory: Path, *, is_killed: bool) -> Path:
    """A run as the first format kept it: 120 rows accepted, four in flight, the others to come."""
    made = directory / "made" / "20261118-1106-abcd.sqlite3"
    made.parent.mkdir(parents=True)
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        facts = [("header", json.dumps(HEADER)), ("sealed", "1")]
        connection.executemany("INSERT INTO facts VALUES (?, ?)", facts)
        for number in range(ROWS):
            payload = f'{{"addTags":["vip"],"email":"p{number}@example.com"}}'
            digest = hashlib.blake2b(payload.encode(), digest_size=16, person=b"track").digest()
            connection.execute(
                "INSERT INTO rows VALUES (?, ?, ?, ?)", (number, number + 2, digest, payload)
            )
        for number in range(ACCEPTED + IN_FLIGHT):
            connection.execute(
                "INSERT INTO fates (number, state) VALUES (?, 'in_flight')", (number,)
            )
        connection.execute(
            "UPDATE fates SET state = 'accepted', status = 200, attempts = 1, code = 'accepted', "
            "message = 'OK', elapsed_ms = 12.5, settled_at = 1795000001 WHERE number < ?",
            (ACCEPTED,),
        )
        if is_killed:
            shutil.copytree(made.parent, directory / "left")
    if not is_killed:
        shutil.copytree(made.parent, directory / "left")
    return directory / "left" / made.name


@pytest.mark.parametrize("is_killed", [False, True], ids=["closed", "killed"])
def test_a_run_of_the_first_format_goes_on(tmp_path: Path, is_killed: bool) -> None:
    """As it was left; it has a check file from then on, and is listed before and after."""
    path = make(tmp_path, is_killed=is_killed)
    assert path.with_name(f"{path.name}-wal").exists() == is_killed
    found = list_runs(path.parent)
    assert found.unreadable == ()
    assert found.runs[0].counts == Counts(
        pending=ROWS - ACCEPTED - IN_FLIGHT, accepted=ACCEPTED, unknown=IN_FLIGHT
    )
    with open_journal(path) as journal:
        rows = list(journal.pending())
        assert [row.number for row in rows] == list(range(ACCEPTED + IN_FLIGHT, ROWS))
        assert rows[0].contact.email == f"p{ACCEPTED + IN_FLIGHT}@example.com"
        journal.mark_sending(rows)
        journal.record([decided(row, Outcome.ACCEPTED) for row in rows])
    assert path.with_name(f"{path.name}-check").exists()
    (run,) = list_runs(path.parent).runs
    assert run.counts == Counts(accepted=ROWS - IN_FLIGHT, unknown=IN_FLIGHT)
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        open_journal(path)


def test_a_look_at_the_first_format_changes_nothing(tmp_path: Path) -> None:
    """A run that was not killed stays as it is, for a sendx of then."""
    path = make(tmp_path, is_killed=False)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM fates WHERE state = 'in_flight'")
        connection.commit()
    content = path.read_bytes()
    (run,) = list_runs(path.parent).runs
    assert run.counts == Counts(pending=ROWS - ACCEPTED, accepted=ACCEPTED)
    assert path.read_bytes() == content
    assert not path.with_name(f"{path.name}-check").exists()
    for _ in range(2):  # whoever resumes it writes nothing but its version
        with open_journal(path) as journal:
            assert journal.view.counts() == run.counts


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE rows SET payload = replace(payload, 'p150@', 'p159@') WHERE number = 150",
        "UPDATE fates SET state = 'acceptee' WHERE number = 3",
        "UPDATE fates SET state = 'pending' WHERE number = 3",
        "UPDATE fates SET number = 1000003 WHERE number = 3",
        "UPDATE rows SET payload = 'x' WHERE number = 3",
        "UPDATE facts SET value = '[' WHERE name = 'header'",
        "ALTER TABLE fates ADD COLUMN extra TEXT",
        "DROP TABLE left_out",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = 4",
    ],
)
def test_what_the_first_format_can_tell_of_damage_is_found(tmp_path: Path, damage: str) -> None:
    """It has digests of rows and words that are known; nothing is sent, nothing forgotten."""
    path = make(tmp_path, is_killed=False)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(damage)
        connection.commit()
    forget_never_started(path.parent)
    assert path.exists()
    with pytest.raises(InputError):
        open_journal(path)


@pytest.mark.parametrize("cut", [5, 4120, 3 * 4120 + 7])
def test_a_log_of_the_first_format_may_be_cut_off(tmp_path: Path, cut: int) -> None:
    """By a power failure: what came first continues."""
    path = make(tmp_path, is_killed=True)
    log = path.with_name(f"{path.name}-wal")
    log.write_bytes(log.read_bytes()[:-cut] + bytes(cut))
    with open_journal(path) as journal:
        assert journal.view.counts().total == ROWS


@pytest.mark.parametrize(
    "place", [10, 40, 32 + 20 * 4120 + 5, 32 + 20 * 4120 + 999, -3 * 4120 + 99]
)
def test_a_broken_frame_of_the_first_format_is_found(tmp_path: Path, place: int) -> None:
    """Where a transaction ended behind it: it is no end that a power failure made."""
    path = make(tmp_path, is_killed=True)
    log = path.with_name(f"{path.name}-wal")
    broken = bytearray(log.read_bytes())
    broken[place] ^= 4
    log.write_bytes(broken)
    assert len(list_runs(path.parent).unreadable) == 1
    with pytest.raises(InputError, match="damaged"):
        open_journal(path)
    assert log.read_bytes() == broken


@pytest.mark.parametrize("header", [b"", bytes(32), b"\x37\x7f\x06\x82" + bytes(28)])
def test_a_write_ahead_file_that_holds_nothing_is_no_damage(tmp_path: Path, header: bytes) -> None:
    """Not even a header that was cut off: no row can have been lost with it."""
    path = make(tmp_path, is_killed=False)
    path.with_name(f"{path.name}-wal").write_bytes(header)
    with open_journal(path) as journal:
        assert journal.view.counts().accepted == ACCEPTED


def test_a_write_ahead_file_without_a_header_is_damage_if_rows_stand_behind(tmp_path: Path) -> None:
    """SQLite would ignore them, and what was sent would be sent again."""
    path = make(tmp_path, is_killed=True)
    log = path.with_name(f"{path.name}-wal")
    log.write_bytes(bytes(32) + log.read_bytes()[32:])
    with pytest.raises(InputError, match="is damaged"):
        open_journal(path)
