"""`--stream`: how far its input was read is known and told, whatever ends it."""

import io
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from sendx_cli.runtime import Runtime
from tests.clocks import Ahead
from tests.conftest import CANARY, Command, Run, invoke
from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer

REFUSED = json_answer(401, {"status": 401, "message": "The API Key specified is not valid"})
QUOTA = json_answer(429, {"status": "error", "message": "Monthly quota exceeded"})
FOREVER = 20_000
STREAM = ("identify", "--from", "-", "--stream", "-o", "jsonl")


def people(count: int, first: int = 0) -> str:
    rows = "".join(f"p{n}@example.com,n{n}\n" for n in range(first, first + count))
    return f"email,first_name\n{rows}"


def latest(sendx: Command) -> dict[str, object]:
    record: dict[str, object] = json.loads(
        sendx("runs", "list", "-o", "jsonl").out.splitlines()[-1]
    )
    return record


def rows_of(server: ScriptedServer) -> list[str]:
    return [json.loads(request.body)["firstName"] for request in server.requests]


def told_line(run: Run) -> int:
    """Return the line that the input was read to, as it was told."""
    (line,) = [line for line in run.err.splitlines() if ", not to the end" in line]
    return int(line.split("read to line ")[1].split(", not")[0].replace(",", ""))


def refuse_after(count: int, refusal: bytes) -> Callable[[Request, int], Answering]:
    return lambda _request, number: OK if number <= count else refusal


def test_the_end_of_the_input_is_told_and_kept(send: Send, sendx: Command) -> None:
    """A stream that was read to its end is finished, and says that line."""
    run = send(*STREAM, stdin=people(3))
    assert run.code == 0
    assert "sendx: standard input: read to the end, line 4\n" in run.err
    record = latest(sendx)
    assert (record["state"], record["read_to_line"], record["input_ended"]) == ("finished", 4, True)
    assert "read to the end, line 4" in sendx("runs", "show", "-o", "table").out


@pytest.mark.parametrize(("refusal", "code"), [(REFUSED, 255), (QUOTA, 5)], ids=["key", "quota"])
def test_a_stop_tells_how_far_the_input_was_read(
    send: Send, sendx: Command, server: ScriptedServer, refusal: bytes, code: int
) -> None:
    """The journal holds all rows up to the line that is told, and none behind it."""
    server.script = refuse_after(5, refusal)
    run = send(*STREAM, "-q", "--max-outage", "1", stdin=people(FOREVER))
    assert run.code == code
    record = latest(sendx)
    assert record["rows"] == told_line(run) - 1 == int(str(record["read_to_line"])) - 1
    assert record["input_ended"] is False
    assert f"`sendx runs resume {record['run']}` sends what was read" in run.err
    assert f"`(head -n 1 FILE; tail -n +{told_line(run) + 1} FILE) | sendx identify ...`" in run.err


def test_a_resume_and_the_rest_send_each_row_once(
    send: Send, sendx: Command, server: ScriptedServer
) -> None:
    """What was told is what to do: resume, then the lines behind the one that was told."""
    text = people(3000)
    server.script = refuse_after(200, REFUSED)
    stopped = send(*STREAM, "-q", stdin=text)
    accepted = int(str(latest(sendx)["accepted"]))
    server.requests.clear()
    server.script = lambda _request, _number: OK
    resumed = send("runs", "resume", "-q", "-o", "jsonl")
    lines = text.splitlines(keepends=True)
    rest = send(*STREAM, "-q", stdin="".join([lines[0], *lines[told_line(stopped) :]]))
    assert (resumed.code, rest.code) == (5, 0)
    assert accepted + len(server.requests) == 3000
    assert len(set(rows_of(server))) == len(server.requests)


def test_a_resume_never_says_that_all_was_accepted_when_input_was_left(
    send: Send, sendx: Command, server: ScriptedServer
) -> None:
    """All that was read is accepted then, but what was left is named: in words, code and state."""
    server.script = refuse_after(5, REFUSED)
    send(*STREAM, "-q", stdin=people(FOREVER))
    server.script = lambda _request, _number: OK
    resumed = send("runs", "resume", "-o", "jsonl")
    assert resumed.code == 5
    assert "every row was accepted" not in resumed.err
    record = latest(sendx)
    assert (record["state"], record["to_come"]) == ("partly read", 0)
    assert told_line(resumed) == record["read_to_line"]
    again = send("runs", "resume", "-q", "-o", "jsonl")
    assert (again.code, told_line(again)) == (5, record["read_to_line"])
    shown = sendx("runs", "show", "-o", "table").out
    assert "every row was accepted" not in shown
    assert f"read to line {record['read_to_line']:,}, not to the end" in shown
    assert f"tail -n +{told_line(again) + 1} FILE" in shown


