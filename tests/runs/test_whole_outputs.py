"""What a run tells, to the last character: its summary, and the views that are asked for later."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.runs.conftest import Send
from tests.servers import OK, Request, ScriptedServer, json_answer

FILE = "email,status\nann@b.co,\nbob@b.co,\nbad,\ngone@b.co,unsubscribed\n"
REJECTED = json_answer(422, {"status": "error", "message": "Request body is not in proper format"})
_CHANGING = (
    (r"\d{8}-\d{4}-[a-z0-9]{4}", "RUN"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "MOMENT"),
    (r"\d[\d.,]* m?s\b", "N s"),
    (r", \d[\d.,]*/s", ", N/s"),
)


def steady(text: str) -> list[str]:
    """Return lines with what is another each time taken out."""
    for pattern, name in _CHANGING:
        text = re.sub(pattern, name, text)
    return text.splitlines()


@pytest.fixture
def ended(send: Send, server: ScriptedServer) -> Run:
    """A run of four rows: accepted, rejected, bad and held back."""

    def script(request: Request, _number: int) -> bytes:
        assert isinstance(request.json, dict)
        return REJECTED if request.json["email"] == "bob@b.co" else OK

    Path("p.csv").write_text(FILE)
    server.script = script
    return send("identify", "--from", "p.csv", "--skip-invalid", "--tag", "vip", "--concurrency=1")


SUMMARY = [
    "2 rows in N s, N/s",
    "  accepted   1",
    "  rejected   1",
    "  bad        1  (not sent)",
    "  held back  1  (not sent)",
    "latency p50 N s, p95 N s, p99 N s",
    "1 rejected",
    "  such as p.csv:3: Request body is not in proper format",
    "exit 4: some rows were rejected, and bad rows were skipped: fix them",
]


def test_the_end_of_a_run(ended: Run) -> None:
    """The plan, what is bad, where failed rows are, the numbers, what to type next."""
    assert ended.code == 4
    assert steady(ended.err) == [
        "plan: identify from p.csv",
        "  4  rows",
        "  1  bad",
        "  1  held back",
        "  2  to send",
        "  2  contacts",
        "account: 0 tags, 0 custom fields",
        "columns:",
        '  email: "email" (by its name)',
        '  not sent: "status" (says who opted out)',
        "tags to add:",
        '  2  "vip"',
        "held back, as they opted out:",
        "  1  status is unsubscribed",
        "tags that would be created:",
        '  2  "vip": new',
        'p.csv:4:email: not an address, it has no "@": bad',
        "sendx: 2 rows to fix: p.failed.csv",
        *SUMMARY,
        "next: fix the rows in p.failed.csv, then run:",
        "  sendx identify --from p.failed.csv --add-tag vip",
    ]


def test_runs_show_tells_the_same(ended: Run, send: Send) -> None:
    """The same numbers, the same exit code, from the same place."""
    shown = send("runs", "show", "-o", "table")
    assert (shown.code, shown.err, ended.code) == (0, "", 4)
    assert steady(shown.out) == ["run RUN: identify from p.csv, finished", *SUMMARY]


def test_runs_list_as_a_table(ended: Run, send: Send) -> None:
    """A line a run, and no more than fits."""
    listed = send("runs", "list", "-o", "table")
    assert (listed.code, listed.err, ended.code) == (0, "", 4)
    header, _rule, line = listed.out.splitlines()
    assert re.sub(" +", " ", header) == "run start action profile source state accepted"
    run, started, *rest = re.split("  +", steady(line)[0])
    assert (run, rest) == ("RUN", ["identify", "main", "p.csv", "finished", "1/2, 1 bad"])
    assert re.fullmatch(r"\d\d:\d\d|\w{3} \d\d", started)  # it may be past midnight


def test_a_run_as_a_record(ended: Run, send: Send) -> None:
    """All members of `runs list` and, of a single one, its numbers."""
    assert ended.code == 4
    (line,) = steady(send("runs", "list", "-o", "jsonl").out)
    listed = {
        "run": "RUN",
        "started": "MOMENT",
        "action": "identify",
        "source": "p.csv",
        "shard": None,
        "profile": "main",
        "state": "finished",
        "rows": 2,
        "accepted": 1,
        "rejected": 1,
        "failed": 0,
        "unknown": 0,
        "unchanged": 0,
        "to_come": 0,
        "read_to_line": None,
        "input_ended": None,
        "removed": 0,
    }
    assert json.loads(line) == listed
    shown = json.loads("\n".join(steady(send("runs", "show", "-o", "json").out)))
    totals = shown.pop("totals")
    assert shown == listed | {"bad": 1, "held_back": 1}
    assert (totals["rows"], totals["accepted"], totals["rejected"]) == (2, 1, 1)
    assert totals["failures"] == [
        {
            "outcome": "rejected",
            "kind": "rejected",
            "count": 1,
            "where": "p.csv:3",
            "message": "Request body is not in proper format",
        }
    ]
