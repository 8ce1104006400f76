"""Results that sendx wrote, given to the next command as they are."""

import json
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, Reset, ScriptedServer, json_answer

NOT_FOUND = json_answer(404, {"status": "error", "message": "Resource not found"})
REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
ALONE = ("--concurrency", "1")
NEXT = ("track", "--from", "added.jsonl", "--remove-tag", "vip", *ALONE)
UNKNOWN = (
    "added.jsonl:3: its outcome is unknown: it may have been applied: "
    "the connection broke before the answer "
    "(--retry-unknown sends such rows, --skip-invalid skips them)"
)
NOT_ACCEPTED = (
    "added.jsonl:2: was not accepted: Resource not found (--skip-invalid skips such rows)"
)


def _answer(request: Request, _number: int) -> Answering:
    if b"refused" in request.body:
        return NOT_FOUND
    return Reset() if b"lost" in request.body else OK


@pytest.fixture(autouse=True)
def _results(send: Send, server: ScriptedServer) -> None:
    """Of a track: one was accepted, one refused, one is unknown, and one more was accepted."""
    names = ("ann", "refused", "lost", "zoe")
    Path("p.csv").write_text("email\n" + "".join(f"{name}@b.co\n" for name in names))
    server.script = _answer
    words = ("--add-tag", "vip", "--report", "added.csv", *ALONE)
    run = send("track", "--from", "p.csv", *words)
    assert run.code == 6
    Path("added.jsonl").write_text(run.out)
    server.script = lambda _request, _number: OK
    server.requests.clear()


def tracked(server: ScriptedServer) -> list[str]:
    """The addresses that were tracked, in order."""
    return [
        request.json["email"]  # type: ignore[index]
        for request in server.requests
        if request.path.endswith("/track")
    ]


def test_results_are_sent_on_as_they_are(send: Send, server: ScriptedServer) -> None:
    """The plan says what is taken of them; who was not accepted is skipped, if asked."""
    run = send(*NEXT, "--skip-invalid", "--no-account")
    assert run.code == 4
    assert run.err.splitlines()[:13] == [
        "plan: track from added.jsonl",
        "  4  rows",
        "  2  bad",
        "  2  to send",
        "  2  contacts",
        "results of sendx: email is used, the other 10 columns are skipped",
        "tags to remove:",
        '  2  "vip"',
        NOT_ACCEPTED,
        UNKNOWN,
        "sendx: 2 rows to fix: added.failed.jsonl",
        *run.err.splitlines()[11:13],
    ]
    assert [request.json for request in server.requests] == [
        {"email": "ann@b.co", "removeTags": ["vip"]},
        {"email": "zoe@b.co", "removeTags": ["vip"]},
    ]


def test_nothing_is_sent_of_results_that_were_not_all_accepted(
    send: Send, server: ScriptedServer
) -> None:
    """Each is named with its line and the reason."""
    run = send(*NEXT, "--no-account")
    assert (run.code, run.out) == (2, "")
    assert run.err.splitlines()[-4:] == [
        NOT_ACCEPTED,
        UNKNOWN,
        "sendx: added.jsonl: 2 of 4 rows are bad: nothing was sent",
        "  hint: fix the file, or use --skip-invalid to send the other rows",
    ]
    assert tracked(server) == []


def test_unknown_ones_are_sent_with_retry_unknown(send: Send, server: ScriptedServer) -> None:
    """Those that were refused are bad rows still."""
    run = send(*NEXT, "--retry-unknown", "--no-account")
    assert run.code == 2
    assert NOT_ACCEPTED in run.err
    assert "  those whose outcome is unknown are sent, too (--retry-unknown)\n" in run.err
    assert send(*NEXT, "--retry-unknown", "--skip-invalid").code == 4
    assert tracked(server) == ["ann@b.co", "lost@b.co", "zoe@b.co"]


@pytest.mark.parametrize("words", [("-o", "jsonl"), ("-o", "csv")])
def test_a_run_looked_at_later_is_sent_on_too(
    words: tuple[str, ...], send: Send, server: ScriptedServer
) -> None:
    """And so are the results that were asked for alone."""
    shown = send("runs", "show", "--state", "accepted", *words).out
    run = send("track", "--from", "-", "--add-tag", "new", stdin=shown)
    assert run.code == 0
    assert "results of sendx: email is used, the other 11 columns are skipped\n" in run.err
    assert sorted(tracked(server)) == ["ann@b.co", "zoe@b.co"]


