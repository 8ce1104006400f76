"""Runs of `sendx` that are recorded, and the service that they talk to.

A scene is a run of one kind: it is begun, ends by kill -9 or at its end, and is resumed from what
a power cut left of it, up to its end.
"""

import os
import random
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.conftest import CANARY, SHELL_ENVIRONMENT
from tests.journal.power_cut.disk import Change
from tests.journal.power_cut.recording import record
from tests.servers import OK, Answering, Request, Reset, ScriptedServer, json_answer

_MARK = re.compile(rb'"m(\d+)"')
NEVER = sys.maxsize
KILL = 9
PROGRAM = str(Path(sys.executable).with_name("sendx"))


class Kind(NamedTuple):
    """A kind of run.

    Args:
        name: For messages.
        words: Its command.
        header: Its file's first line; a row has `m17` in the second column.
        rest: What stands behind the second column.
        is_repeatable: Whether its rows may be sent again.
    """

    name: str
    words: tuple[str, ...]
    header: str
    rest: str
    is_repeatable: bool


KINDS = (
    Kind("track", ("track",), "email,add_tags", "", is_repeatable=False),
    Kind("identify", ("identify",), "email,first_name", "", is_repeatable=True),
    Kind("batches", ("identify", "--batch", "3"), "email,first_name", "", is_repeatable=True),
    Kind(
        "counting",
        ("identify", "--map", "visits=field:visits"),
        "email,first_name,visits",
        ",++1",
        is_repeatable=False,
    ),
)


class Sent(NamedTuple):
    """A call that came to the service.

    Args:
        marks: The rows in it.
        has_acted: Whether the service did what it says.
    """

    marks: tuple[int, ...]
    has_acted: bool


@dataclass
class Service:
    """Acts on most calls; answers some with 429 or 500, breaks some off after it has acted.

    Args:
        draw: Decides.
        kill_at: At which call to kill the process that `pid` names.
        pid: The file with the process's id.
    """

    draw: random.Random
    pid: Path
    kill_at: int = NEVER
    calls: list[Sent] = field(default_factory=list)

    def __call__(self, request: Request, _number: int) -> Answering:
        marks = marks_in(request.body)
        kind = self.draw.choices(("act", "later", "refuse", "cut"), (92, 4, 2, 2))[0]
        self.calls.append(Sent(marks, kind in {"act", "cut"}))
        if len(self.calls) == self.kill_at:
            os.kill(int(self.pid.read_text()), KILL)
            return None
        time.sleep(self.draw.uniform(0, 0.004))
        if kind == "later":
            return json_answer(429, {"message": "slow down"}, {"Retry-After": "0"})
        if kind == "refuse":
            return json_answer(400, {"message": "no"})
        return OK if kind == "act" else Reset()


def marks_in(content: bytes) -> tuple[int, ...]:
    """Return the rows that are named in a request."""
    return tuple(int(mark) for mark in _MARK.findall(content))


@dataclass
class Scene:
    """A run, with the directory of its journal and all that the service saw of it.

    Args:
        kind: Its kind.
        folder: A directory of its own.
        rows: How many rows its file has.
        draw: Decides all that is left open.
        server: Where the service is.
        acted: How often it has acted on each row, as far as that was not undone by a power cut.
    """

    kind: Kind
    folder: Path
    rows: int
    draw: random.Random
    server: ScriptedServer
    acted: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.runs = self.folder / "state" / "sendx" / "runs"
        self.marks = list(range(self.rows))
        self.write_file()

    @property
    def rows_a_call(self) -> int:
        """How many rows a call has."""
        return 3 if "--batch" in self.kind.words else 1

    def write_file(self) -> None:
        """Write the rows in their present order; five rows have the same contact."""
        lines = [f"p{mark // 5}@example.com,m{mark}{self.kind.rest}" for mark in self.marks]
        text = "\n".join([self.kind.header, *lines])
        (self.folder / "people.csv").write_text(text + "\n")

    def add_row(self) -> None:
        """Mend the file: a row more, known by its content to be new."""
        self.marks.append(len(self.marks))
        self.write_file()

    def play(self, kill_at: int = NEVER) -> tuple[list[Change], list[Sent]]:
        """Begin the run or resume it; return what it asked of the disk, and its calls."""
        is_begun = self.runs.exists() and any(self.runs.glob("*.sqlite3"))
        begin = (*self.kind.words, "--from", "people.csv")
        common = ("--yes", "-o", "jsonl", "--concurrency", "4", "--quiet")
        words = (PROGRAM, *(("runs", "resume") if is_begun else begin), *common)
        trace = self.folder / "trace"
        self.server.script = service = Service(self.draw, self.folder / "pid", kill_at)
        changes = record(words, self.runs, trace, self._environment(self.server.url))
        trace.unlink()
        return changes, service.calls

    def restore(self, image: Mapping[str, bytes]) -> None:
        """Put the run's directory into this state."""
        shutil.rmtree(self.runs, ignore_errors=True)
        self.runs.mkdir(parents=True, mode=0o700)
        for name, content in image.items():
            (self.runs / name).write_bytes(content)

    def _environment(self, url: str) -> dict[str, str]:
        homes = {
            f"XDG_{kind}_HOME": str(self.folder / kind.lower()) for kind in ("CONFIG", "CACHE")
        }
        state = {"HOME": str(self.folder), "XDG_STATE_HOME": str(self.folder / "state")}
        key = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": url}
        return {**SHELL_ENVIRONMENT, **homes, **state, **key}
