"""How pages are read: what stands before a page costs next to nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sendx_cli.sandbox.account import account_of
from sendx_cli.sandbox.beginning import begin_with
from sendx_cli.sandbox.queries import Page
from sendx_cli.sandbox.reading import Reading


@pytest.mark.parametrize("search", ["", "ann"])
def test_contacts_that_a_page_passes_over_are_not_read(tmp_path: Path, search: str) -> None:
    """The index alone is gone through; each contact of the page is then fetched by its number."""
    path = tmp_path / "sandbox.sqlite3"
    begin_with(path, account_of({"contacts": [{"email": "ann@b.co"}, {"email": "joann@b.co"}]}))
    asked: list[str] = []
    with closing(sqlite3.connect(path)) as database:
        database.set_trace_callback(asked.append)
        found = Reading(database).contacts(Page(1, 100, search))
        database.set_trace_callback(None)
        (query,) = asked
        plan = database.execute(f"EXPLAIN QUERY PLAN {query}")
        # SQLite before 3.36 says "TABLE" before a table's name.
        steps = [row[3].replace(" TABLE ", " ") for row in plan]
    assert [contact.record.email for contact in found] == ["ann@b.co"]
    on_contacts = [step for step in steps if " contacts" in step]
    assert on_contacts == [
        "SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)",
        "SCAN contacts USING COVERING INDEX contacts_in_pages",
    ]
