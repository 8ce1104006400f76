import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.runs.killing import kill_amid
from tests.servers import OK, ScriptedServer, json_answer

REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
ROWS = "email\n" + "".join(f"p{n}@b.co\n" for n in range(20))
TRACK = ("track", "--add-tag", "vip", "--from")


@pytest.fixture
def journal(send: Send, server: ScriptedServer, home: Path) -> Path:
    """The journal of a run that stopped amid p.csv."""
    Path("p.csv").write_text(ROWS)
    server.script = lambda _request, number: REFUSED if number == 9 else OK
    assert send(*TRACK, "p.csv", "--concurrency", "1").code == 255
    server.script = lambda _request, _number: OK
    server.requests.clear()
    (path,) = (home / "state" / "sendx" / "runs").glob("*.sqlite3")
    return path


def damage(journal: Path) -> None:
    content = bytearray(journal.read_bytes())
    content[5000] ^= 8
    journal.write_bytes(content)


def lose_check_file(journal: Path) -> None:
    journal.with_name(f"{journal.name}-check").unlink()


def make_later(journal: Path) -> None:
    check = journal.with_name(f"{journal.name}-check")
    check.write_bytes(b"another sendx's " + check.read_bytes())
    with closing(sqlite3.connect(journal)) as connection:
        connection.execute("PRAGMA user_version = 99")


def empty(journal: Path) -> None:
    journal.write_bytes(b"")


def overwrite(journal: Path) -> None:
    journal.write_bytes(b"junk" * 5000)


def overwrite_all(journal: Path) -> None:
    for end in ("", "-check"):
        journal.with_name(f"{journal.name}{end}").write_bytes(b"junk" * 5000)


WAYS: dict[Callable[[Path], None], str] = {
    damage: "the run's journal is damaged or not a journal",
    lose_check_file: "-check is missing",
    make_later: "the run was made by a newer sendx",
    empty: "the run's journal is damaged or not a journal",
    overwrite: "the run's journal is damaged or not a journal",
    overwrite_all: "the run's journal is damaged or not a journal",
}


@pytest.mark.parametrize("spoil", WAYS)
def test_an_unreadable_run_bars_its_file_until_it_is_forgotten(
    send: Send, server: ScriptedServer, journal: Path, spoil: Callable[[Path], None]
) -> None:
    """Which rows it sent is not known: to send the file anew would send some twice."""
    run_id = journal.stem
    spoil(journal)
    for words in (("runs", "resume"), ("runs", "resume", run_id), ("runs", "show", run_id)):
        run = send(*words)
        assert (run.code, server.requests) == (2, []), words
        assert WAYS[spoil] in run.err
        assert "bug" not in run.err
    listed = send("runs", "list")
    assert (listed.code, listed.out) == (0, "")
    assert WAYS[spoil] in listed.err
    again = (*TRACK, "p.csv")
    for flags in ((), ("-q",), ("-q", "--yes")):
        run = send(*again, *flags)
        assert (run.code, server.requests) == (2, []), flags
        assert (
            f"sendx: p.csv: run {run_id} may have sent rows of this file, and cannot be read"
            in run.err
        )
        assert f"`sendx runs forget {run_id}`" in run.err
    assert send("runs", "forget", run_id).code == 0
    assert list(journal.parent.iterdir()) == []
    assert send(*TRACK, "p.csv").code == 0
    assert len(server.requests) == 20


def lose_database(journal: Path) -> None:
    journal.unlink()


def copy_alone(journal: Path) -> None:
    for end in ("-wal", "-shm", "-check"):
        journal.with_name(f"{journal.name}{end}").unlink(missing_ok=True)
    journal.with_suffix(".lock").unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (empty, "the run's journal is damaged or not a journal"),
        (lose_database, ".sqlite3 is missing"),
        (copy_alone, "-check is missing"),
    ],
)
def test_what_a_crash_left_bars_its_file_though_its_database_is_lost(
    send: Send,
    server: ScriptedServer,
    program: str,
    home: Path,
    spoil: Callable[[Path], None],
    message: str,
) -> None:
    """All that was sent is in the write-ahead file by then: nothing takes that away, or sends."""
    Path("p.csv").write_text(ROWS)
    kill_amid(program, server, (*TRACK, "p.csv", "--concurrency", "1"), 9)
    server.script = lambda _request, _number: OK
    server.requests.clear()
    (journal,) = (home / "state" / "sendx" / "runs").glob("*.sqlite3")
    spoil(journal)
    left = sorted(path.name for path in journal.parent.iterdir())
    for words in (("runs", "list"), ("runs", "show", journal.stem), ("runs", "resume")):
        assert message in send(*words).err, words
    run = send(*TRACK, "p.csv", "-q")
    assert (run.code, server.requests) == (2, [])
    assert f"`sendx runs forget {journal.stem}`" in run.err
    assert set(left) <= {path.name for path in journal.parent.iterdir()}
    assert send("runs", "forget", journal.stem).code == 0
    assert send(*TRACK, "p.csv").code == 0
    assert len(server.requests) == 20


@pytest.mark.parametrize("spoil", WAYS)
def test_other_files_are_sent_where_it_is_known_what_an_unreadable_run_sent(
    send: Send, server: ScriptedServer, journal: Path, spoil: Callable[[Path], None]
) -> None:
    """What is known is the command, the service, the file's content and place; else it bars all."""
    spoil(journal)
    Path("other.csv").write_text("email\nx@b.co\n")
    Path("copy.csv").write_text(ROWS)
    is_known = spoil is not overwrite_all
    code = 0 if is_known else 2
    assert send(*TRACK, "other.csv").code == code
    assert send("identify", "--from", "p.csv").code == code
    assert send("identify", "a@b.co").code == 0
    server.requests.clear()
    assert send(*TRACK, "copy.csv").code == 2
    Path("p.csv").write_text("email\nmended@b.co\n")
    assert send(*TRACK, "p.csv").code == 2
    assert server.requests == []


def test_a_damaged_run_hides_no_other(send: Send, server: ScriptedServer, journal: Path) -> None:
    """Another run that stopped continues; a finished one is not shown in its stead."""
    damage(journal)
    Path("other.csv").write_text("email\n" + "".join(f"x{n}@b.co\n" for n in range(9)))
    server.script = lambda _request, number: REFUSED if number == 3 else OK
    assert send(*TRACK, "other.csv", "--concurrency", "1").code == 255
    server.script = lambda _request, _number: OK
    assert send("runs", "resume").code == 0
    (record,) = map(json.loads, send("runs", "list").out.splitlines())
    assert record["state"] == "finished"
    run = send("runs", "resume")
    assert run.code == 2
    assert "damaged" in run.err.splitlines()[-2]
    assert send("runs", "show").code == 0
