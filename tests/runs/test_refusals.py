import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.servers import OK, ScriptedServer, json_answer

REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
ROWS = "email,first_name\nann@b.co,Ann\nbob,Bob\ncid@b.co,Cid\n"


def test_bad_rows_are_listed_and_nothing_is_sent(send: Send, server: ScriptedServer) -> None:
    """By file, line and column, as editors and build servers follow them."""
    Path("p.csv").write_text(ROWS)
    run = send("identify", "--from", "p.csv")
    assert (run.code, run.out, server.requests) == (2, "", [])
    assert 'p.csv:3:email: not an address, it has no "@": bob' in run.err.splitlines()
    assert "sendx: p.csv: 1 of 3 rows is bad: nothing was sent" in run.err.splitlines()


def test_a_directory_is_named_whatever_its_name(send: Send, folder: Path) -> None:
    """Even where the message holds the same letter."""
    (folder / "d").mkdir()
    run = send("identify", "--from", "d")
    assert (run.code, run.out, run.err) == (2, "", "sendx: d: this is a directory\n")


def test_the_others_go_if_bad_rows_are_to_be_skipped(send: Send, server: ScriptedServer) -> None:
    """The exit code still says that some were bad, and they come back to be mended."""
    Path("p.csv").write_text(ROWS)
    run = send("identify", "--from", "p.csv", "--skip-invalid")
    assert run.code == 4
    assert len(server.requests) == 2
    failed = Path("p.failed.csv").read_text().splitlines()
    assert failed[0] == "email,first_name,_sendx_line,_sendx_code,_sendx_error"
    assert failed[1].startswith("bob,Bob,3,bad_row,")


def test_many_bad_rows_are_told_by_kind(send: Send) -> None:
    """The first twenty as they are, then all of them counted."""
    Path("p.csv").write_text("email\n" + "bob\n" * 30)
    lines = send("identify", "--from", "p.csv").err.splitlines()
    assert sum(line.startswith("p.csv:") for line in lines) == 20
    assert "30 bad rows in all, by kind:" in lines


def test_a_stray_quote_is_refused_even_with_skip_invalid(
    send: Send, server: ScriptedServer
) -> None:
    """Where a row ends is in doubt: nothing behind it can be trusted."""
    Path("p.csv").write_text('email,company\nann@b.co,"Acme\nbob@b.co,"B" x\n')
    run = send("identify", "--from", "p.csv", "--skip-invalid")
    assert (run.code, server.requests) == (2, [])


def test_standard_input_is_checked_like_a_file(
    send: Send, server: ScriptedServer, journals: Callable[[], list[Path]]
) -> None:
    """Refused, neither its copy nor a journal is left."""
    run = send("identify", "--from", "-", stdin=ROWS)
    assert (run.code, server.requests) == (2, [])
    assert 'standard input:3:email: not an address, it has no "@": bob' in run.err.splitlines()
    assert journals() == []
    assert send("identify", "--from", "-", stdin=ROWS.replace("bob,", "bob@b.co,")).code == 0
    assert [path.suffix for path in journals()] == [".lock", ".sqlite3", ".sqlite3-check"]


UNEXPLAINED = "email,Plan,Frist Name\nann@b.co,gold,Ann\n"


def test_each_unexplained_column_has_a_line_to_paste(
    send: Send, server: ScriptedServer, journals: Callable[[], list[Path]]
) -> None:
    """Where nobody can be asked; of standard input no copy is left behind."""
    run = send("identify", "--from", "-", stdin=UNEXPLAINED)
    assert (run.code, run.out, server.requests, journals()) == (2, "", [], [])
    assert run.err == (
        'sendx: standard input: unknown columns "Plan", "Frist Name"\n'
        "  --map 'Plan=field:Plan'        # or --ignore Plan\n"
        "  --map 'Frist Name=first_name'  "
        "# or --map 'Frist Name=field:Frist Name' or --ignore 'Frist Name'\n"
        "  hint: use one option for each, or --custom-fields for all; "
        "`sendx help columns` shows all targets\n"
    )


def test_the_nearest_field_that_the_account_was_seen_to_have_is_the_likeliest(
    send: Send, server: ScriptedServer
) -> None:
    """Its names are those that the last plan read; the sandbox's account is another one."""
    server.pages = lambda request: json_answer(
        200,
        [{"id": "field_1", "name": "plan_name", "type": 0}]
        if "/customfield" in request.path and "offset=0" in request.path
        else [],
    )
    Path("p.csv").write_text("email\nann@b.co\n")
    assert send("identify", "--from", "p.csv", "--dry-run").code == 0
    Path("p.csv").write_text("email,Plan Name\nann@b.co,gold\n")
    line = "  --map 'Plan Name=field:{}'  # or --ignore 'Plan Name'"
    seen = send("identify", "--from", "p.csv").err.splitlines()
    assert line.format("plan_name") in seen
    elsewhere = send("identify", "--from", "p.csv", "--sandbox").err.splitlines()
    assert line.format("Plan Name") in elsewhere


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("identify", "a@b.co", "--from", "p.csv"), "use either EMAIL or --from FILE, not both"),
        (("identify", "a@b.co", "--map", "a=email"), "--map requires --from FILE"),
        (("identify", "--from", "p.csv", "--batch", "1"), "--batch must be a number from 2 to 25"),
        (("identify", "--from", "p.csv", "--batch", "26"), "--batch must be a number from 2 to 25"),
        (("identify", "--from", "p.csv", "--stream"), "--stream requires --from -"),
        (("identify", "--from", "p.csv", "--date-order", "x"), "--date-order: no such choice: x"),
        (("identify", "--from", "none.csv"), "none.csv: no such file"),
        (("track", "--from", "p.csv"), "no tags to add or remove"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    send: Send, server: ScriptedServer, words: tuple[str, ...], message: str
) -> None:
    """Before anything is read or sent."""
    Path("p.csv").write_text("email\nann@b.co\n")
    run = send(*words)
    assert (run.code, run.out, server.requests) == (2, "", [])
    assert f"sendx: {message}" in run.err


def test_a_profile_for_production_needs_a_yes(send: Send, server: ScriptedServer) -> None:
    """Where nobody can confirm; the sandbox is no account that could be mailed from."""
    config = Path("config.toml")
    Path("p.csv").write_text("email\nann@b.co\n")
    assert send("config", "set", "production", "true").code == 0
    run = send("identify", "--from", "p.csv")
    assert (run.code, server.requests) == (2, [])
    assert "--yes" in run.err
    assert send("identify", "--from", "p.csv", "--yes").code == 0
    assert len(server.requests) == 1
    assert not config.exists()
    assert send("identify", "--from", "p.csv", "--sandbox").code == 0
    assert len(server.requests) == 1


def test_the_same_file_anew_is_refused_while_its_run_is_unfinished(
    send: Send, server: ScriptedServer
) -> None:
    """Both ways are on offer; a resume continues where it stopped."""
    Path("p.csv").write_text("email\n" + "".join(f"p{n}@b.co\n" for n in range(20)))
    server.script = lambda _request, number: REFUSED if number == 6 else OK
    assert send("identify", "--from", "p.csv", "--concurrency", "1").code == 255
    (record,) = map(json.loads, send("runs", "list").out.splitlines())
    run = send("identify", "--from", "p.csv")
    assert run.code == 2
    assert f"`sendx runs resume {record['run']}`" in run.err
    assert f"`sendx runs forget {record['run']}`" in run.err
    server.script = lambda _request, _number: OK
    server.requests.clear()
    assert send("runs", "resume").code == 0
    assert len(server.requests) == record["to_come"]
