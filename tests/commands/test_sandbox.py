import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import SHELL_ENVIRONMENT, Command


@contextmanager
def serving(program: str, *words: str) -> Iterator[str]:
    """Serve the sandbox in a process of its own and give its URL."""
    running = subprocess.Popen(
        [program, "sandbox", "serve", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **SHELL_ENVIRONMENT},
    )
    try:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=10)
    assert running.returncode == -signal.SIGINT


def without_time(text: str) -> dict[str, object]:
    record: dict[str, object] = json.loads(text)
    del record["elapsed_ms"]
    return record


def test_a_contact_goes_in_and_can_be_seen_tracked_and_forgotten(sendx: Command) -> None:
    """The whole way without an account and without a network."""
    words = ("identify", "Jane@Example.com", "--first-name", "Jane", "--field", "visits=++2")
    assert sendx(*words, "--tag", "new", "--sandbox").code == 0
    assert sendx(*words, "--sandbox").code == 0
    track = ("track", "jane@example.com", "--add-tag", "vip", "--remove-tag", "new", "--sandbox")
    assert sendx(*track).code == 0
    shown = json.loads(sendx("sandbox", "contacts", "jane@example.com", "--json").out)
    assert {name: shown[name] for name in ("email", "firstName", "tags", "customFields")} == {
        "email": "Jane@example.com",
        "firstName": "Jane",
        "tags": ["vip"],
        "customFields": {"visits": "4"},
    }
    reset = sendx("sandbox", "reset")
    assert (reset.code, reset.out, reset.err) == (0, "", "sendx: the sandbox is empty\n")
    assert sendx("sandbox", "contacts").out == ""
    gone = sendx("sandbox", "contacts", "jane@example.com")
    assert (gone.code, gone.out) == (2, "")
    assert gone.err == "sendx: jane@example.com: no such contact in the sandbox\n"


def test_contacts_are_shown_as_a_table_too(sendx: Command) -> None:
    """One contact as members, several as rows."""
    assert sendx("identify", "a@b.co", "c@d.co", "--tag", "x", "--sandbox").code == 0
    assert "│ email" in sendx("sandbox", "contacts", "a@b.co", "-o", "table").out
    header, rule, *rows = sendx("sandbox", "contacts", "-o", "table").out.splitlines()
    assert (header, rule) == ("email   tags", "────────────")
    assert sorted(rows) == ["a@b.co  x", "c@d.co  x"]


def test_tracking_an_unknown_contact_is_rejected(sendx: Command) -> None:
    """As the API documents it: 404."""
    run = sendx("track", "nobody@example.com", "--add-tag", "x", "--sandbox")
    assert run.code == 4
    assert run.err == (
        "sendx: nobody@example.com: rejected: Resource not found (HTTP 404)\n"
        "  hint: identify the contact first: only a known one can be tracked\n"
    )


def test_both_doors_lead_to_the_same_contacts(sendx: Command, program: str, tmp_path: Path) -> None:
    """What comes in by the port is there inside the process, and the log tells of it."""
    log = tmp_path / "log.jsonl"
    with serving(program, "--key", "only-this-key", "--log", str(log)) as url:
        env = {"SENDX_BASE_URL": url, "SENDX_API_KEY": "only-this-key"}
        through_port = sendx("identify", "a@b.co", "--tag", "x", env=env)
        inside = sendx("identify", "a@b.co", "--tag", "x", "--sandbox")
        refused = sendx("identify", "a@b.co", env={**env, "SENDX_API_KEY": "another-key"})
    assert (through_port.code, inside.code, refused.code) == (0, 0, 255)
    assert without_time(through_port.out) == without_time(inside.out)
    assert "only-this-key" not in log.read_text("utf-8")
    assert [json.loads(line)["status"] for line in log.read_text("utf-8").splitlines()] == [
        200,
        401,
    ]


def test_a_bad_day_can_be_ordered(sendx: Command, program: str) -> None:
    """All calls fail: the identify is repeated and then given up for now."""
    with serving(program, "--fail", "503:100%", "--latency", "1ms") as url:
        env = {"SENDX_BASE_URL": url, "SENDX_API_KEY": "any-key-does"}
        run = sendx("identify", "a@b.co", "--retries", "1", env=env)
    assert (run.code, json.loads(run.out)["attempts"]) == (5, 2)


def test_several_kinds_of_bad_days_add_up(sendx: Command, program: str) -> None:
    """Each `--fail` holds: half of the calls fail in one way, half in the other."""
    with serving(program, "--fail", "503:50%", "--fail", "400:50%") as url:
        env = {"SENDX_BASE_URL": url, "SENDX_API_KEY": "any-key-does"}
        emails = [f"p{number}@b.co" for number in range(40)]
        run = sendx("identify", *emails, "--retries", "0", env=env)
    assert {json.loads(line)["status"] for line in run.out.splitlines()} == {503, 400}


