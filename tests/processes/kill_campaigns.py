"""Kills runs at random moments: `python -m tests.processes.kill_campaigns [KILLS]`, 500 of them.

What it does, for identify, batches, track, counting fields and streams alike: it begins a run, ends
it by kill -9 at a random moment (in its start, amid its calls and commits, while it writes its
report), resumes it, kills it again, and so on, then lets it end. The service answers some calls
with 429, 400 or 500 and breaks some off after it has acted. What the service saw is held against
what `sendx` said and how it ended, by a checker that has nothing in common with it
(`kill_checker`): no row lost, none that counts acted on twice, each contact in order.

500 kills take ten to twenty minutes. A sample of it is a test.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from tests.conftest import CANARY, SHELL_ENVIRONMENT
from tests.processes.kill_checker import Account, Call, Session, accepted_in, state_of
from tests.servers import OK, Answering, Request, Reset, ScriptedServer, json_answer

KILLS = 500
ROWS_A_KILL = 10
FEWEST_ROWS = 40
CONTACTS = 30
IN_FLIGHT = 8
LONGEST_START_S = 0.5
ROW_EVERY_S = 0.003
PROGRAM = str(Path(sys.executable).with_name("sendx"))


class Kind(NamedTuple):
    """A kind of run.

    Args:
        name: For messages.
        words: Its command.
        header: Its file's first line; a row has `m17` in the second column.
        rest: What stands behind the second column.
        is_repeatable: Whether its rows may be sent again.
        batch: Rows in a call.
        is_stream: Whether its rows come from standard input, one by one.
    """

    name: str
    words: tuple[str, ...]
    header: str = "email,first_name"
    rest: str = ""
    is_repeatable: bool = True
    batch: int = 1
    is_stream: bool = False


TRACK = ("track",)
COUNTING = ("identify", "--map", "visits=field:visits")
KINDS = (
    Kind("identify", ("identify",)),
    Kind("batches", ("identify", "--batch", "3"), batch=3),
    Kind("track", TRACK, "email,add_tags", is_repeatable=False),
    Kind("counting", COUNTING, "email,first_name,visits", ",++1", is_repeatable=False),
    Kind("track stream", TRACK, "email,add_tags", is_repeatable=False, is_stream=True),
    Kind("identify stream", ("identify",), is_stream=True),
)


@dataclass
class Service:
    """Answers calls as it is drawn, and notes them."""

    draw: random.Random
    calls: list[Call]
    came: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, request: Request, _number: int) -> Answering:
        body = json.loads(request.body)
        marks = tuple(map(_mark_of, body if isinstance(body, list) else [body]))
        with self.came:
            weights = (92, 2, 3, 2)
            came_to = self.draw.choices(("acted", "cut", "later", "error"), weights)[0]
            if len(marks) == 1 and marks[0] % 41 == 7:
                came_to = "refused"
            latency_s = self.draw.uniform(0.0, 0.02)
            self.calls.append(Call(marks, came_to))
            self.came.notify_all()
        time.sleep(latency_s)
        match came_to:
            case "acted":
                return OK
            case "cut":
                return Reset()
            case "later":
                return json_answer(429, {"message": "slow down"}, {"Retry-After": "0"})
            case "refused":
                return json_answer(400, {"message": "no"})
            case _:
                return json_answer(500, {"message": "trouble"})

    def wait_for(self, calls: int, timeout_s: float) -> None:
        """Return when so many calls have come, or when the time is over."""
        with self.came:
            self.came.wait_for(lambda: len(self.calls) >= calls, timeout_s)


def _mark_of(contact: dict[str, object]) -> int:
    text = contact["firstName"] if "firstName" in contact else contact["addTags"]
    return int(str(text[0] if isinstance(text, list) else text)[1:])


class Campaign:
    """One input, sent by processes that are killed.

    Args:
        kind: Its kind.
        kills: How many are killed.
        folder: A directory of its own.
        server: Where the service is.
    """

    def __init__(self, kind: Kind, kills: int, folder: Path, server: ScriptedServer) -> None:
        self._kind = kind
        self._kills = kills
        self._folder = folder
        self._draw = random.Random(f"{kind.name} {kills}")
        rows = max(FEWEST_ROWS, ROWS_A_KILL * kills)
        flight = IN_FLIGHT * kind.batch
        self.account = Account(rows, CONTACTS, kind.is_repeatable, flight)
        self._service = Service(self._draw, self.account.calls)
        server.script = self._service
        self._environ = {**SHELL_ENVIRONMENT, "HOME": str(folder), "SENDX_API_KEY": CANARY,
                         "SENDX_BASE_URL": server.url}  # fmt: skip
        self._runs: list[dict[str, object]] = []
        self._first_of: dict[str, int] = {}
        self._sent_before = self._sent_from = 0
        (folder / "people.csv").write_text("".join(self._lines(0)))

    def run(self) -> None:
        """Kill so often, then go on to the end; check after each process."""
        for _ in range(self._kills):
            self._session(is_killed=True)
        while (words := self._next()) is not None:
            code = self._session(is_killed=False)
            name = words[2] if words[1] == "resume" else self._runs[-1]["run"]
            (run,) = (run for run in self._runs if run["run"] == name)
            self.account.check_exit(code, run)
        self.account.check_end(self._states())

    def _next(self) -> tuple[str, ...] | None:
        """Return what continues with the input; None: all of it has been sent."""
        for run in self._runs:
            if run["to_come"] or run["failed"]:
                return ("runs", "resume", str(run["run"]))
        if not self._kind.is_stream:
            return None if self._runs else (*self._kind.words, "--from", "people.csv", "--yes")
        if self._sent_from >= self.account.rows:
            return None
        return (*self._kind.words, "--from", "-", "--stream", "--yes")

    def _session(self, *, is_killed: bool) -> int:
        # A run that has ended is resumed as well: it writes its report again.
        words = self._next() or ("runs", "resume")
        calls = len(self.account.calls)
        report = self._folder / "report.jsonl"
        common = ("-o", "jsonl", "--concurrency", str(IN_FLIGHT), "--report", str(report))
        is_stream = "--stream" in words
        out, err = self._folder / "out", self._folder / "err"
        with (
            out.open("wb") as results,
            err.open("wb") as messages,
            subprocess.Popen(
                (PROGRAM, *words, *common),
                env=self._environ,
                cwd=self._folder,
                stdin=subprocess.PIPE if is_stream else subprocess.DEVNULL,
                stdout=results,
                stderr=messages,
            ) as process,
        ):
            feeding = threading.Thread(target=self._feed, args=(process.stdin,))
            feeding.start()
            if is_killed:
                self._wait(calls)
                process.kill()
            code = process.wait(timeout=100)
            feeding.join()
        errors = err.read_text()
        assert "Traceback" not in errors, errors
        assert code >= 0 or is_killed, errors
        self._note_new()
        self._settle()
        first = self._first_of[words[2]] if words[1:2] == ("resume",) and words[2:] else 0
        first = self._sent_before if is_stream else first
        told = {first + line - 2 for line in accepted_in(out.read_text())}
        after = len(self.account.calls)
        self.account.sessions.append(Session(calls, after, frozenset(told), code < 0))
        self.account.check_sessions()
        if report.exists():
            accepted_in(report.read_text())  # whole, or an earlier one
            assert report.read_bytes()[-1:] in {b"\n", b""}
        return code

    def _feed(self, rows: IO[bytes] | None) -> None:
        """Write what is left of the input, row by row, as long as somebody reads it."""
        if rows is None:
            return
        with suppress(BrokenPipeError), rows:
            for line in self._lines(self._sent_from):
                rows.write(line.encode())
                rows.flush()
                time.sleep(ROW_EVERY_S)

    def _wait(self, calls: int) -> None:
        """Wait for a random moment: mostly amid the calls."""
        if self._draw.random() < 0.3:
            time.sleep(self._draw.uniform(0.0, LONGEST_START_S))
            return
        more = self._draw.randint(1, max(2, 2 * ROWS_A_KILL // self._kind.batch))
        self._service.wait_for(calls + more, 2.0)
        time.sleep(self._draw.uniform(0.0, 0.03))

    def _settle(self) -> None:
        """Wait until the service has read all that was sent to it."""
        deadline = time.monotonic() + 60
        while any("_serve" in thread.name for thread in threading.enumerate()):
            assert time.monotonic() < deadline, "the service still reads"
            time.sleep(0.005)

    def _note_new(self) -> None:
        """Note which part of the input a new run has, and how far it came."""
        self._sent_before = self._sent_from
        self._runs = self._read("runs", "list")
        for run in self._runs:
            if run["run"] not in self._first_of:
                self._first_of[str(run["run"])] = self._sent_from
                if self._kind.is_stream:
                    self._sent_from += max(0, int(str(run["read_to_line"] or 1)) - 1)

    def _lines(self, first: int) -> list[str]:
        marks = range(first, self.account.rows)
        rows = [f"p{m % CONTACTS}@example.com,m{m}{self._kind.rest}\n" for m in marks]
        return [f"{self._kind.header}\n", *rows]

    def _states(self) -> dict[int, list[str]]:
        found: defaultdict[int, list[str]] = defaultdict(list)
        for run in self._runs:
            first = self._first_of[str(run["run"])]
            for row in self._read("runs", "show", str(run["run"]), "--rows"):
                found[first + int(str(row["line"])) - 2].append(state_of(row))
        return found

    def _read(self, *words: str) -> list[dict[str, object]]:
        finished = subprocess.run(
            (PROGRAM, *words, "-o", "jsonl"),
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return [json.loads(line) for line in finished.stdout.splitlines()]


def main(kills: int) -> None:
    """Play a campaign of each kind."""
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder, ScriptedServer() as server:
            campaign = Campaign(kind, -(-kills // len(KINDS)), Path(folder), server)
            campaign.run()
            killed = sum(session.was_killed for session in campaign.account.sessions)
            calls = len(campaign.account.calls)
        told = f"{killed} kills, {calls} calls, none lost, none twice, in order"
        sys.stdout.write(f"{kind.name}: {campaign.account.rows} rows, {told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS)