def test_a_report_is_sent_on_too(send: Send, server: ScriptedServer) -> None:
    """A spreadsheet has its members as columns."""
    words = ("--add-tag", "new", "--retry-unknown", "--skip-invalid")
    assert send("track", "--from", "added.csv", *words).code == 4
    assert sorted(tracked(server)) == ["ann@b.co", "lost@b.co", "zoe@b.co"]


def test_results_are_sent_on_as_they_come(send: Send, server: ScriptedServer) -> None:
    """A bad row of a stream is told, and the others are sent."""
    stdin = Path("added.jsonl").read_text()
    run = send("track", "--from", "-", "--stream", "--add-tag", "new", *ALONE, stdin=stdin)
    assert run.code == 4
    assert "results of sendx: email is used, the other 10 columns are skipped\n" in run.err
    assert "sendx: standard input:2: was not accepted: Resource not found\n" in run.err
    assert tracked(server) == ["ann@b.co", "zoe@b.co"]


def test_results_of_contacts_named_one_by_one_are_sent_on_too(
    send: Send, server: ScriptedServer
) -> None:
    """They name no file and no line."""
    results = send("track", "a@b.co", "b@b.co", "--add-tag", "x", *ALONE).out
    run = send("track", "--from", "-", "--add-tag", "new", *ALONE, stdin=results)
    assert run.code == 0
    assert "results of sendx: email is used, the other 8 columns are skipped\n" in run.err
    assert tracked(server)[2:] == ["a@b.co", "b@b.co"]


def test_what_was_looked_up_is_sent_on_too(sendx: Command, folder: Path) -> None:
    """Who is not there is a bad row."""
    assert folder.is_dir()
    sendx("identify", "ann@b.co", "--sandbox")
    found = sendx("lookup", "ann@b.co", "bob@b.co", "--sandbox").out
    words = ("track", "--from", "-", "--add-tag", "new", "--sandbox")
    run = sendx(*words, stdin=found)
    assert run.code == 2
    assert "results of sendx lookup: email is used, the other 4 columns are skipped\n" in run.err
    assert "standard input:2: no such contact (--skip-invalid skips" in run.err
    sent = sendx(*words, "--skip-invalid", stdin=found)
    assert [json.loads(line)["email"] for line in sent.out.splitlines()] == ["ann@b.co"]


def test_a_run_of_results_is_resumed(send: Send, server: ScriptedServer) -> None:
    """Also after the file was changed: unknown ones are still sent as they were to be."""
    server.script = lambda request, _number: OK if b"ann" in request.body else REFUSED
    assert send(*NEXT, "--retry-unknown", "--skip-invalid", "--no-account").code == 255
    server.script = lambda _request, _number: OK
    lines = Path("added.jsonl").read_text().splitlines(keepends=True)
    Path("added.jsonl").write_text("".join([*reversed(lines)]))
    server.requests.clear()
    run = send("runs", "resume", *ALONE)
    assert run.code == 4
    assert "1 of 3 rows were already accepted" in run.err
    assert sorted(tracked(server)) == ["lost@b.co", "zoe@b.co"]


def test_failed_rows_of_results_are_sent_again(send: Send, server: ScriptedServer) -> None:
    """As they are, by the command that is named: an unknown one is told by its result still."""
    server.script = lambda request, _number: NOT_FOUND if b"lost" in request.body else OK
    lines = Path("added.jsonl").read_text().splitlines(keepends=True)
    Path("added.jsonl").write_text("".join(line for line in lines if "refused" not in line))
    run = send(*NEXT, "--retry-unknown", "--no-account")
    assert run.code == 4
    assert run.err.splitlines()[-2:] == [
        "next: identify the unknown contacts in added.failed.jsonl, then run:",
        "  sendx track --from added.failed.jsonl --remove-tag vip --retry-unknown --no-account",
    ]
    server.script = lambda _request, _number: OK
    server.requests.clear()
    words = ("--remove-tag", "vip", "--retry-unknown", "--no-account")
    assert send("track", "--from", "added.failed.jsonl", *words).code == 0
    assert tracked(server) == ["lost@b.co"]


