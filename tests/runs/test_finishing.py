import csv
import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CANARY
from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, Reset, ScriptedServer, json_answer

REJECTED = json_answer(422, {"status": "error", "message": "Request body is not in proper format"})
FAILED = json_answer(500, {"status": "error", "message": "Internal server error occurred"})

LEFT = {"unsubscribed": "unsubscribed"}
CODES = {"rejected": "rejected", "failed": "server_error", "bad": "bad_row"}


def rejecting(*emails: str) -> Callable[[Request, int], Answering]:
    """A service that takes everybody but these."""

    def script(request: Request, _number: int) -> Answering:
        assert isinstance(request.json, dict)
        return REJECTED if request.json["email"] in emails else OK

    return script


def test_each_row_has_a_result_with_its_source_and_line(send: Send, server: ScriptedServer) -> None:
    """The members of single calls, in every format, and two more."""
    Path("p.csv").write_text("email\nann@b.co\nbob@b.co\n")
    server.script = rejecting("bob@b.co")
    run = send("identify", "--from", "p.csv")
    records = sorted(map(json.loads, run.out.splitlines()), key=lambda record: record["line"])
    assert run.code == 4
    assert [(r["email"], r["ok"], r["status"], r["source"], r["line"]) for r in records] == [
        ("ann@b.co", True, 200, "p.csv", 2),
        ("bob@b.co", False, 422, "p.csv", 3),
    ]
    as_array = json.loads(send("identify", "--from", "p.csv", "-o", "json").out)
    assert {record["email"] for record in as_array} == {"ann@b.co", "bob@b.co"}
    as_csv = list(csv.DictReader(io.StringIO(send("identify", "--from", "p.csv", "-o", "csv").out)))
    assert {row["line"] for row in as_csv} == {"2", "3"}
    table = send("identify", "--from", "p.csv", "-o", "table").out.splitlines()
    assert table[0].split() == ["line", "email", "outcome", "message"]
    assert sorted(line.split()[:3] for line in table[1:]) == [
        ["2", "ann@b.co", "accepted"],
        ["3", "bob@b.co", "rejected"],
    ]


def test_the_summary_counts_and_says_what_to_type_next(send: Send, server: ScriptedServer) -> None:
    """Failures by kind with an example, the exit code, the command for what failed."""
    Path("p.csv").write_text("email\nann@b.co\nbob@b.co\ncid@b.co\n")
    server.script = rejecting("bob@b.co", "cid@b.co")
    lines = send("identify", "--from", "p.csv", "--tag", "x y").err.splitlines()
    assert "  accepted   1" in lines
    assert "  rejected   2" in lines
    assert "  such as p.csv:3: Request body is not in proper format" in lines
    assert "exit 4: some rows were rejected: fix them" in lines
    assert lines[-2] == "next: fix the rows in p.failed.csv, then run:"
    assert lines[-1].startswith("  sendx identify ")
    assert lines[-1].endswith("p.failed.csv --add-tag 'x y'")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "email,company\nann@b.co,Çan\nbob@b.co,Bé\n"),
        ("cp1252", "email;company\r\nann@b.co;Çan\r\nbob@b.co;Bé\r\n"),
        ("utf-16", "email\tcompany\nann@b.co\tÇan\nbob@b.co\tBé\n"),
    ],
)
def test_failed_rows_come_back_ready_to_be_sent(
    send: Send, server: ScriptedServer, encoding: str, text: str
) -> None:
    """In the file's own columns, delimiter and encoding; the summary's command sends them."""
    Path("p.csv").write_bytes(text.encode(encoding))
    server.script = rejecting("bob@b.co")
    run = send("identify", "--from", "p.csv")
    failed = Path("p.failed.csv").read_bytes().decode(encoding).splitlines()
    delimiter = text[5]
    assert failed[0].split(delimiter)[2:] == ["_sendx_line", "_sendx_code", "_sendx_error"]
    assert failed[1].split(delimiter)[:4] == ["bob@b.co", "Bé", "3", "rejected"]
    server.script = lambda _request, _number: OK
    server.requests.clear()
    words = shlex.split(run.err.splitlines()[-1].removeprefix("  sendx "))
    again = send(*words)
    assert again.code == 0
    assert [request.json for request in server.requests] == [{"email": "bob@b.co", "company": "Bé"}]


