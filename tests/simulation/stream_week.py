"""A week of `sendx track --stream`: `python -m tests.simulation.stream_week [ROWS AN HOUR]`.

The whole command runs, from its standard input to its journal, its report and its results; 18,000
rows an hour are five a second. Time is the machine's, and jumps while nothing is under way: five
rows a second come in a burst, and then nothing until the hour is over. Some rows are bad, some
refused, each with words of its own, and the outcome of a few is lost.
"""

import gc
import io
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

from sendx_cli.api.gate import Gate
from sendx_cli.api.requests import Call
from sendx_cli.cli import app
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.journal.runs import list_runs
from sendx_cli.runtime import Runtime
from tests.clocks import Ahead

DAYS = 7
HOUR_S = 3600.0
ROW_S = 0.2
AT_ONCE = 8
STUCK_S = 60.0
KEPT = "6h"
WORDS = (
    "track",
    "--from",
    "-",
    "--stream",
    "--add-tag",
    "x",
    "-o",
    "jsonl",
    "--keep-journal",
    KEPT,
)
LOST = TransportFailure("timeout", "no answer in 30 s", may_have_arrived=True)
OK = Answer(200, {}, b'{"status": "200", "message": "OK"}')
THROTTLED = Answer(429, {}, b'{"message": "slow down"}')
EMPTY = Answer(200, {}, b"[]")


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the process holds at a moment at which nothing is under way.

    Args:
        blocks: Blocks of memory.
        peak_kib: The most memory that it ever had.
        journal_bytes: The files of the run.
        threads: Threads.
    """

    blocks: int
    peak_kib: int
    journal_bytes: int
    threads: int


class WeekService:
    """Answers calls in the thread that makes them; counts those it has acted upon."""

    def __init__(self) -> None:
        self.draw = random.Random(1)
        self.decided = 0
        self.accepted = 0
        self.refused = 0
        self.lost = 0
        self._lock = threading.Lock()

    def carry(self, call: Call, gate: Gate) -> Answer | TransportFailure:
        if call.method == "GET":
            return EMPTY
        assert gate.let_out()
        with self._lock:
            chance = self.draw.random()
            if chance < 0.0003:
                return THROTTLED
            self.decided += 1
            if chance < 0.02:
                self.refused += 1
                return Answer(422, {}, b'{"message": "refused for reason %d"}' % self.decided)
            if chance < 0.0201:
                self.lost += 1
                return LOST
            self.accepted += 1
            return OK

    def close(self) -> None:
        """Close nothing."""


class WeekInput(io.RawIOBase):
    """Standard input: some rows each hour, and a look at what the process holds each day."""

    def __init__(
        self, clock: Ahead, service: WeekService, runs: Path, rows: int, days: int
    ) -> None:
        self.clock = clock
        self.days: list[Holdings] = []
        self.sound = self.bad = 0
        self.buffer = self
        self._service = service
        self._runs = runs
        self._rows_an_hour = rows
        self._hours = days * 24
        self._chunks = self._made()

    def readable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def read1(self, _size: int = -1) -> bytes:
        return next(self._chunks, b"")

    def _made(self) -> Iterator[bytes]:
        yield b"email,first_name,add_tags\n"
        number = 0
        for hour in range(self._hours):
            began_s = hour * HOUR_S
            for _ in range(self._rows_an_hour):
                number += 1
                self._wait_until_decided(AT_ONCE)
                is_bad = number % 97 == 0
                self.bad += is_bad
                self.sound += not is_bad
                self.clock.ahead_s += ROW_S
                address = f"nobody{number}" if is_bad else f"p{number}@example.com"
                yield f"{address},n{number},tag{number % 50}\n".encode()
            self._wait_until_decided(0)
            self.clock.ahead_s = max(self.clock.ahead_s, began_s + HOUR_S)
            if hour % 24 == 23:
                self.days.append(self._holdings())

    def _wait_until_decided(self, but: int) -> None:
        until = time.monotonic() + STUCK_S
        while self._service.decided < self.sound - but:
            assert time.monotonic() < until, "rows are not sent"
            time.sleep(0.0002)

    def _holdings(self) -> Holdings:
        time.sleep(0.6)  # a turn or two more, so that what was decided is let go of
        gc.collect()
        files = sum(one.stat().st_size for one in self._runs.iterdir())
        return Holdings(sys.getallocatedblocks(), peak_kib(), files, threading.active_count())


@dataclass
class StreamWeek:
    """The week, when it is over.

    Args:
        days: What the process held at the end of each day.
        record: What `runs show` says of it.
        service: What the service has done.
        sound: The rows that could be sent.
        bad: The others.
    """

    days: list[Holdings]
    record: dict[str, object]
    service: WeekService
    sound: int
    bad: int


def run_week(state: Path, rows_an_hour: int, days: int = DAYS) -> StreamWeek:
    """Send the rows of a week; `state` is where `XDG_STATE_HOME` points to."""
    clock, service = Ahead(), WeekService()
    runs = state / "sendx" / "runs"
    stdin = WeekInput(clock, service, runs, rows_an_hour, days)
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        runtime = Runtime(
            environ={**os.environ, "SENDX_API_KEY": "key-of-the-week"},
            stdin=cast("TextIO", stdin),
            clock=clock,
            open_carrier=lambda: service,
        )
        app([*WORDS], obj=runtime, standalone_mode=False)
    (run,) = list_runs(runs).runs
    shown = io.StringIO()
    with redirect_stdout(shown):
        app(["runs", "show", "-o", "json"], obj=Runtime(), standalone_mode=False)
    record = json.loads(shown.getvalue())
    assert record["run"] == run.id
    return StreamWeek(stdin.days, record, service, stdin.sound, stdin.bad)


def hold(week: StreamWeek) -> None:
    """Hold that all was counted, and that nothing has grown since the second day."""
    record, service = week.record, week.service
    assert service.decided == week.sound == record["rows"]
    counted = [record[name] for name in ("accepted", "rejected", "unknown", "bad", "to_come")]
    assert counted == [service.accepted, service.refused, service.lost, week.bad, 0]
    second, last = week.days[1], week.days[-1]
    rows = (len(week.days) - 2) * (week.sound + week.bad) / len(week.days)
    assert last.blocks - second.blocks < 200 + rows / 5, "memory grows by the row"
    # One for each call that is under way at a time, as chance has it, and a few others.
    assert last.threads <= 2 * AT_ONCE + 4
    kept = record["rows"] + week.bad - int(str(record["removed"]))
    an_hour = (week.sound + week.bad) / (24 * len(week.days))
    assert kept < 8 * an_hour + 2 * service.lost + 1
    assert last.journal_bytes < second.journal_bytes * 1.1 + 200_000


def peak_kib() -> int:
    """Return the most memory that this process had; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(rows_an_hour: int = 18_000, days: int = 7) -> None:
    in_memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=in_memory) as folder:
        for kind in ("STATE", "CONFIG", "CACHE"):
            os.environ[f"XDG_{kind}_HOME"] = folder
        began = time.monotonic()
        week = run_week(Path(folder), rows_an_hour, days)
        for holdings in week.days:
            sys.stdout.write(f"{holdings}\n")
        took_s = time.monotonic() - began
        sys.stdout.write(f"{week.sound} rows in {took_s:.0f} s, {peak_kib()} KiB at most\n")
        hold(week)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
