"""`kill -9` amid an undo: however often, in the end the account is as it was before the run."""

import json
import os
import random
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sendx_cli.sandbox.log import Entry
from tests.conftest import CANARY, Command, Run
from tests.runs.accounts import Account
from tests.sandbox.doors import serving

PEOPLE = 60
KILLS = 8
LONGEST_S = 60.0


class Writes:
    """Counts what a server was told to write, and lets a test wait for the next of them."""

    def __init__(self) -> None:
        self._seen = threading.Condition()
        self.count = 0

    def __call__(self, entry: Entry) -> None:
        """Take note of a request that was answered."""
        if entry.method == "POST":
            with self._seen:
                self.count += 1
                self._seen.notify_all()

    def wait_for(self, count: int, ended: Callable[[], bool]) -> None:
        """Return once there were so many, or when `ended`."""
        with self._seen:
            while self.count < count and not ended():
                self._seen.wait(0.05)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account of people with names, tags and a field, all of which the run changes."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    account = Account(tmp_path)
    account.begin(
        *(
            {
                "email": f"p{n}@b.co",
                "firstName": f"Name{n}",
                "tags": ["old", f"t{n % 3}"],
                "customFields": {"plan": "free"},
            }
            for n in range(PEOPLE)
        )
    )
    return account


@pytest.fixture
def writes() -> Writes:
    """What the service was told to write."""
    return Writes()


@pytest.fixture
def command(account: Account, writes: Writes, program: str) -> Iterator[Callable[..., Run]]:
    """Starts a command against the account, as a process that can be killed after some writes."""
    with serving(account.path, on_request=writes) as url:
        env = {**os.environ, "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": url}

        def run(*words: str, kill_after: int | None = None) -> Run:
            process = subprocess.Popen(
                [program, *words],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            if kill_after is not None:
                reaped = writes.count + kill_after

                def kill() -> None:
                    writes.wait_for(reaped, lambda: process.poll() is not None)
                    process.kill()

                threading.Thread(target=kill).start()
            out, err = process.communicate(timeout=LONGEST_S)
            return Run(process.returncode, out, err)

        yield run


def test_an_undo_that_is_killed_ends_as_one_that_is_not(
    account: Account, command: Callable[..., Run], sendx: Command
) -> None:
    """It is resumed each time: tags, names, fields and addresses are as before the run."""
    before = account.contacts()
    lines = [
        json.dumps(
            {
                "email": f"p{n}@b.co",
                "first_name": "Other",
                "plan": "pro",
                "tags": ["new"],
                **({"new_email": f"moved{n}@b.co"} if n % 2 else {}),
            }
        )
        for n in range(PEOPLE)
    ]
    Path("p.jsonl").write_text("\n".join(lines) + "\n")
    options = ("--snapshot", "--yes", "--map", "plan=field:plan")
    assert command("identify", "--from", "p.jsonl", *options).code == 0
    assert account.contacts() != before
    run = json.loads(sendx("runs", "list").out.splitlines()[0])["run"]
    draw = random.Random(1)
    for _ in range(KILLS):
        is_begun = len(sendx("runs", "list").out.splitlines()) > 1
        words = ("resume",) if is_begun else ("undo", run, "--yes")
        command("runs", *words, kill_after=draw.randint(1, 2 * PEOPLE // KILLS))
    end = command("runs", "resume")
    assert end.code == 0, end.err
    assert account.contacts() == before
