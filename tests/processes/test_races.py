"""One file begun by several processes at once."""

import json
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Command
from tests.processes.conftest import Start
from tests.servers import OK, ScriptedServer, json_answer

if TYPE_CHECKING:
    import subprocess

PROCESSES = 8
RACES = 4
ROWS = 10
MANY_ROWS = 60_000
STUCK_S = 60.0
REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
NAMED = re.compile(
    r"run \d{8}-\d{4}-\w{4} of this file is being sent by another sendx process"
    r"|a run of this file is being started by another sendx process"
)


@pytest.mark.parametrize("race", range(RACES))
def test_one_of_many_sends_the_file(
    start: Start, server: ScriptedServer, folder: Path, race: int
) -> None:
    """Begun together or up to a second apart, by its name or by standard input: once each row."""
    rows = "email\n" + "".join(f"p{n}@example.com\n" for n in range(ROWS))
    (folder / "people.csv").write_text(rows)
    gate = threading.Event()
    server.script = lambda _request, _number: OK if gate.wait(STUCK_S) else None
    draw = random.Random(race)
    processes: list[subprocess.Popen[str]] = []
    for _ in range(PROCESSES):
        if race % 2:
            time.sleep(draw.uniform(0, 2 / PROCESSES))
        source = draw.choice(["people.csv", "-"])
        with (folder / "people.csv").open() as file:
            words = ("track", "--from", source, "--add-tag", "x")
            processes.append(start(*words, stdin=file.fileno()))
    wait_for(lambda: sum(one.poll() is not None for one in processes) >= PROCESSES - 1)
    gate.set()
    ended = [(one.communicate(timeout=STUCK_S)[1], one.returncode) for one in processes]
    assert Counter(code for _, code in ended) == {0: 1, 2: PROCESSES - 1}
    assert [text for text, code in ended if code == 2 and not NAMED.search(text)] == []
    assert Counter(emails(server)) == {f"p{n}@example.com": 1 for n in range(ROWS)}


def test_a_place_is_free_as_soon_as_its_holder_is_killed(
    start: Start, server: ScriptedServer, sendx: Command, settings: dict[str, str], folder: Path
) -> None:
    """While the rows are checked nobody else begins; after kill -9 somebody can, with each row."""
    path = folder / "people.csv"
    path.write_text("email\n" + "".join(f"p{n}@example.com\n" for n in range(MANY_ROWS)))
    runs = Path(os.environ["XDG_STATE_HOME"]) / "sendx" / "runs"
    words = ("track", "--from", str(path), "--add-tag", "x")
    server.script = lambda _request, _number: REFUSED
    first = start(*words)
    wait_for(lambda: [place for place in runs.glob("*.place") if place.stat().st_size])
    second = sendx(*words, env=settings)
    assert (second.code, server.requests) == (2, [])
    assert f"being started by another sendx process (process {first.pid} on " in second.err
    first.kill()
    first.communicate(timeout=STUCK_S)
    third = sendx(*words, env=settings)
    assert (third.code, len(server.requests) > 0) == (255, True)
    assert f"{MANY_ROWS:,}  rows" in third.err
    assert len(list(runs.glob("*.sqlite3"))) == 1
    assert list(runs.glob("*.place")) == []


def emails(server: ScriptedServer) -> list[str]:
    return [json.loads(request.body)["email"] for request in server.requests]


def wait_for(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + STUCK_S
    while not is_so():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)
