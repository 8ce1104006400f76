"""Which rows of a run have their results shown, and how often the same is said."""

import json
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.servers import OK, Request, ScriptedServer, json_answer

NOT_FOUND = json_answer(404, {"status": "error", "message": "Resource not found"})
FROM = ("track", "--from", "p.csv", "--add-tag", "vip", "--concurrency", "1")


@pytest.fixture(autouse=True)
def _file(folder: Path, server: ScriptedServer) -> None:
    """Six contacts that the service knows not, and one that it takes."""
    names = ["a", "b", "c", "d", "e", "f", "taken"]
    (folder / "p.csv").write_text("email\n" + "".join(f"{name}@b.co\n" for name in names))
    server.script = _answer


def _answer(request: Request, _number: int) -> bytes:
    return OK if b"taken" in request.body else NOT_FOUND


def test_a_table_of_failed_rows_has_three_of_a_cause(send: Send) -> None:
    """And how many more there were."""
    run = send(*FROM, "--show", "failed", "-o", "table")
    assert run.code == 4
    assert run.out.splitlines() == [
        "   line  email                              outcome   message",
        "      2  a@b.co                             rejected  Resource not found",
        "      3  b@b.co                             rejected  Resource not found",
        "      4  c@b.co                             rejected  Resource not found",
        "and 3 more: Resource not found",
    ]


def test_failed_rows_as_records_are_all_there(send: Send) -> None:
    """What a program reads leaves none out."""
    run = send(*FROM, "--show", "failed")
    assert [json.loads(line)["line"] for line in run.out.splitlines()] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("words", [(), ("--show", "all")])
def test_off_a_terminal_all_rows_are_shown(words: tuple[str, ...], send: Send) -> None:
    """As ever: pipes and scripts count on it, whatever the format."""
    run = send(*FROM, *words)
    assert [json.loads(line)["line"] for line in run.out.splitlines()] == [2, 3, 4, 5, 6, 7, 8]
    table = send(*FROM, *words, "--add-tag", "new", "-o", "table").out.splitlines()
    assert [line.split()[0] for line in table] == ["line", "2", "3", "4", "5", "6", "7", "8"]


@pytest.mark.parametrize(("words", "out"), [((), ""), (("-o", "json"), "[]\n")])
def test_no_results_at_all(words: tuple[str, ...], out: str, send: Send) -> None:
    """The exit code and the report tell them still; JSON stays JSON."""
    run = send(*FROM, "--show", "none", "--report", "all.jsonl", *words)
    assert (run.code, run.out) == (4, out)
    assert len(Path("all.jsonl").read_text().splitlines()) == 7


def test_a_resumed_run_shows_what_it_is_asked_to(send: Send, server: ScriptedServer) -> None:
    """It is said anew, like all options of one process."""
    server.script = lambda _request, _number: json_answer(500, {"message": "no"})
    once = ("--concurrency", "1", "--retries", "0")
    assert send("identify", "--from", "p.csv", *once, "--show", "none").out == ""
    refused = json_answer(422, {"status": "error", "message": "no"})
    server.script = lambda _request, _number: refused
    run = send("runs", "resume", "--show", "failed", "-o", "table")
    assert run.out.splitlines()[-1] == "and 4 more: no"


def test_show_goes_with_a_file(send: Send, server: ScriptedServer) -> None:
    """Results of contacts named on the command line are what was asked for."""
    run = send("track", "a@b.co", "--add-tag", "vip", "--show", "none")
    assert (run.code, run.err) == (2, "sendx: --show requires --from FILE\n")
    assert server.requests == []


ANN = {"email": "ann@b.co", "firstName": "Ann", "tags": ["vip"]}
SENT = ("identify", "--from", "p.csv", "--tag", "vip", "--skip-invalid", "--concurrency", "1")


@pytest.fixture
def run_with_a_bad_row(send: Send, server: ScriptedServer) -> None:
    """A run of a row that is sent, and of one that is not."""
    server.script = lambda _request, _number: OK
    Path("p.csv").write_text("email,first_name\nann@b.co,Ann\nnobody,\n")
    assert send(*SENT).code == 4


@pytest.mark.usefixtures("run_with_a_bad_row")
def test_a_run_looked_at_later_says_what_was_sent(send: Send) -> None:
    """A member more than a result has; null of a row that was not sent."""
    ann, nobody = map(json.loads, send("runs", "show", "--rows").out.splitlines())
    assert [*ann][-3:] == [*nobody][-3:] == ["source", "line", "sent"]
    assert ann["sent"] == ANN
    assert nobody["sent"] is None
    csv = send("runs", "show", "--rows", "-o", "csv").out.splitlines()
    assert csv[0].endswith(",source,line,sent")
    assert csv[1].endswith(
        ',p.csv,2,"{""email"":""ann@b.co"",""firstName"":""Ann"",""tags"":[""vip""]}"'
    )
    assert csv[2].endswith(",p.csv,3,")


@pytest.mark.usefixtures("run_with_a_bad_row")
def test_a_table_says_what_was_sent_on_a_line_of_its_own(send: Send) -> None:
    """As far as the terminal is wide; for a screen reader all of it."""
    words = ("runs", "show", "--rows", "-o", "table")
    narrow = send(*words, COLUMNS="60").out.splitlines()
    assert [line.rstrip() for line in narrow] == [
        "   line  email                      outcome       message",
        "      2  ann@b.co                   accepted      OK",
        '         sent {"email": "ann@b.co", "firstName": "Ann", "ta…',
        "      3  nobody                     bad           email: no…",
    ]
    plain = send("--plain", *words).out.splitlines()
    assert plain == [
        f"line 2: ann@b.co: accepted: OK: sent {json.dumps(ANN)}",
        'line 3: nobody: bad: email: not an address, it has no "@": nobody',
    ]


@pytest.mark.usefixtures("run_with_a_bad_row")
def test_a_list_of_runs_counts_bad_rows_apart(send: Send) -> None:
    """All that could be sent were accepted, which is not all of the file."""
    listed = send("--plain", "runs", "list", "-o", "table").out
    assert "1, 1 bad" in listed
    assert "all 1" not in listed


def test_results_and_reports_do_not_say_what_was_sent(send: Send) -> None:
    """Those who wait for them know it; their members are as ever, after a resume, too."""
    run = send(*FROM, "--report", "all.jsonl")
    results = [*run.out.splitlines(), *Path("all.jsonl").read_text().splitlines()]
    assert not [line for line in results if "sent" in json.loads(line)]