def test_a_sandbox_that_cannot_be_opened_is_told_and_not_waited_for(
    sendx: Command, home: Path
) -> None:
    """Exit 255: no call to it can succeed."""
    (home / "data").write_text("in the way")
    run = sendx("identify", "a@b.co", "--sandbox")
    assert (run.code, run.out) == (255, "")
    assert run.err.startswith("sendx: ")


def test_a_fault_nobody_knows_is_refused(sendx: Command) -> None:
    """With what can be written instead."""
    run = sendx("sandbox", "serve", "--latency", "soon")
    assert (run.code, run.out) == (2, "")
    assert run.err == ("sendx: not a time: soon\n  hint: write 40ms, 0.2s, or a range: 20ms-80ms\n")


def test_a_log_that_cannot_be_written_is_refused(sendx: Command, tmp_path: Path) -> None:
    """Before anything is served."""
    run = sendx("sandbox", "serve", "--log", str(tmp_path))
    assert (run.code, run.out) == (2, "")
    assert run.err == f"sendx: {tmp_path}: cannot write the log: is a directory\n"


def test_the_log_can_go_to_standard_error(program: str) -> None:
    """A line for each request, without the key."""
    with subprocess.Popen(
        [program, "sandbox", "serve", "--log", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **SHELL_ENVIRONMENT},
    ) as serving_it:
        assert serving_it.stdout is not None
        url = serving_it.stdout.readline().strip()
        env = {**os.environ, "SENDX_BASE_URL": url, "SENDX_API_KEY": "any-key-does"}
        subprocess.run([program, "identify", "a@b.co"], env=env, capture_output=True, check=True)
        serving_it.send_signal(signal.SIGINT)
        _, err = serving_it.communicate(timeout=30)
    assert [json.loads(line)["status"] for line in err.splitlines()] == [200]
    assert "any-key-does" not in err


TEAM = {
    "members": ["jane@example.com"],
    "lists": [{"name": "Newsletter", "double_opt_in": True}],
    "contacts": [{"email": "ann@example.com", "tags": ["vip"], "unsubscribed": True}],
}


def test_a_team_can_be_served(sendx: Command, program: str, tmp_path: Path) -> None:
    """It stays when the server ends, and is emptied by a reset."""
    file = tmp_path / "account.json"
    file.write_text(json.dumps(TEAM), "utf-8")
    with serving(program, "--account", str(file)) as url:
        env = {"SENDX_BASE_URL": url, "SENDX_API_KEY": "any-key-does"}
        assert sendx("track", "ann@example.com", "--add-tag", "new", env=env).code == 0
    (shown,) = map(json.loads, sendx("sandbox", "contacts", "-o", "jsonl").out.splitlines())
    assert (shown["email"], shown["tags"]) == ("ann@example.com", ["vip", "new"])
    assert sendx("sandbox", "reset").code == 0
    assert sendx("sandbox", "contacts").out == ""


def test_a_team_does_not_begin_in_a_sandbox_that_is_not_empty(
    sendx: Command, home: Path, tmp_path: Path
) -> None:
    """Exit 2 before anything is served, and nothing is lost."""
    assert sendx("identify", "bob@example.com", "--sandbox").code == 0
    file = tmp_path / "account.json"
    file.write_text(json.dumps(TEAM), "utf-8")
    run = sendx("sandbox", "serve", "--account", str(file))
    assert (run.code, run.out) == (2, "")
    (path,) = home.rglob("sandbox.sqlite3")
    assert run.err == (
        f"sendx: {path}: the sandbox is not empty: --account needs an empty one\n"
        "  hint: `sendx sandbox reset` empties it; without --account it is used as it is\n"
    )
    assert sendx("sandbox", "contacts", "bob@example.com").code == 0
    assert sendx("sandbox", "contacts", "ann@example.com").code == 2


def test_an_account_file_that_says_what_cannot_be_is_refused(
    sendx: Command, tmp_path: Path
) -> None:
    """With the place, and what can be written instead."""
    file = tmp_path / "account.json"
    file.write_text('{"fields": [{"name": "Points", "type": "integer"}]}', "utf-8")
    run = sendx("sandbox", "serve", "--account", str(file))
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        f"sendx: {file}: fields[0].type: not a type of field: integer\n"
        "  hint: write text, number, date, boolean or phone\n"
    )


def test_a_value_that_does_not_fit_its_field_is_rejected(sendx: Command) -> None:
    """As the API would: the field that was created by counting holds numbers."""
    assert sendx("identify", "a@b.co", "--field", "Points=++5", "--sandbox").code == 0
    run = sendx("identify", "a@b.co", "--field", "Points=Gold", "--sandbox")
    assert run.code == 4
    assert "a@b.co: rejected: Points must be a number (HTTP 400)" in run.err