def test_a_second_file_of_failed_rows_replaces_no_first(send: Send, server: ScriptedServer) -> None:
    """It gets a number."""
    Path("p.csv").write_text("email\nann@b.co\n")
    server.script = rejecting("ann@b.co")
    for _ in range(2):
        assert send("identify", "--from", "p.csv").code == 4
    assert sorted(path.name for path in Path().glob("*.csv")) == [
        "p.csv",
        "p.failed-2.csv",
        "p.failed.csv",
    ]


def test_exactly_the_rows_that_failed_come_back_in_the_files_order(
    send: Send, server: ScriptedServer
) -> None:
    """Rejected, given up and bad ones; none that was accepted, held back, or may have arrived."""
    outcomes: dict[str, Answering] = {"rejected": REJECTED, "failed": FAILED, "unknown": Reset()}
    kinds = ["accepted", "rejected", "bad", "unsubscribed", "failed", "bad", "unknown", "rejected"]
    rows = [
        f"{'bad' if kind == 'bad' else f'{kind}{n}@b.co'},{LEFT.get(kind, 'active')},"
        f"{'++1' if kind == 'unknown' else n}\n"
        for n, kind in enumerate(kinds * 3, start=2)
    ]
    Path("p.csv").write_text("email,status,visits\n" + "".join(rows))

    def script(request: Request, _number: int) -> Answering:
        assert isinstance(request.json, dict)
        kind, _, _ = str(request.json["email"]).partition("@")
        return outcomes.get(kind.rstrip("0123456789"), OK)

    server.script = script
    words = ("identify", "--from", "p.csv", "--skip-invalid", "--retries", "0")
    assert send(*words, "--map", "visits=field:visits").code == 6
    failed = list(csv.reader(Path("p.failed.csv").read_text().splitlines()[1:]))
    assert [(cells[0], int(cells[3]), cells[4]) for cells in failed] == [
        (row.partition(",")[0], line, CODES[kind])
        for line, (kind, row) in enumerate(zip(kinds * 3, rows, strict=True), start=2)
        if kind in CODES
    ]


@pytest.mark.parametrize("name", ["p.csv", "-"])
def test_a_file_of_bad_rows_alone_is_given_account_of(
    send: Send, server: ScriptedServer, name: str
) -> None:
    """With --skip-invalid: exit code, failed rows, report, summary, job page; nobody is asked."""
    rows = "email,note\nbob,1\ncid,2\n"
    Path("p.csv").write_text(rows)
    page = Path("page.md").absolute()
    words = ("identify", "--from", name, "--ignore", "note", "--skip-invalid")
    assert send("config", "set", "production", "true").code == 0
    run = send(*words, "--report", "r.jsonl", stdin=rows, GITHUB_STEP_SUMMARY=str(page))
    assert (run.code, run.out, server.requests) == (4, "", [])
    path = Path("p.failed.csv" if name == "p.csv" else "standard-input.failed.csv")
    failed = path.read_text().splitlines()
    assert [line.split(",")[:4] for line in failed[1:]] == [
        ["bob", "1", "2", "bad_row"],
        ["cid", "2", "3", "bad_row"],
    ]
    report = map(json.loads, Path("r.jsonl").read_text().splitlines())
    assert [(row["line"], row["email"], row["ok"]) for row in report] == [
        (2, "bob", False),
        (3, "cid", False),
    ]
    lines = run.err.splitlines()
    assert any(line.startswith("sendx: 2 rows to fix: ") for line in lines)
    assert "exit 4: bad rows were skipped: fix them" in lines
    assert lines[-2] == f"next: fix the rows in {path.name}, then run:"
    assert lines[-1].startswith("  sendx identify ")
    assert "exit 4" in page.read_text()
    shown = send("runs", "show", "-o", "table")
    assert "exit 4: bad rows were skipped: fix them" in shown.out.splitlines()


def test_without_a_row_there_is_nothing_to_give_account_of(
    send: Send, server: ScriptedServer, journals: Callable[[], list[Path]]
) -> None:
    """A header alone: no run is kept."""
    Path("p.csv").write_text("email\n")
    run = send("identify", "--from", "p.csv", "--skip-invalid")
    assert (run.code, server.requests, journals()) == (0, [], [])
    assert run.err.splitlines()[-1] == "sendx: p.csv: no rows to send"


