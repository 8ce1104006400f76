import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer
from tests.tools import make_pipe

REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
REJECTED = json_answer(422, {"status": "error", "message": "Request body is not in proper format"})
LINES = [f"p{n}@b.co,Name{n}\n" for n in range(20)]


@pytest.fixture
def stopped(send: Send, server: ScriptedServer) -> list[str]:
    """A run that stopped amid its file; the addresses that were accepted."""
    Path("p.csv").write_text("email,first_name\n" + "".join(LINES))

    def script(request: Request, number: int) -> Answering:
        assert isinstance(request.json, dict)
        if number > 8:
            return REFUSED
        return REJECTED if request.json["email"] == "p3@b.co" else OK

    server.script = script
    run = send("identify", "--from", "p.csv", "--concurrency", "1")
    assert run.code == 255
    server.script = lambda _request, _number: OK
    server.requests.clear()
    return [json.loads(line)["email"] for line in run.out.splitlines() if '"ok": true' in line]


def sent(server: ScriptedServer) -> list[str]:
    return [request.json["email"] for request in server.requests]  # type: ignore[index]


def test_a_run_goes_on_where_it_stopped(
    send: Send, server: ScriptedServer, stopped: list[str]
) -> None:
    """What was accepted or rejected is not sent again; the exit code is for all its rows."""
    run = send("runs", "resume")
    assert run.code == 4
    assert sorted(sent(server)) == sorted(f"p{n}@b.co" for n in range(8, 20))
    assert len(stopped) == 7
    assert send("runs", "resume").err.startswith("sendx: run ")
    assert "no row is left to send" in send("runs", "resume").err


def test_failed_rows_are_handed_back_at_the_end_of_a_run_alone(
    send: Send, stopped: list[str], folder: Path
) -> None:
    """One that stopped leaves none: in the end there would be two."""
    assert stopped
    assert not list(folder.glob("*.failed*"))
    assert send("runs", "resume").code == 4
    (failed,) = folder.glob("*.failed*")
    assert [line.split(",")[0] for line in failed.read_text().splitlines()] == ["email", "p3@b.co"]


def test_bad_rows_of_a_mended_file_are_given_account_of(send: Send, server: ScriptedServer) -> None:
    """As they stand there now: with --skip-invalid they come back with the others."""
    rows = [f"p{n}@b.co\n" for n in range(5)]
    Path("p.csv").write_text("email\n" + "".join(rows) + "ann\n")
    server.script = lambda _request, number: REFUSED if number > 2 else OK
    words = ("identify", "--from", "p.csv", "--skip-invalid", "--concurrency", "1")
    assert send(*words).code == 255
    server.script = lambda _request, _number: OK
    Path("p.csv").write_text("email\nbob\n" + "".join(rows))
    assert send("runs", "resume").code == 4
    failed = [line.split(",")[:3] for line in Path("p.failed.csv").read_text().splitlines()[1:]]
    assert failed == [["bob", "2", "bad_row"]]


def test_a_sorted_file_goes_on(send: Send, server: ScriptedServer, stopped: list[str]) -> None:
    """Rows are known by their content."""
    Path("p.csv").write_text("email,first_name\n" + "".join(sorted(LINES, reverse=True)))
    assert send("runs", "resume").code == 4
    assert not set(sent(server)) & set(stopped)
    assert len(sent(server)) == 12


def test_a_mended_row_is_sent_as_it_is_now(
    send: Send, server: ScriptedServer, stopped: list[str]
) -> None:
    """The rejected one goes again because its content is another one."""
    text = Path("p.csv").read_text().replace("p3@b.co,Name3", "p3@b.co,Mended")
    Path("mended.csv").write_text(text)
    run = send("runs", "resume", "--from", "mended.csv")
    assert run.code == 0
    assert sent(server).count("p3@b.co") == 1
    assert not set(sent(server)) & set(stopped)


def test_a_mended_row_does_not_undo_a_later_one(
    send: Send, server: ScriptedServer, stopped: list[str]
) -> None:
    """An older row of a contact whose later row was accepted comes back instead."""
    assert "p7@b.co" not in stopped or len(stopped) == 7
    text = Path("p.csv").read_text().replace("p3@b.co,Name3", "p5@b.co,Older")
    Path("p.csv").write_text(text)
    run = send("runs", "resume")
    assert run.code == 4
    assert "p5@b.co" not in sent(server)
    assert "p5@b.co,Older,5,overtaken," in Path("p.failed.csv").read_text()


@pytest.mark.parametrize("replace", [lambda _path: None, make_pipe, Path.mkdir])
def test_a_run_goes_on_without_its_file(
    send: Send, server: ScriptedServer, stopped: list[str], replace: Callable[[Path], None]
) -> None:
    """The journal has the rows; nothing waits for a pipe that stands in the file's place."""
    Path("p.csv").unlink()
    replace(Path("p.csv"))
    run = send("runs", "resume")
    assert run.code == 4
    assert "p.csv is gone: only `sendx runs show` lists failed rows" in run.err
    assert len(sent(server)) == 12
    assert not set(sent(server)) & set(stopped)


@pytest.mark.parametrize(
    ("env", "difference"),
    [
        ({"SENDX_API_KEY": "another0key"}, "the API key: a different one"),
        ({"SENDX_BASE_URL": "http://127.0.0.1:9/api"}, "the base URL: "),
    ],
)
def test_another_account_is_refused(
    send: Send, server: ScriptedServer, stopped: list[str], env: dict[str, str], difference: str
) -> None:
    """And the difference named."""
    assert stopped
    run = send("runs", "resume", **env)
    assert (run.code, server.requests) == (255, [])
    assert difference in run.err


def test_runs_are_listed_shown_and_forgotten(send: Send, stopped: list[str]) -> None:
    """By their id, or how it begins."""
    (record,) = map(json.loads, send("runs", "list").out.splitlines())
    assert (record["state"], record["rows"], record["accepted"], record["to_come"]) == (
        "stopped",
        20,
        len(stopped),
        12,
    )
    shown = json.loads(send("runs", "show", record["run"], "-o", "json").out)
    assert shown["totals"]["rejected"] == 1
    text = send("runs", "show", "-o", "table").out.splitlines()
    assert text[-1] == f"next: sendx runs resume {record['run']}"
    pending = send("runs", "show", "--state", "pending").out.splitlines()
    assert len(pending) == 12
    everything = send("runs", "show", "--rows", "-o", "csv").out.splitlines()
    assert len(everything) == 21
    assert send("runs", "show", "--state", "odd").code == 2
    assert send("runs", "forget", record["run"]).code == 0
    assert send("runs", "list").out == ""
    assert send("runs", "show").code == 2


def test_an_outage_leaves_rows_undone_not_failed(send: Send, server: ScriptedServer) -> None:
    """The run gives up for now, and is resumed later."""
    Path("p.csv").write_text("email\n" + "".join(f"p{n}@b.co\n" for n in range(30)))
    url = server.url
    words = ("identify", "--from", "p.csv", "--max-outage", "1", "--timeout", "1")
    run = send(*words, SENDX_BASE_URL="http://127.0.0.1:9/api/v1/rest")
    assert run.code == 5
    (record,) = map(json.loads, send("runs", "list").out.splitlines())
    assert (record["failed"], record["to_come"]) == (0, 30)
    assert "nothing was accepted for" in run.err
    assert url
