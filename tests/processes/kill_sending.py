"""Kills runs that send: files, batches and streams, begun, resumed, and killed again."""

import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from tests.processes.kill_checker import (
    Account,
    Call,
    Session,
    accepted_in,
    check_whole,
    state_of,
)
from tests.processes.kill_process import Ended, HasEnded, Moment, Sendx, after
from tests.processes.kill_service import answer_of
from tests.servers import Answering, Request, ScriptedServer

ROWS_A_KILL = 14
FEWEST_ROWS = 40
CONTACTS = 30
IN_FLIGHT = 8
LONGEST_START_S = 0.4
MOST_COMMITS = 25
ROW_EVERY_S = 0.003


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
        return answer_of(came_to)

    def wait_for(self, calls: int, has_ended: HasEnded) -> None:
        """Return when so many calls have come, or when the process has ended."""
        with self.came:
            while len(self.calls) < calls and not has_ended():
                self.came.wait(0.01)


def _mark_of(contact: dict[str, object]) -> int:
    text = contact["firstName"] if "firstName" in contact else contact["addTags"]
    return int(str(text[0] if isinstance(text, list) else text)[1:])


class Sending:
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
        self._draw = random.Random(f"{kind.name} {kills}")
        rows = max(FEWEST_ROWS, ROWS_A_KILL * kills * kind.batch)
        flight = IN_FLIGHT * kind.batch
        self.account = Account(rows, CONTACTS, kind.is_repeatable, flight)
        self._service = Service(self._draw, self.account.calls)
        server.script = self._service
        self.sendx = Sendx(folder, server.url)
        self._report = folder / "report.jsonl"
        self._report_before = ""
        self._runs: list[dict[str, object]] = []
        self._first_of: dict[str, int] = {}
        self._sent_before = self._sent_from = 0
        (folder / "people.csv").write_text("".join(self._lines(0)))

    def run(self) -> None:
        """Kill so often, then go on to the end; check after each process."""
        while self.sendx.landed.total() < self._kills and self._next() is not None:
            self._session(self._moment())
        while (words := self._next()) is not None:
            ended = self._session(None)
            name = words[2] if words[1] == "resume" else self._runs[-1]["run"]
            (run,) = (run for run in self._runs if run["run"] == name)
            self.account.check_exit(ended.code, run)
        self.account.check_end(self._states())

    def _next(self) -> tuple[str, ...] | None:
        """Return what goes on with the input; None: all of it has been sent."""
        for run in self._runs:
            if run["to_come"] or run["failed"]:
                return ("runs", "resume", str(run["run"]))
        if not self._kind.is_stream:
            return None if self._runs else (*self._kind.words, "--from", "people.csv", "--yes")
        if self._sent_from >= self.account.rows:
            return None
        return (*self._kind.words, "--from", "-", "--stream", "--yes")

    def _session(self, moment: Moment | None) -> Ended:
        words = self._next()
        assert words is not None
        calls = len(self.account.calls)
        common = ("-o", "jsonl", "--concurrency", str(IN_FLIGHT), "--report", str(self._report))
        is_stream = "--stream" in words
        feed = self._feed if is_stream else None
        ended = self.sendx.run(*words, *common, moment=moment, feed=feed)
        self._note_new()
        first = self._first_of[words[2]] if words[1:2] == ("resume",) and words[2:] else 0
        first = self._sent_before if is_stream else first
        told = {first + line - 2 for line in accepted_in(ended.out)}
        after = len(self.account.calls)
        self.account.sessions.append(Session(calls, after, frozenset(told), ended.was_killed))
        self.account.check_sessions()
        self._check_report()
        return ended

    def _check_report(self) -> None:
        text = self._report.read_text() if self._report.exists() else ""
        if self._kind.is_stream:  # how many rows it has depends on how far the input was read
            assert text[-1:] in {"", "\n"}
            accepted_in(text)
        else:
            check_whole(text, self._report_before, range(2, self.account.rows + 2))
        self._report_before = text

    def _feed(self, rows: IO[bytes]) -> None:
        """Write what is left of the input, row by row, as long as somebody reads it."""
        for line in self._lines(self._sent_from):
            rows.write(line.encode())
            rows.flush()
            time.sleep(ROW_EVERY_S)

    def _moment(self) -> Moment:
        """Draw a moment: in the start, at a commit, or amid the calls."""
        kind = self._draw.choices(("start", "commit", "calls"), (2, 4, 4))[0]
        if kind == "start":
            return after(self._draw.uniform(0.0, LONGEST_START_S))
        if kind == "commit":
            return self.sendx.at_a_commit(self._draw.randint(1, MOST_COMMITS))
        most = max(2, 2 * ROWS_A_KILL // self._kind.batch)
        calls = len(self.account.calls) + self._draw.randint(1, most)
        later_s = self._draw.uniform(0.0, 0.03)

        def wait(has_ended: HasEnded) -> None:
            self._service.wait_for(calls, has_ended)
            time.sleep(later_s)

        return Moment("calls", wait)

    def _note_new(self) -> None:
        """Note which part of the input a new run has, and how far it came."""
        self._sent_before = self._sent_from
        self._runs = self.sendx.read("runs", "list")
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
            for row in self.sendx.read("runs", "show", str(run["run"]), "--rows"):
                found[first + int(str(row["line"])) - 2].append(state_of(row))
        return found
