"""A file that changes while its run is under way, or while it is checked."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CANARY, Command
from tests.processes.conftest import Start
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer
from tests.tools import make_pipe, need

REJECTED = json_answer(422, {"status": "error", "message": "Request body is not in proper format"})
REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
HEADER = "email;note\r\n"
ROWS = [f'p{n}@example.com;"n;{n}"\r\n' for n in range(30)]
FAILING = ("p4@example.com", "p11@example.com", "p29@example.com")
LIMIT_S = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="open files are not replaced there")


def write(*lines: str) -> Callable[[Path], object]:
    return lambda path: path.write_text("".join(lines), newline="")


def replace(*lines: str) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        new = path.with_name("new")
        new.write_text("".join(lines), newline="")
        new.replace(path)

    return change


def replace_by_pipe(path: Path) -> None:
    path.unlink()
    make_pipe(path)


def replace_by_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def replace_by_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


CHANGES = {
    "sorted": write(HEADER, *sorted(ROWS)),
    "reversed": write(HEADER, *reversed(ROWS)),
    "reversed in another file": replace(HEADER, *reversed(ROWS)),
    "cut": write(HEADER, *ROWS[:10]),
    "cut within a row": write(HEADER, *ROWS[:10], ROWS[10][:5]),
    "emptied": write(),
    "header changed": write("note;email\r\n", *ROWS),
    "one letter changed": write(HEADER, *ROWS[:4], "q", ROWS[4][1:], *ROWS[5:]),
    "not text any more": lambda path: path.write_bytes(b"\xff\xfe\x00" * 1000),
    "removed": Path.unlink,
    "a pipe": replace_by_pipe,
    "a device": replace_by_device,
    "a directory": replace_by_directory,
}


class Service:
    """Takes everybody but those that fail; changes the file at its first call."""

    def __init__(self, path: Path, change: Callable[[Path], object]) -> None:
        self._path = path
        self._change = change

    def __call__(self, request: Request, number: int) -> Answering:
        if number == 1:
            self._change(self._path)
        return REJECTED if json.loads(request.body)["email"] in FAILING else OK


def run(start: Start, *words: str) -> tuple[int, str]:
    process = start("track", "--from", "people.csv", "--ignore", "note", "--add-tag", "x", *words)
    err = process.communicate(timeout=LIMIT_S)[1]
    return process.returncode, err


@pytest.mark.parametrize("name", CHANGES)
def test_rows_of_a_changed_file_are_not_taken_for_those_that_failed(
    start: Start, server: ScriptedServer, folder: Path, name: str
) -> None:
    """Nothing is handed back, nothing is waited for; the message says where the rows are."""
    path = folder / "people.csv"
    write(HEADER, *ROWS)(path)
    server.script = Service(path, CHANGES[name])
    code, err = run(start, "--report", "report.jsonl")
    assert (code, len(server.requests)) == (4, 30)
    assert "people.csv has changed: its failed rows cannot be written in its form" in err
    assert list(folder.glob("*.failed*")) == []
    assert "next: " not in err
    show = err.partition("hint: `")[2].partition("`")[0]
    shown = start(*shlex.split(show)[1:]).communicate(timeout=LIMIT_S)[0].splitlines()
    lines = [(5 + 1, FAILING[0]), (12 + 1, FAILING[1]), (30 + 1, FAILING[2])]
    assert [(row["line"], row["email"]) for row in map(json.loads, shown)] == lines
    report = map(json.loads, (folder / "report.jsonl").read_text().splitlines())
    assert sorted((row["line"], row["email"]) for row in report if not row["ok"]) == lines


def test_a_file_that_changes_during_a_resume_hands_no_other_rows_back(
    start: Start, server: ScriptedServer, folder: Path
) -> None:
    """As during a first run; rows that were appended before the resume are rows of its own."""
    path = folder / "people.csv"
    write(HEADER, *ROWS[:20])(path)
    server.script = lambda _request, _number: REFUSED
    assert run(start)[0] == 255
    write(HEADER, *ROWS)(path)
    server.requests.clear()
    server.script = Service(path, CHANGES["reversed"])
    resume = start("runs", "resume")
    err = resume.communicate(timeout=LIMIT_S)[1]
    assert (resume.returncode, len(server.requests)) == (4, 30)
    assert "people.csv has changed: its failed rows cannot be written in its form" in err
    assert list(folder.glob("*.failed*")) == []


def test_rows_that_were_appended_during_the_run_are_none_of_it(
    start: Start, server: ScriptedServer, folder: Path
) -> None:
    """The rows that failed come back as they stood there, and `next:` sends these alone."""
    path = folder / "people.csv"
    write(HEADER, *ROWS)(path)
    server.script = Service(path, write(HEADER, *ROWS, "late@example.com;late\r\n"))
    code, err = run(start)
    assert code == 4
    failed = (folder / "people.failed.csv").read_bytes().decode().split("\r\n")
    assert [line.partition(";rejected;")[0] for line in failed[1:]] == [
        'p4@example.com;"n;4";6',
        'p11@example.com;"n;11";13',
        'p29@example.com;"n;29";31',
        "",
    ]
    server.requests.clear()
    server.script = lambda _request, _number: OK
    again = start(*shlex.split(err.partition(", then run:\n  sendx ")[2]))
    again.communicate(timeout=LIMIT_S)
    assert again.returncode == 0
    sent = [json.loads(request.body)["email"] for request in server.requests]
    assert sorted(sent) == sorted(FAILING)


@pytest.mark.parametrize(
    "change",
    [
        "cp other people.csv",
        "head -n 9 other > people.csv",
        "tail -n 3 other >> people.csv",
        "rm people.csv",
    ],
)
def test_a_file_that_changes_while_it_is_checked_is_refused(
    sendx: Command, server: ScriptedServer, home: Path, folder: Path, change: str
) -> None:
    """Its rows and what is known of it would be of two files; the key command comes between."""
    need(change.partition(" ")[0])
    config = home / "config" / "sendx" / "config.toml"
    config.parent.mkdir(parents=True)
    script = f"cd {shlex.quote(str(folder))}; {change}; echo {CANARY}"
    command = json.dumps(shlex.join(["sh", "-c", script]))
    profile = f'api_key_command = {command}\nbase_url = "{server.url}"\n'
    config.write_text(f"[profiles.main]\n{profile}")
    config.chmod(0o600)
    write(HEADER, *ROWS)(folder / "people.csv")
    write(HEADER, *reversed(ROWS))(folder / "other")
    path = str(folder / "people.csv")
    words = ("track", "--from", path, "--ignore", "note", "--add-tag", "x")
    ended = sendx(*words)
    assert (ended.code, server.requests) == (2, [])
    assert f"sendx: {path}: " in ended.err
    assert list((home / "state" / "sendx" / "runs").iterdir()) == []