def test_an_ordinary_file_is_not_told_to_retry_unknown_rows(
    send: Send, server: ScriptedServer
) -> None:
    """The next command sends what failed, no unknown row."""
    server.script = lambda _request, _number: NOT_FOUND
    run = send("track", "--from", "p.csv", "--add-tag", "new", "--retry-unknown")
    assert run.err.splitlines()[-1].endswith("sendx track --from p.failed-2.csv --add-tag new")


def test_results_that_would_change_nothing_are_left_out(sendx: Command, folder: Path) -> None:
    """With --only-changed, as of any file; in batches, too."""
    (folder / "people.csv").write_text("email,tags\nann@b.co,vip\nbob@b.co,\n")
    words = ("identify", "--from", "people.csv", "--sandbox", "--batch", "2")
    (folder / "added.jsonl").write_text(sendx(*words).out)
    run = sendx(
        *("identify", "--from", "added.jsonl", "--tag", "vip", "--only-changed", "--batch", "2"),
        "--sandbox",
    )
    assert run.code == 0
    assert "  1  unchanged: rows of 1 contact that would change nothing\n" in run.err
    assert [json.loads(line)["email"] for line in run.out.splitlines()] == ["bob@b.co"]


def test_an_array_of_results_is_refused_with_the_way_to_lines(send: Send) -> None:
    """What takes it apart keeps all members."""
    array = send("runs", "show", "--rows", "-o", "json").out
    run = send("track", "--from", "-", "--add-tag", "new", stdin=array)
    assert run.code == 2
    assert run.err.endswith("hint: convert it: jq -c '.[]'\n")


def test_a_plan_as_json_names_results_as_their_export(send: Send) -> None:
    """And says of each column that it is left aside."""
    words = ("--skip-invalid", "--no-account", "--dry-run", "-o", "json")
    plan = json.loads(send(*NEXT, *words).out)
    assert plan["export"] == "results of sendx"
    assert [column["target"] for column in plan["columns"]] == ["email", *["ignore"] * 10]
    assert {column["why"] for column in plan["columns"][1:]} == {"a member of sendx's results"}


def test_what_else_is_taken_of_results_is_shown(send: Send, server: ScriptedServer) -> None:
    """Columns that somebody added, and members that somebody mapped."""
    record = json.loads(Path("added.jsonl").read_text().splitlines()[0])
    Path("more.jsonl").write_text(json.dumps({**record, "company": "Acme"}) + "\n")
    words = ("--map", "message=field:Said", "--ignore", "status", "--no-account", *ALONE)
    run = send("identify", "--from", "more.jsonl", *words)
    assert run.code == 0
    assert run.err.splitlines()[4:8] == [
        "results of sendx: email, message are used, the other 9 columns are skipped",
        "columns:",
        '  custom field "Said": "message" (--map)',
        '  company: "company" (by its name)',
    ]
    assert server.requests[-1].json == {
        "email": "ann@b.co",
        "company": "Acme",
        "customFields": {"Said": "OK"},
    }


def test_a_saved_map_of_results_has_the_address_alone(send: Send) -> None:
    """The other members are known again; so it says the same the next time."""
    words = ("--skip-invalid", "--no-account", "--dry-run", "-o", "table")
    first = send(*NEXT, *words, "--save-map", "map.toml")
    assert Path("map.toml").read_text() == '[columns]\nemail = "email"\n'
    assert send(*NEXT, *words, "--map-file", "map.toml").err == first.err.replace(
        "sendx: mapping saved to map.toml\n", ""
    )


def test_results_with_fewer_members_are_an_ordinary_file(
    send: Send, server: ScriptedServer
) -> None:
    """Then its columns are explained like any other's."""
    record = {"email": "ann@b.co", "ok": True, "status": 200}
    run = send("track", "--from", "-", "--add-tag", "new", stdin=json.dumps(record))
    assert run.code == 2
    assert 'unknown column "ok"' in run.err
    assert tracked(server) == []
