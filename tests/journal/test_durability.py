import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sendx_cli.journal.database import Database
from sendx_cli.journal.opening import create_journal
from sendx_cli.journal.verifying import verify
from tests.journal.journals import HEADER, path_of
from tests.tracing import Call, trace

ROOT = Path(__file__).parents[2]
WAL, MAIN, CHECK, NEW = "-wal", ".sqlite3", "-check", "-check-new"
JOURNAL, FOLDER = "-journal", "runs"


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Call]]:
    """The calls of each step of a run, all files' names cut to how they end."""
    folder = tmp_path_factory.mktemp("traced")
    words = (sys.executable, "-m", "tests.journal.durable_steps", str(folder / "runs"))
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    found = trace(words, folder, env)
    return {
        name: [Call(call.kind, ending(call.name)) for call in calls if ending(call.name)]
        for name, calls in found.items()
    }


def ending(name: str) -> str:
    return next((end for end in (WAL, MAIN, CHECK, NEW, JOURNAL, FOLDER) if name.endswith(end)), "")


def is_synced(calls: list[Call], name: str) -> bool:
    """Whether something was written to a file, and nothing behind its last sync."""
    kinds = [call.kind for call in calls if call.name == name]
    return "write" in kinds and kinds[-1] == "sync"


@pytest.mark.parametrize(
    "step",
    [
        "seal",
        "mark",
        "mark again",
        "settle later",
        "reopen",
        "overtake",
        "adopt",
        "recover",
        "settle unknown",
        "reopen rows",
        "snapshot",
        "undone",
        "settle first",
    ],
)
def test_what_must_survive_a_power_failure_is_synced(
    steps: dict[str, list[Call]], step: str
) -> None:
    """When the step is done, all that it and those before it committed is on the disk."""
    assert is_synced(steps[step], WAL)


def test_an_outcome_waits_for_the_next_sync(steps: dict[str, list[Call]]) -> None:
    """A quarter of a second's work may be undone: to sync each outcome would halve the speed."""
    calls = steps["settle at once"]
    assert Call("write", WAL) in calls
    assert Call("sync", WAL) not in calls


def test_that_a_run_was_begun_is_on_the_disk_in_both_files(steps: dict[str, list[Call]]) -> None:
    """The check file is synced when it is made, and with the first commit that counts."""
    assert is_synced(steps["seal"], CHECK)


def test_a_check_file_is_on_the_disk_before_it_has_its_name(steps: dict[str, list[Call]]) -> None:
    """And its name before there is a journal: there is none without it, nor an empty one."""
    calls = steps["create"]
    assert is_synced(calls, NEW)
    assert calls[calls.index(Call("sync", NEW)) + 1] == Call("sync", FOLDER)


def test_a_file_is_known_before_its_rows_are_taken_over(steps: dict[str, list[Call]]) -> None:
    """The check file names the mended file before the journal holds its rows."""
    calls = steps["adopt"]
    assert calls.index(Call("sync", CHECK)) < calls.index(Call("write", WAL))


def test_the_main_file_is_written_and_summed_in_order(steps: dict[str, list[Call]]) -> None:
    """Write-ahead file, main file, check file: each is on the disk before the next is written."""
    calls = steps["close"]
    first_page = calls.index(Call("write", MAIN))
    assert Call("sync", WAL) in calls[:first_page]
    synced = calls.index(Call("sync", MAIN))
    assert Call("write", MAIN) not in calls[synced:]
    assert calls.index(Call("write", CHECK)) > synced
    assert is_synced(calls, CHECK)


def test_macos_is_asked_to_empty_the_drives_own_cache(tmp_path: Path) -> None:
    """At each sync of a commit and of a checkpoint; elsewhere SQLite does not heed it."""
    create_journal(tmp_path, HEADER).close()
    path = path_of(tmp_path)
    with closing(Database(path, verify(path))) as database:
        asked = [database.read(f"PRAGMA {name}fullfsync") for name in ("", "checkpoint_")]
    assert asked == [[(1,)], [(1,)]]
