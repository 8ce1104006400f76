"""Kills commands that read the account: they leave it, the runs, and the next command alone."""

import random
import time
from pathlib import Path

from tests.processes.kill_checker import state_of
from tests.processes.kill_process import HasEnded, Moment, Sendx, after
from tests.processes.kill_service import NO_FAULTS, AccountService
from tests.servers import ScriptedServer

PEOPLE = 130
ROWS = 40
UNKNOWN = 12
LONGEST_START_S = 0.3
ONLY_CUT = (0, 1, 0, 0)
ONLY_ERRORS = (0, 0, 0, 1)
LATER = "import time\ntime.time = lambda now=time.time: now() + 120\n"
"""What makes a process believe that it is two minutes later: no unknown row is looked up sooner."""


class Reads:
    """An account that is read by processes that are killed.

    Args:
        kills: How many are killed.
        folder: A directory of its own.
        server: Where the service is.
    """

    def __init__(self, kills: int, folder: Path, server: ScriptedServer) -> None:
        self._kills = kills
        self._folder = folder
        self._draw = random.Random(f"reads {kills}")
        self.sendx = Sendx(folder, server.url)
        people: list[dict[str, object]] = [
            {
                "email": f"p{n}@example.com",
                "firstName": f"Name{n}",
                "tags": {"old"},
                "fields": {"plan": "free"},
            }
            for n in range(PEOPLE)
        ]
        self._service = AccountService(people, self._draw)
        server.script, server.pages = self._service.write, self._service.page
        (folder / "later").mkdir()
        (folder / "later" / "sitecustomize.py").write_text(LATER)
        self._outputs: dict[tuple[str, ...], list[str]] = {}
        self._later = {"PYTHONPATH": str(folder / "later")}

    def run(self) -> None:
        """Kill reads of each kind in turn until so many kills have landed."""
        self._write("sent.csv", [f"p{n}@example.com,Name{n}" for n in range(ROWS)])
        assert self.sendx.run("identify", "--from", "sent.csv", "--yes").code == 0
        (run,) = self._runs()
        plain = ("--from", "sent.csv")
        kinds = (
            lambda: self._read_twice("lookup", *plain),
            lambda: self._read_twice("runs", "verify", run),
            lambda: self._read_twice("identify", *plain, "--only-changed", "--dry-run"),
            lambda: self._read_twice("runs", "undo", run, "--dry-run", "--assume-new"),
            lambda: self._begin("--only-changed"),
            lambda: self._begin("--snapshot"),
            self._reconcile,
        )
        turns = 0
        while self.sendx.landed.total() < self._kills:
            kinds[turns % len(kinds)]()
            turns += 1
            assert turns < 20 + 3 * self._kills, "kills do not land"

    def _read_twice(self, *words: str) -> None:
        """Kill a command; then it does all that it does otherwise."""
        if words not in self._outputs:
            self._outputs[words] = self._output(words)
        before, runs, writes = self._service.contacts(), self._runs(), len(self._service.writes)
        self.sendx.run(*words, "-o", "jsonl", moment=self._moment())
        assert self._runs() == runs, words
        assert self._output(words) == self._outputs[words], words
        assert (self._service.contacts(), len(self._service.writes)) == (before, writes), words
        assert self._runs() == runs, words

    def _begin(self, option: str) -> None:
        """Kill a run while it reads the account; what it sent is known, and it goes on or anew."""
        number = self._draw.randrange(10**9)
        names = [f"Name{n}" if n % 2 else f"New{number}" for n in range(ROWS)]
        path = self._write(f"b{number}.csv", [f"p{n}@example.com,{x}" for n, x in enumerate(names)])
        runs, writes = self._runs(), len(self._service.writes)
        words = ("identify", "--from", path, option, "--yes")
        self.sendx.run(*words, moment=self._moment())
        begun = [run for run in self._runs() if run not in runs]
        assert begun or len(self._service.writes) == writes, "sent without a run"
        ended = self.sendx.run(*(("runs", "resume", begun[0]) if begun else words))
        assert ended.code == 0, ended
        (run,) = (run for run in self._runs() if run not in runs)
        known = {contact["email"]: contact for contact in self._service.contacts().values()}
        assert [known[f"p{n}@example.com"]["firstName"] for n in range(ROWS)] == names
        wanted = ROWS if option == "--snapshot" else ROWS // 2
        seen = {str(write.body["email"]) for write in self._service.writes[writes:]}
        assert len(seen) == wanted, f"{len(seen)} contacts were written to"
        assert self.sendx.run("runs", "forget", run).code == 0
        assert self._runs() == runs
        self._service.rename({f"p{n}@example.com": f"Name{n}" for n in range(ROWS)})

    def _reconcile(self) -> None:
        """Kill the looking up of unknown rows; then it settles those that were acted on."""
        number = self._draw.randrange(10**9)
        path = self._write(
            f"u{number}.csv",
            [f"p{n}@example.com,u{number}" for n in range(ROWS, ROWS + UNKNOWN)],
            "add_tags",
        )
        runs, writes = self._runs(), len(self._service.writes)
        was_acted_on = number % 2 == 0
        self._service.faults = ONLY_CUT if was_acted_on else ONLY_ERRORS
        self.sendx.run("track", "--from", path, "--yes", "--retries", "0")
        self._service.faults = NO_FAULTS
        (run,) = (run for run in self._runs() if run not in runs)
        unknown = self._states(run).count("unknown")
        assert unknown
        seen = len(self._service.writes)
        words = ("runs", "reconcile", run)
        self.sendx.run(*words, moment=self._moment(), environ=self._later)
        states = self._states(run)
        assert set(states) <= {"unknown", "pending", *(["accepted"] if was_acted_on else [])}
        self.sendx.run(*words, environ=self._later)
        left = 0 if was_acted_on else unknown
        assert self._states(run).count("unknown") == left
        assert len(self._service.writes) == seen > writes, "looking up wrote"
        assert self.sendx.run("runs", "forget", run).code == 0

    def _output(self, words: tuple[str, ...]) -> list[str]:
        return sorted(map(str, self.sendx.read(*words)))

    def _states(self, run: str) -> list[str]:
        return [state_of(row) for row in self.sendx.read("runs", "show", run, "--rows")]

    def _runs(self) -> list[str]:
        return [str(run["run"]) for run in self.sendx.read("runs", "list")]

    def _write(self, name: str, rows: list[str], column: str = "first_name") -> str:
        text = "".join(f"{row}\n" for row in (f"email,{column}", *rows))
        (self._folder / name).write_text(text)
        return name

    def _moment(self) -> Moment:
        """Draw a moment: in the start, amid reads, or at a commit."""
        kind = self._draw.choices(("start", "reads", "commit"), (2, 6, 2))[0]
        if kind == "start":
            return after(self._draw.uniform(0.0, LONGEST_START_S))
        if kind == "commit":
            return self.sendx.at_a_commit(self._draw.randint(1, 3))
        reads = self._service.reads + self._draw.randint(1, 5)
        later_s = self._draw.uniform(0.0, 0.02)

        def wait(has_ended: HasEnded) -> None:
            self._service.wait_for(lambda s: s.reads, reads, has_ended)
            time.sleep(later_s)

        return Moment("reads", wait)
