"""`--keep-journal`: what is old leaves a stream's journal, and no part is taken for a whole."""

import csv
import io
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

import pytest

from sendx_cli.runtime import Runtime
from tests.clocks import Ahead
from tests.conftest import CANARY, Command, Run, invoke
from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR_S = 3600.0
STUCK_S = 30.0
REFUSED = json_answer(400, {"message": "no"})
STREAM = ("track", "--from", "-", "--stream", "--add-tag", "x", "-o", "jsonl")


class SlowInput(io.RawIOBase):
    """A line an hour, each once the one before was answered."""

    def __init__(self, lines: list[str], clock: Ahead, server: ScriptedServer) -> None:
        self._lines: Iterator[str] = iter(lines)
        self._clock = clock
        self._server = server
        self._sent = 0
        self.buffer = self

    def readable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def read1(self, _size: int = -1) -> bytes:
        until = time.monotonic() + STUCK_S
        while len(self._server.requests) < self._sent:
            assert time.monotonic() < until, "a row was not sent"
            time.sleep(0.001)
        self._clock.ahead_s += HOUR_S
        line = next(self._lines, "")
        self._sent += "@" in line
        return line.encode()


def answer_of(request: Request, _number: int) -> Answering:
    return REFUSED if b"refused" in request.body else OK


@pytest.fixture
def stream(server: ScriptedServer, folder: Path, by_engine: str) -> Command:
    """Sends a stream of a line an hour."""
    assert folder.is_dir()
    assert by_engine
    server.script = answer_of

    def run(*words: str, **_: object) -> Run:
        lines = ["email\n", *(f"{word}\n" for word in words if not word.startswith("--"))]
        clock = Ahead()
        runtime = Runtime(
            environ={**os.environ, "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url},
            stdin=cast("TextIO", SlowInput(lines, clock, server)),
            clock=clock,
        )
        return invoke((*STREAM, *(word for word in words if word.startswith("--"))), runtime)

    return run


def emails(count: int) -> list[str]:
    names = {2: "refused@b.co", 4: "nobody"}
    return [names.get(number, f"p{number}@b.co") for number in range(count)]


def record_of(sendx: Command) -> dict[str, object]:
    record: dict[str, object] = json.loads(sendx("runs", "show", "-o", "json").out)
    return record


def test_old_rows_leave_the_journal_and_stay_in_all_numbers(
    stream: Command, sendx: Command
) -> None:
    """The summary, the exit code, `runs show` and `runs list` count what is no longer kept."""
    run = stream(*emails(12), "--keep-journal=3h")
    assert run.code == 4
    assert "11 rows in " in run.err
    assert " accepted 10 rejected 1 bad 1 (not sent) " in " ".join(run.err.split())
    assert len(run.out.splitlines()) == 11
    record = record_of(sendx)
    removed = int(str(record["removed"]))
    assert 5 <= removed <= 9
    assert f": {removed} rows decided before 20" in run.err
    expected = {"rows": 11, "accepted": 10, "rejected": 1, "bad": 1, "state": "finished"}
    assert {name: record[name] for name in expected} == expected
    assert record["totals"]["failures"][0]["where"] == "standard input:4"  # type: ignore[index]
    assert record["totals"]["attempts"] == 11  # type: ignore[index]
    shown = sendx("runs", "show", "-o", "table").out
    assert f"{removed} rows decided before 20" in shown
    assert "counted but no longer kept (--keep-journal): " in shown


def test_all_is_kept_unless_it_is_asked_for(stream: Command, sendx: Command) -> None:
    """However long the stream takes."""
    run = stream(*emails(12))
    assert "no longer kept" not in run.err
    assert record_of(sendx)["removed"] == 0
    assert len(sendx("runs", "show", "--rows", "-o", "jsonl").out.splitlines()) == 12


def test_rows_that_are_shown_are_not_taken_for_all(stream: Command, sendx: Command) -> None:
    """Which are missing is said beside them, except where only states that stay are asked for."""
    stream(*emails(12), "--keep-journal=3h")
    shown = sendx("runs", "show", "--rows", "-o", "jsonl")
    assert 3 <= len(shown.out.splitlines()) <= 7
    assert "counted but no longer kept (--keep-journal): " in shown.err
    assert "no longer kept" in sendx("runs", "show", "--state", "rejected").err
    assert "no longer kept" not in sendx("runs", "show", "--state", "unknown").err
    assert sendx("runs", "show", "--html", "run.html").code == 0
    page = Path("run.html").read_text("utf-8")
    assert "no longer kept" in page
    assert "Tags added (rows still kept)" in page


def test_the_report_has_the_rows_that_the_journal_no_longer_has(stream: Command) -> None:
    """The bad ones as well, which it gets when they leave the journal."""
    stream(*emails(12), "--keep-journal=3h", "--report=all.csv")
    rows = list(csv.DictReader(io.StringIO(Path("all.csv").read_text("utf-8"))))
    assert sorted(row["line"] for row in rows) == sorted(str(line) for line in range(2, 14))
    (bad,) = [row for row in rows if row["line"] == "6"]
    assert (bad["email"], bad["attempts"], json.loads(bad["error"])["kind"]) == (
        "nobody",
        "0",
        "bad",
    )


def test_what_needs_all_rows_is_refused_or_says_that_it_has_not_all(
    stream: Command, send: Send, server: ScriptedServer
) -> None:
    """An undo of a part, and a file that is matched with a part, would both be wrong."""
    stream(*emails(12), "--keep-journal=3h")
    sent = len(server.requests)
    Path("people.csv").write_text("email\n" + "".join(f"{email}\n" for email in emails(13)))
    undone = send("runs", "undo", "--assume-new", "--yes")
    assert undone.code == 2
    assert "no longer kept (--keep-journal)" in undone.err
    matched = send("runs", "resume", "--from", "people.csv")
    assert matched.code == 2
    assert "no longer kept (--keep-journal)" in matched.err
    assert "`(head -n 1 FILE; tail -n +14 FILE) | sendx track ...`" in matched.err
    assert "no longer kept (--keep-journal)" in send("runs", "verify").err
    assert len(server.requests) == sent
    assert send("runs", "resume").code == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--keep-journal=7d",), "--keep-journal requires --stream"),
        (("--stream", "--keep-journal=0d"), "--keep-journal must be a time from 1m to 3650d"),
        (("--stream", "--keep-journal=7"), "--keep-journal must be a time from 1m to 3650d, not 7"),
        (("--stream", "--keep-journal=1w"), "--keep-journal must be a time from 1m to 3650d"),
        (("--stream", "--keep-journal=-1d"), "--keep-journal must be a time from 1m to 3650d"),
        (("--stream", "--keep-journal=9999999d"), "--keep-journal must be a time from 1m"),
        (
            ("--stream", "--keep-journal=1d", "--code-quality=a.json"),
            "--code-quality cannot be used with --keep-journal",
        ),
    ],
)
def test_times_that_make_no_sense_are_refused(
    send: Send, server: ScriptedServer, words: tuple[str, ...], message: str
) -> None:
    """Before anything is read or sent."""
    run = send("track", "--from", "-", "--add-tag", "x", *words, stdin="email\na@b.co\n")
    assert run.code == 2
    assert message in run.err
    assert not server.requests
