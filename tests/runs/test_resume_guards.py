import json
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, Reset, ScriptedServer, json_answer

REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
LINES = [f"p{n}@b.co,Name{n}\n" for n in range(20)]
HEADER = "email,first_name\n"


@pytest.fixture
def stopped(send: Send, server: ScriptedServer) -> str:
    """The id of a run that stopped behind its eighth row."""
    Path("p.csv").write_text(HEADER + "".join(LINES))
    server.script = lambda _request, number: REFUSED if number > 8 else OK
    assert send("identify", "--from", "p.csv", "--concurrency", "1").code == 255
    server.script = lambda _request, _number: OK
    server.requests.clear()
    (record,) = map(json.loads, send("runs", "list").out.splitlines())
    assert isinstance(record["run"], str)
    return record["run"]


def sent(server: ScriptedServer) -> list[str]:
    return [request.json["email"] for request in server.requests]  # type: ignore[index]


def test_a_mended_file_with_bad_rows_is_refused(
    send: Send, server: ScriptedServer, stopped: str
) -> None:
    """As at the beginning; the run then continues as it was."""
    Path("p.csv").write_text(HEADER + "bob,Bob\n" + "".join(LINES))
    run = send("runs", "resume")
    assert (run.code, server.requests) == (2, [])
    assert 'p.csv:2:email: not an address, it has no "@": bob\n' in run.err
    assert "p.csv: 1 of 21 rows is bad: nothing was sent\n" in run.err
    Path("p.csv").unlink()
    assert send("runs", "resume", stopped).code == 0
    assert sorted(sent(server)) == sorted(f"p{n}@b.co" for n in range(8, 20))


def test_a_file_without_rows_ends_no_run(send: Send, server: ScriptedServer, stopped: str) -> None:
    """Emptied by mistake, it would leave nothing to send and all rows out of the account."""
    Path("p.csv").write_text(HEADER)
    run = send("runs", "resume")
    assert (run.code, server.requests) == (2, [])
    assert run.err.splitlines()[-1] == "sendx: p.csv: the file has no rows to send"
    Path("p.csv").unlink()
    assert send("runs", "resume", stopped).code == 0
    assert len(sent(server)) == 12


def test_a_changed_file_is_asked_for_anew(send: Send, server: ScriptedServer, stopped: str) -> None:
    """A profile for production takes no rows that nobody said yes to."""
    assert send("config", "set", "production", "true").code == 0
    Path("p.csv").write_text(HEADER + "".join(reversed(LINES)))
    run = send("runs", "resume")
    assert (run.code, server.requests) == (2, [])
    assert "is for production, and nobody can confirm" in run.err
    assert send("runs", "resume", stopped, "--yes").code == 0
    assert len(sent(server)) == 12


def test_a_file_of_failed_rows_is_not_made_from_another_file(
    send: Send, server: ScriptedServer, stopped: str
) -> None:
    """Where the file is gone it is said, and the rows are in the journal."""
    rejected = json_answer(422, {"status": "error", "message": "no"})
    server.script = lambda _request, _number: rejected
    Path("p.csv").unlink()
    run = send("runs", "resume")
    assert run.code == 4
    gone = "sendx: p.csv is gone: only `sendx runs show` lists failed rows"
    assert gone in run.err.splitlines()
    assert not list(Path().glob("*.failed*"))
    assert len(send("runs", "show", stopped, "--state", "rejected").out.splitlines()) == 12


def test_nothing_is_said_of_a_file_that_is_there(send: Send, stopped: str) -> None:
    """As it was."""
    assert " is gone" not in send("runs", "resume", stopped).err


def test_a_sorted_file_goes_in_its_new_order(
    send: Send, server: ScriptedServer, stopped: str
) -> None:
    """Rows to come are sent as the file has them now; no row is said to be overtaken."""
    Path("p.csv").write_text(HEADER + "".join(reversed(LINES)))
    run = send("runs", "resume", stopped, "--concurrency", "1")
    assert run.code == 0
    assert sent(server) == [f"p{n}@b.co" for n in range(19, 7, -1)]
    assert "of their contact" not in run.err


@pytest.fixture
def in_doubt(send: Send, server: ScriptedServer) -> None:
    """A run with two unknown rows: ann's, of whom a later row was accepted, and bob's."""
    Path("p.csv").write_text("email,add_tags\nann@b.co,x\nbob@b.co,x\nann@b.co,y\n")

    def script(request: Request, _number: int) -> Answering:
        assert isinstance(request.json, dict)
        return Reset() if request.json["addTags"] == ["x"] else OK

    server.script = script
    assert send("track", "--from", "p.csv").code == 6
    server.script = lambda _request, _number: OK
    server.requests.clear()


@pytest.mark.usefixtures("in_doubt")
def test_an_unknown_row_is_repeated_only_where_none_came_behind_it(
    send: Send, server: ScriptedServer
) -> None:
    """Sent again, the older one would undo the later; it comes back to be looked at."""
    run = send("runs", "resume", "--retry-unknown")
    assert run.code == 4
    assert [request.json for request in server.requests] == [
        {"addTags": ["x"], "email": "bob@b.co"}
    ]
    assert "not repeated: 1 row, as later ones were accepted since" in run.err
    assert "unknown outcome" not in run.err


@pytest.mark.usefixtures("in_doubt")
def test_unknown_rows_are_not_repeated_unasked(send: Send, server: ScriptedServer) -> None:
    """They are counted, and what can be done is said."""
    run = send("runs", "resume")
    assert (run.code, server.requests) == (6, [])
    assert "not repeated: 2 rows with an unknown outcome" in run.err
    assert "--retry-unknown sends them again" in run.err
