"""What the files that sendx keeps ask of the machine's SQLite."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.conftest import Command


def test_the_tables_need_no_sqlite_that_old_systems_lack(
    sendx: Command, home: Path, tmp_path: Path
) -> None:
    """RHEL 9 has 3.34, which knows no strict tables: to it, a file with one is malformed."""
    rows = tmp_path / "rows.csv"
    rows.write_text("email\na@b.co\n", encoding="utf-8")
    assert sendx("identify", "--from", str(rows), "--sandbox").code == 0
    kept = {path: _tables(path) for path in home.rglob("*.sqlite3")}
    assert len(kept) == 2, "a run and the sandbox"
    assert all(kept.values())
    assert not [sql for tables in kept.values() for sql in tables if "STRICT" in sql.upper()]


def _tables(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT sql FROM sqlite_master WHERE type = 'table'"
        return [sql for (sql,) in connection.execute(query)]