def test_finished_runs_that_are_forgotten_leave_those_with_input_left(
    send: Send, sendx: Command, server: ScriptedServer
) -> None:
    """Where to go on would be lost with them; by name they are forgotten."""
    server.script = refuse_after(5, REFUSED)
    send(*STREAM, "-q", stdin=people(FOREVER))
    server.script = lambda _request, _number: OK
    send("runs", "resume", "-q")
    run = str(latest(sendx)["run"])
    sendx("runs", "forget", "--finished")
    assert latest(sendx)["run"] == run
    assert sendx("runs", "forget", run).code == 0
    assert sendx("runs", "list", "-o", "jsonl").out == ""


def test_the_input_as_a_file_finishes_a_stream(
    send: Send, sendx: Command, server: ScriptedServer, folder: Path
) -> None:
    """`runs resume --from FILE` sends what was not read as well, and nothing twice."""
    text = people(300)
    (folder / "people.csv").write_text(text)
    server.script = refuse_after(20, REFUSED)
    send(*STREAM, "-q", stdin=text)
    accepted = int(str(latest(sendx)["accepted"]))
    server.requests.clear()
    server.script = lambda _request, _number: OK
    run = send("runs", "resume", "--from", "people.csv", "-o", "jsonl")
    assert run.code == 0
    assert len(server.requests) == 300 - accepted
    assert "not sent: " not in run.err
    record = latest(sendx)
    assert (record["state"], record["accepted"], record["read_to_line"]) == ("finished", 300, None)


def test_rows_of_several_lines_and_blank_ones_count_as_lines(send: Send, sendx: Command) -> None:
    """The line told is the last one of the last row, so that `tail` begins with the next."""
    text = 'first_name,email\n\n"n\n1",a@example.com\n\n"n\n2",b@example.com\nx",c@example.com\n'
    run = send(*STREAM, "-q", stdin=text)
    assert run.code == 5
    assert told_line(run) == 7
    assert sendx("runs", "list", "-o", "jsonl").code == 0


def test_a_quote_in_the_wrong_place_ends_the_reading_before_it(
    send: Send, sendx: Command, server: ScriptedServer
) -> None:
    """The rows behind it are in doubt: they are not read, and that row is the first to mend."""
    text = 'email,first_name\na@example.com,n0\nb@example.com,"n1"x\nc@example.com,n2\n'
    run = send(*STREAM, "-q", stdin=text)
    assert run.code == 5
    assert rows_of(server) == ["n0"]
    assert "standard input:3: text after a closing quote" in run.err
    assert told_line(run) == 2
    assert "tail -n +3 FILE" in run.err
    assert latest(sendx)["input_ended"] is False


def test_lines_before_the_header_and_blank_ones_are_counted(send: Send) -> None:
    """Lines are numbered as an editor numbers them; the rest needs all lines up to the header."""
    text = '\n\nsep=;\nemail;first_name\na@example.com;n0\nbob;n1\nb@example.com;"n2"x\n'
    run = send(*STREAM, stdin=text)
    assert 'standard input:6: email: not an address, it has no "@": bob' in run.err
    assert told_line(run) == 6
    assert "(head -n 4 FILE; tail -n +7 FILE)" in run.err


def test_json_lines_need_no_header_to_go_on(
    send: Send, server: ScriptedServer, sendx: Command
) -> None:
    """Blank lines before them are counted."""
    server.script = lambda _request, _number: REFUSED
    rows = "".join(
        json.dumps({"email": f"p{n}@example.com", "firstName": f"n{n}"}) + "\n"
        for n in range(FOREVER)
    )
    run = send(*STREAM, "-q", stdin=rows)
    assert run.code == 255
    assert told_line(run) == latest(sendx)["rows"]
    assert f"`tail -n +{told_line(run) + 1} FILE | sendx identify ...`" in run.err


class _Breaking(io.BytesIO):
    """Bytes behind which the system cannot read on."""

    def read1(self, size: int | None = -1) -> bytes:
        data = super().read1(size)
        if not data:
            raise OSError(5, "Input/output error")
        return data


def test_an_input_that_cannot_be_read_on_is_told(server: ScriptedServer, sendx: Command) -> None:
    """What was read is sent; that the rest could not be read is no end of the input."""
    environ = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    runtime = Runtime(environ=environ, stdin=io.TextIOWrapper(_Breaking(people(3).encode())))
    run = invoke([*STREAM, "-q"], runtime)
    assert run.code == 5
    assert "sendx: standard input:5: cannot be read further: input/output error\n" in run.err
    assert told_line(run) == 4
    assert sorted(rows_of(server)) == ["n0", "n1", "n2"]
    assert latest(sendx)["accepted"] == 3