@pytest.mark.parametrize("name", ["report.jsonl", "report.csv"])
def test_a_report_has_a_result_for_each_row(send: Send, server: ScriptedServer, name: str) -> None:
    """Also for rows that were bad or held back, with the address as it stands there."""
    rows = "ann@b.co,,\nbob@b.co,,\nbad,,\ncid@b.co,unsubscribed,\neve@b.co,,1990-02-31\n"
    Path("p.csv").write_text("email,status,birthday\n" + rows)
    server.script = rejecting("bob@b.co")
    run = send("identify", "--from", "p.csv", "--skip-invalid", "--report", name, "-q")
    assert run.code == 4
    text = Path(name).read_text()
    records = (
        list(csv.DictReader(io.StringIO(text)))
        if name.endswith("csv")
        else [json.loads(line) for line in text.splitlines()]
    )
    assert sorted((int(record["line"]), record["email"]) for record in records) == [
        (2, "ann@b.co"),
        (3, "bob@b.co"),
        (4, "bad"),
        (5, "cid@b.co"),
        (6, "eve@b.co"),
    ]


@pytest.mark.parametrize(
    ("answering", "command", "code"),
    [
        (OK, "identify", 0),
        (REJECTED, "identify", 4),
        (FAILED, "identify", 5),
        (Reset(), "track", 6),
        (json_answer(401, {"status": 401, "message": "not valid"}), "identify", 255),
    ],
)
def test_the_exit_code_sums_up_the_rows(
    send: Send, server: ScriptedServer, answering: Answering, command: str, code: int
) -> None:
    """As for single calls."""
    Path("p.csv").write_text("email,tags\nann@b.co,x\n")
    server.script = lambda _request, _number: answering
    assert send(command, "--from", "p.csv", "--retries", "1").code == code


def test_tracks_that_may_have_arrived_are_listed(send: Send, server: ScriptedServer) -> None:
    """They are not repeated, unless that is asked for."""
    Path("p.csv").write_text("email\nann@b.co\nbob@b.co\n")
    server.script = lambda _request, number: Reset() if number == 1 else OK
    run = send("track", "--from", "p.csv", "--add-tag", "x", "--concurrency", "1")
    assert run.code == 6
    listed = [
        json.loads(line) for line in send("runs", "show", "--state", "unknown").out.splitlines()
    ]
    assert [(r["email"], r["line"], r["error"]["kind"]) for r in listed] == [
        ("ann@b.co", 2, "unknown")
    ]
    server.requests.clear()
    server.script = lambda _request, _number: OK
    assert send("runs", "resume").code == 6
    assert server.requests == []
    assert send("runs", "resume", "--retry-unknown").code == 0
    assert len(server.requests) == 1


def test_batches_take_few_calls(send: Send, server: ScriptedServer) -> None:
    """Twenty-five identifies go in one; those that count go alone."""
    rows = "".join(f"p{n}@b.co,\n" for n in range(50)) + "c@b.co,++1\n"
    Path("p.csv").write_text("email,visits\n" + rows)
    success = json_answer(200, {"status": "success", "message": "All contacts processed"})
    server.script = lambda request, _number: success if "bulk" in request.path else OK
    run = send("identify", "--from", "p.csv", "--map", "visits=field:visits", "--batch", "25")
    assert run.code == 0
    assert len(run.out.splitlines()) == 51
    assert sorted(request.path.rpartition("/")[2] for request in server.requests) == [
        "bulk",
        "bulk",
        "identify",
    ]


def test_build_servers_are_told_at_the_lines(send: Send, server: ScriptedServer) -> None:
    """Errors on the file's lines, and the summary on the job's page."""
    Path("p.csv").write_text("email\nann@b.co\n")
    server.script = rejecting("ann@b.co")
    page = Path("page.md").absolute()
    run = send("identify", "--from", "p.csv", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(page))
    assert any(line.startswith("::error file=p.csv,line=2::") for line in run.err.splitlines())
    assert "| rejected | 1 |" in page.read_text()


def test_the_key_is_nowhere(
    send: Send, server: ScriptedServer, journals: Callable[[], list[Path]]
) -> None:
    """Not in the journal, the report, the failed rows or any message."""
    Path("p.csv").write_text("email\nann@b.co\n")
    server.script = lambda _request, _number: json_answer(422, {"message": f"no {CANARY}"})
    run = send("identify", "--from", "p.csv", "--report", "r.jsonl")
    files = [*journals(), Path("r.jsonl"), Path("p.failed.csv")]
    assert CANARY not in run.out + run.err
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]
