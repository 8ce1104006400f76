"""What stops a run of itself, and how it continues."""

import json
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer

REJECTED = json_answer(422, {"status": "error", "message": "no such list"})
USED_UP = json_answer(429, {"message": "Email sending limit exceeded. Please upgrade your plan."})


@pytest.fixture
def rows(folder: Path) -> int:
    """How many rows the file has."""
    count = 1_200
    (folder / "p.csv").write_text("email\n" + "".join(f"p{n}@b.co\n" for n in range(count)))
    return count


def record(send: Send) -> dict[str, int]:
    (run,) = map(json.loads, send("runs", "list", "-o", "jsonl").out.splitlines())
    counted: dict[str, int] = run
    return counted


def test_a_thousand_like_rejections_stop_a_run(
    send: Send, rows: int, server: ScriptedServer
) -> None:
    """It asks whether the file is meant for this account; the rest is not sent."""
    server.script = lambda _request, _number: REJECTED
    run = send("identify", "--from", "p.csv", "-q")
    assert (run.code, record(send)["rejected"]) == (5, len(server.requests))
    assert 1_000 <= len(server.requests) < rows
    assert "is this file meant for this account?" in run.err
    assert "--keep-going" in run.err


def test_a_run_that_is_to_keep_going_does(
    send: Send, folder: Path, rows: int, server: ScriptedServer
) -> None:
    """Every row is tried; each comes back with what the service said."""
    server.script = lambda _request, _number: REJECTED
    run = send("identify", "--from", "p.csv", "-q", "--keep-going")
    assert (run.code, len(server.requests)) == (4, rows)
    assert (folder / "p.failed.csv").read_text().count("no such list") == rows


def test_a_used_up_quota_ends_a_run_for_now(send: Send, rows: int, server: ScriptedServer) -> None:
    """It is not hammered: what was under way comes back, and the rest goes later."""

    def script(_request: Request, number: int) -> Answering:
        return OK if number <= 100 else USED_UP

    server.script = script
    run = send("identify", "--from", "p.csv", "-q", "--concurrency", "8")
    assert run.code == 5
    assert len(server.requests) <= 108
    assert "Please upgrade your plan" in run.err
    assert record(send)["accepted"] == 100
    server.script = lambda _request, _number: OK
    assert send("runs", "resume", "-q").code == 0
    assert record(send)["accepted"] == rows


def test_a_row_that_waits_when_a_run_stops_is_told_once(
    send: Send, folder: Path, server: ScriptedServer
) -> None:
    """In results, report and counts: it was sent, not decided, and is to come again."""
    trouble = json_answer(500, {"status": "error", "message": "trouble"})
    refused = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
    server.script = lambda request, _number: trouble if b"p0@" in request.body else refused
    (folder / "q.csv").write_text("email\n" + "".join(f"p{n}@b.co\n" for n in range(4)))
    words = ("--report", "r.jsonl", "--concurrency", "1", "--no-account")
    run = send("identify", "--from", "q.csv", *words)
    assert run.code == 255
    reported = [json.loads(line) for line in (folder / "r.jsonl").read_text().splitlines()]
    assert sorted(one["email"] for one in reported) == [f"p{n}@b.co" for n in range(4)]
    waiting = next(one for one in reported if one["email"] == "p0@b.co")
    assert (waiting["attempts"], waiting["error"]["kind"]) == (1, "server_error")
    shown = [json.loads(line)["email"] for line in run.out.splitlines()]
    assert shown.count("p0@b.co") == 1
    (counts,) = map(json.loads, send("runs", "list", "-o", "jsonl").out.splitlines())
    assert (counts["rows"], counts["to_come"]) == (4, 4 - counts["rejected"])