def test_a_stream_of_an_earlier_version_is_not_taken_for_ended(
    send: Send, sendx: Command, journals: Callable[[], list[Path]]
) -> None:
    """Its journal does not say how far its input was read: as far as its rows, at least."""
    send(*STREAM, "-q", stdin=people(3))
    (path,) = [path for path in journals() if path.suffix == ".sqlite3"]
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM facts WHERE name NOT IN ('header', 'sealed')")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    path.with_name(f"{path.name}-check").unlink()
    record = latest(sendx)
    assert (record["state"], record["read_to_line"], record["input_ended"]) == (
        "partly read",
        4,
        False,
    )


def test_the_latest_run_that_can_go_on_may_be_a_stream_with_input_left(
    send: Send, sendx: Command, server: ScriptedServer
) -> None:
    """An older run that stopped is not taken in its place."""
    Path("p.csv").write_text(people(3))
    server.script = refuse_after(0, REFUSED)
    assert send("identify", "--from", "p.csv").code == 255
    server.script = lambda _request, _number: OK
    send(*STREAM, "-q", stdin=f'{people(2)}"x"y,n\n')
    record = latest(sendx)
    assert (record["state"], record["accepted"]) == ("partly read", 2)
    server.requests.clear()
    run = send("runs", "resume")
    assert (run.code, server.requests) == (5, [])
    assert f"sendx: run {record['run']}: no row is left to send\n" in run.err


def test_a_key_that_was_replaced_amid_a_stream_loses_no_row(
    send: Send, sendx: Command, server: ScriptedServer
) -> None:
    """It stops with its rows kept; a resume takes another key where that is said to be right."""
    server.script = refuse_after(5, REFUSED)
    stopped = send(*STREAM, "-q", stdin=people(300))
    assert stopped.code == 255
    record = latest(sendx)
    assert (record["state"], record["rejected"], record["failed"]) == ("stopped", 0, 0)
    server.script = lambda _request, _number: OK
    server.requests.clear()
    fresh = {"SENDX_API_KEY": "Fresh0key1of2the3account"}
    refused = send("runs", "resume", **fresh)
    assert refused.code == 255
    assert "the API key: a different one" in refused.err
    assert "with --new-key if the account's API key was replaced since" in refused.err
    assert not server.requests
    other = send("runs", "resume", "--new-key", "--base-url", "http://127.0.0.1:1", **fresh)
    assert other.code == 255
    assert "the base URL: " in other.err
    resumed = send("runs", "resume", "--new-key", "-q", **fresh)
    assert resumed.code == 5  # what was not read is left
    assert latest(sendx)["to_come"] == 0
    assert len(server.requests) == record["to_come"]
    assert {request.headers["x-team-apikey"] for request in server.requests} == set(fresh.values())
    assert send("runs", "resume", "-q", **fresh).code == 5
    assert send("runs", "resume", "-q").code == 255


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--max-outage", "900"), 5)])
def test_a_stream_waits_for_a_network_that_is_lost_for_hours(
    server: ScriptedServer, by_engine: str, home: Path, words: tuple[str, ...], code: int
) -> None:
    """Its rows wait with it; with --max-outage it gives up for now, as the run of a file does."""
    assert home.is_dir()
    assert by_engine
    clock = Ahead()

    def script(_request: Request, number: int) -> Answering:
        if number in range(2, 6):
            clock.ahead_s += 3600.0
            return json_answer(503, {"message": "maintenance"}, {"Retry-After": "0"})
        return OK

    server.script = script
    runtime = Runtime(
        environ={**os.environ, "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url},
        stdin=io.StringIO(people(20)),
        clock=clock,
    )
    run = invoke((*STREAM, "--concurrency", "1", "-q", *words), runtime)
    assert run.code == code
    assert ("nothing was accepted for 15 minutes" in run.err) is bool(code)
    if not code:
        assert len(server.requests) == 24


def test_a_stream_gives_up_a_service_from_which_no_call_ever_succeeded(
    server: ScriptedServer, by_engine: str, home: Path
) -> None:
    """It is the wrong one, such as a wrong --base-url: waiting would not help."""
    assert home.is_dir()
    assert by_engine
    clock = Ahead()

    def script(_request: Request, _number: int) -> Answering:
        clock.ahead_s += 600.0
        return json_answer(503, {"message": "maintenance"}, {"Retry-After": "0"})

    server.script = script
    runtime = Runtime(
        environ={**os.environ, "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url},
        stdin=io.StringIO(people(20)),
        clock=clock,
    )
    run = invoke((*STREAM, "--concurrency", "1", "-q"), runtime)
    assert run.code == 5
    assert "nothing was accepted for 15 minutes" in run.err
