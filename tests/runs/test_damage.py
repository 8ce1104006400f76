import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.runs.killing import kill_amid
from tests.servers import OK, ScriptedServer, json_answer

SEED = 20_261_124
FLIPS_EACH = 75
ROWS = 60
COMMANDS = {
    "identify": ("identify", "--from", "p.csv"),
    "track": ("track", "--from", "p.csv", "--add-tag", "vip"),
}
REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})


@dataclass(frozen=True)
class Left:
    """A run as it was left by the process that made it.

    Args:
        action: Its command.
        folder: A copy of its files.
        received: The addresses that the service had received by then.
    """

    action: str
    folder: Path
    received: frozenset[str]


@pytest.fixture
def runs(home: Path) -> Path:
    """Where runs are kept."""
    return home / "state" / "sendx" / "runs"


def names(server: ScriptedServer) -> list[str]:
    """Return whose requests came whole: a kill can cut one off before its body."""
    return [json.loads(request.body)["email"] for request in server.requests if request.body]


def write_rows() -> None:
    Path("p.csv").write_text("email\n" + "".join(f"p{n}@b.co\n" for n in range(ROWS)))


def stopped(send: Send, server: ScriptedServer, action: str) -> None:
    """A run that the service's refusal ended: all its files are closed."""
    server.script = lambda _request, number: REFUSED if number > 30 else OK
    assert send(*COMMANDS[action], "--concurrency", "4").code == 255


def killed(program: str, server: ScriptedServer, action: str) -> None:
    """A run that kill -9 ended amid calls: its write-ahead file is there, its marks are open."""
    kill_amid(program, server, (*COMMANDS[action], "--concurrency", "4"), 31)


@pytest.fixture(params=["stopped identify", "stopped track", "killed identify", "killed track"])
def left(
    request: pytest.FixtureRequest,
    send: Send,
    server: ScriptedServer,
    program: str,
    runs: Path,
    tmp_path: Path,
) -> Left:
    """A run that did not come to its end."""
    how, action = request.param.split()
    write_rows()
    if how == "stopped":
        stopped(send, server, action)
    else:
        killed(program, server, action)
    received = frozenset(names(server)[:30] if how == "stopped" else names(server))
    shutil.copytree(runs, tmp_path / "left")
    files = {path.suffix for path in (tmp_path / "left").iterdir()}
    assert (".sqlite3-wal" in files) == (how == "killed")
    server.script = lambda _request, _number: OK
    return Left(action, tmp_path / "left", received)


def damaged_copies(left: Left, runs: Path, draw: random.Random) -> Iterator[str]:
    """Put the run's files back with one bit flipped in any of them, again and again."""
    names_of_files = sorted(p.name for p in left.folder.iterdir() if p.suffix != ".lock")
    for _ in range(FLIPS_EACH):
        shutil.rmtree(runs)
        shutil.copytree(left.folder, runs)
        path = runs / draw.choice(names_of_files)
        content = bytearray(path.read_bytes())
        at = draw.randrange(len(content))
        content[at] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        yield f"{path.name} at {at}"


def check_right(left: Left, send: Send, server: ScriptedServer, where: str) -> None:
    """Each row was sent as often as it should be, and as it was given, or is told as unknown."""
    sent = names(server)
    shown = send("runs", "show", "--state", "unknown", "-o", "jsonl").out.splitlines()
    unknown = {json.loads(line)["email"] for line in shown}
    assert not unknown & set(sent), where
    everyone = {f"p{n}@b.co" for n in range(ROWS)}
    assert len(sent) == len(set(sent)), where
    for request, email in zip(server.requests, sent, strict=True):
        tags = {"addTags": ["vip"]} if left.action == "track" else {}
        assert request.json == {"email": email, **tags}, where
    assert left.received | set(sent) | unknown == everyone, where
    if left.action == "track":
        assert not left.received & set(sent), where


def test_a_flipped_bit_is_found_out_or_harms_nobody(
    left: Left, send: Send, server: ScriptedServer, runs: Path
) -> None:
    """A run with any bit of its files flipped is refused and bars its file, or continues right."""
    found = 0
    for where in damaged_copies(left, runs, random.Random(SEED)):
        server.requests.clear()
        run = send("runs", "resume")
        if run.code != 2:
            assert run.code in {0, 6}, (where, run.err)
            check_right(left, send, server, where)
            continue
        found += 1
        assert server.requests == [], where
        assert "sendx: " in run.err, where
        assert "a bug in sendx" not in run.err, where
        again = send(*COMMANDS[left.action], "-q")
        assert (again.code, server.requests) == (2, []), where
        assert "runs forget" in again.err, where
    assert found > FLIPS_EACH // 4


def test_an_undamaged_run_goes_on(
    left: Left, send: Send, server: ScriptedServer, runs: Path
) -> None:
    """However it was left; looking at it first changes nothing."""
    assert send("runs", "list").code == 0
    assert send("runs", "show", "--rows").code == 0
    server.requests.clear()
    assert send("runs", "resume").code in {0, 6}
    check_right(left, send, server, str(runs))
