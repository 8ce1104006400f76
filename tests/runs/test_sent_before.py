"""A finished run: sent again it is pointed out, and resumed it writes nothing."""

import re
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.runs.test_whole_outputs import steady
from tests.servers import ScriptedServer, json_answer

REJECTED = json_answer(422, {"status": "error", "message": "no"})
FROM = ("track", "--from", "p.csv", "--add-tag", "vip")


@pytest.fixture(autouse=True)
def _sent(send: Send) -> None:
    """A finished run of three rows."""
    Path("p.csv").write_text("email\nann@b.co\nbob@b.co\ncid@b.co\n")
    assert send(*FROM).code == 0


def warnings(text: str) -> list[str]:
    """Return the warning of a file that was sent before, and its hint."""
    lines = steady(text)
    found = [n for n, line in enumerate(lines) if "was sent as run" in line]
    moment = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
    return [moment.sub("DATE", line) for n in found for line in lines[n : n + 2]]


def test_a_file_that_was_sent_is_pointed_out(send: Send, server: ScriptedServer) -> None:
    """Where nobody can confirm it is sent all the same."""
    server.requests.clear()
    run = send(*FROM)
    assert (run.code, len(server.requests)) == (0, 3)
    assert warnings(run.err) == [
        "sendx: warning: this file was sent as run RUN on DATE: 3 accepted",
        "  hint: `sendx runs show RUN` shows what became of it",
    ]


def test_a_dry_run_points_it_out(send: Send) -> None:
    """So that it is known before anything is sent again."""
    assert warnings(send(*FROM, "--dry-run").err) == [
        "sendx: warning: this file was sent as run RUN on DATE: 3 accepted",
        "  hint: `sendx runs show RUN` shows what became of it",
    ]


def test_a_dry_run_points_out_the_run_that_would_bar_it(send: Send, server: ScriptedServer) -> None:
    """One that is not finished."""
    Path("p.csv").write_text("email\ndan@b.co\n")
    server.script = lambda _request, _number: json_answer(401, {"status": "error"})
    assert send(*FROM).code == 255
    dry = send(*FROM, "--dry-run")
    assert dry.code == 0
    assert "of this file is not finished: 1 row to come" in dry.err


@pytest.mark.parametrize(
    "words",
    [
        ("track", "--from", "p.csv", "--add-tag", "other"),
        ("identify", "--from", "p.csv", "--add-tag", "vip"),
        (*FROM, "--sandbox"),
        (*FROM, "--only-changed"),
    ],
)
def test_what_is_not_sent_again_is_not_warned_of(send: Send, words: tuple[str, ...]) -> None:
    """Other values, another command, another service; nor what only changes are sent of."""
    assert warnings(send(*words).err) == []


def test_another_content_is_another_file(send: Send) -> None:
    """Whatever its name is."""
    Path("p.csv").write_text("email\nann@b.co\n")
    assert warnings(send(*FROM).err) == []


def test_a_profile_for_production_needs_a_yes(send: Send, server: ScriptedServer) -> None:
    """As for its other questions."""
    assert send("config", "set", "production", "true").code == 0
    server.requests.clear()
    run = send(*FROM)
    assert (run.code, server.requests) == (2, [])
    assert len(warnings(run.err)) == 2
    assert send(*FROM, "--yes").code == 0


def test_a_finished_run_that_is_resumed_writes_nothing(
    send: Send, server: ScriptedServer, folder: Path
) -> None:
    """Neither failed rows nor a report a second time; its exit code is the same."""
    server.script = lambda _request, _number: REJECTED
    assert send(*FROM, "--add-tag", "new").code == 4
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    server.requests.clear()
    run = send("runs", "resume", "--report", "r.jsonl")
    assert (run.code, run.out, server.requests) == (4, "", [])
    assert steady(run.err)[0] == (
        "sendx: run RUN is finished: no row is left to send, nothing is written"
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_run_whose_failed_rows_could_not_be_written_is_not_finished(
    send: Send, server: ScriptedServer
) -> None:
    """A resume tries it again; here the name of their file is too long each time."""
    server.script = lambda _request, _number: REJECTED
    name = f"{'p' * 245}.csv"
    Path("p.csv").rename(name)
    for words in (("track", "--from", name, "--add-tag", "new"), ("runs", "resume")):
        run = send(*words)
        assert run.code == 4
        assert "failed rows could not be written: file name too long" in run.err
        assert "is finished" not in run.err
