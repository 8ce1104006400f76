"""A run on a terminal: it asks before it sends, and its progress does not mix with results."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes.recording import Recording
from tests.servers import OK, Request, ScriptedServer, json_answer

if sys.platform == "win32":
    pytest.skip("no such terminals there", allow_module_level=True)

from tests.processes.terminals import Terminal

Run = Callable[..., Terminal]
FROM = ("identify", "--from", "people.csv")
QUESTION = "send 100 contacts to profile main? [y/N] "


def people(count: int) -> str:
    return "email\n" + "".join(f"p{number}@example.com\n" for number in range(count))


@pytest.fixture
def run(program: str, settings: dict[str, str], server: ScriptedServer, folder: Path) -> Run:
    """Runs the command on a terminal; the file has a hundred contacts."""
    (folder / "people.csv").write_text(people(100))
    server.script = Recording(lambda _body: 0)
    wide = {**settings, "COLUMNS": "200"}  # a question is a line
    return lambda *words, given=None: Terminal((program, *words), folder, wide, given)


@pytest.mark.parametrize("answer", ["n\n", "\n", "maybe\n", "\x04"])
def test_without_a_yes_nothing_is_sent(answer: str, run: Run, server: ScriptedServer) -> None:
    """A no, an empty line, anything else and an end of input alike."""
    with run(*FROM) as terminal:
        terminal.wait_for(QUESTION)
        terminal.type(answer)
        assert terminal.end() == 2
        assert "sendx: nothing was sent: the answer was not yes" in terminal.screen
    assert server.requests == []


def test_a_yes_sends(run: Run, server: ScriptedServer) -> None:
    """Once it is said, and not before."""
    with run(*FROM) as terminal:
        terminal.wait_for(QUESTION)
        assert server.requests == []
        terminal.type("y\n")
        assert terminal.end() == 0
        assert sum("[y/N]" in line for line in terminal.screen) == 1
    assert len(server.requests) == 100


@pytest.mark.parametrize(
    ("left", "said"),
    [(1, "1 row says that the person opted out"), (2, "2 rows say that the person opted out")],
)
def test_the_question_says_that_people_among_them_left(
    left: int, said: str, run: Run, server: ScriptedServer, folder: Path
) -> None:
    """Their column was named, which sends them; it is the last chance to see it."""
    lines = ["email,Art", *(f"p{n}@example.com,{'baja' if n < left else ''}" for n in range(100))]
    (folder / "some.csv").write_text("\n".join(lines) + "\n")
    with run("identify", "--from", "some.csv", "--map", "Art=field:Art") as terminal:
        terminal.type("n\n")
        assert terminal.end() == 2
        assert (
            f"send 100 contacts to profile main, creating 1 custom field, although {said}? [y/N] "
            in "\n".join(terminal.screen)
        )
    assert server.requests == []


ACCOUNT: dict[str, list[dict[str, object]]] = {
    "tag": [{"id": "tag_1", "name": "vip"}],
    "member": [{"email": f"{name}@acme.com"} for name in ("jane", "joe", "jim")],
}


def test_the_question_says_whose_account_it_is_and_what_would_be_created(
    run: Run, server: ScriptedServer, folder: Path
) -> None:
    """The first members' addresses, and how many names are new; of one that has them, nothing."""

    def page(request: Request) -> bytes:
        kind = request.path.partition("?")[0].rpartition("/")[2]
        return json_answer(200, ACCOUNT.get(kind, []) if "offset=0&" in request.path else [])

    server.pages = page
    whose = "profile main (jane@acme.com, joe@acme.com and others)"
    rows = "".join(f"p{n}@example.com,{n}\n" for n in range(100))
    (folder / "some.csv").write_text(f"email,Seats\n{rows}")
    tags = ("--tag", "vip", "--tag", "trail", "--tag", "new")
    with run("identify", "--from", "some.csv", "--map", "Seats=field:Seats", *tags) as terminal:
        terminal.type("n\n")
        assert terminal.end() == 2
        question = f"send 100 contacts to {whose}, creating 2 tags and 1 custom field? [y/N] "
        assert question in "".join(terminal.screen)
    with run(*FROM, "--tag", "vip") as terminal:
        terminal.type("n\n")
        assert terminal.end() == 2
        assert f"send 100 contacts to {whose}? [y/N] " in "".join(terminal.screen)
    assert server.requests == []


def test_people_said_to_have_left_are_worth_a_question(
    run: Run, server: ScriptedServer, folder: Path
) -> None:
    """Even one of two contacts."""
    (folder / "two.csv").write_text("email,State\na@example.com,ok\nb@example.com,unsubscribed\n")
    with run("identify", "--from", "two.csv", "--map", "State=field:State") as terminal:
        terminal.wait_for("although 1 row says that the person opted out? [y/N] ")
        terminal.type("n\n")
        assert terminal.end() == 2
    assert server.requests == []


def test_a_file_that_was_sent_before_is_asked_about(
    run: Run, server: ScriptedServer, folder: Path
) -> None:
    """However few its contacts are; `--yes` answers that, too."""
    (folder / "two.csv").write_text(people(2))
    words = ("identify", "--from", "two.csv")
    with run(*words) as terminal:
        assert terminal.end() == 0
    assert len(server.requests) == 2
    with run(*words) as terminal:
        terminal.wait_for("send 2 contacts to profile main again? [y/N] ")
        terminal.type("n\n")
        assert terminal.end() == 2
        assert ": 2 accepted" in "".join(terminal.screen)
    assert len(server.requests) == 2
    with run(*words, "--yes") as terminal:
        assert terminal.end() == 0
    assert len(server.requests) == 4


def test_a_resume_asks_anew_for_the_rows_of_a_changed_file(
    run: Run, server: ScriptedServer, folder: Path
) -> None:
    """For those that failed as well, and it says how many of them left."""
    lines = ["a@example.com,ok\n", "b@example.com,unsubscribed\n"]
    (folder / "two.csv").write_text("email,State\n" + "".join(lines))
    trouble = json_answer(500, {"status": "error", "message": "no"})
    server.script = lambda request, _number: trouble if b'"b@' in request.body else OK
    words = ("--from", "two.csv", "--map", "State=field:State", "--retries", "0")
    with run("identify", *words, "--yes") as terminal:
        assert terminal.end() == 5
    assert len(server.requests) == 2
    (folder / "two.csv").write_text("email,State\n" + "".join(reversed(lines)))
    question = (
        "send 1 contact to profile main, creating 1 custom field, "
        "although 1 row says that the person opted out? [y/N] "
    )
    with run("runs", "resume") as terminal:
        terminal.wait_for("[y/N] ")
        terminal.type("n\n")
        assert terminal.end() == 2
        assert question in "".join(terminal.screen)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ((*FROM, "--yes"), 100),
        ((*FROM, "--no-input"), 100),
        (("identify", "--from", "fewer.csv"), 99),
    ],
)
def test_it_asks_only_where_it_is_worth_it(
    words: tuple[str, ...], sent: int, run: Run, server: ScriptedServer, folder: Path
) -> None:
    """Not after --yes, not where nobody is to be asked, and not for 99 contacts."""
    (folder / "fewer.csv").write_text(people(99))
    with run(*words) as terminal:
        assert terminal.end() == 0
        assert not any("[y/N]" in line for line in terminal.screen)
    assert len(server.requests) == sent


@pytest.mark.parametrize(("answer", "code", "sent"), [("y\n", 0, 100), ("n\n", 2, 0)])
def test_rows_by_standard_input_are_answered_on_the_terminal(
    answer: str, code: int, sent: int, run: Run, server: ScriptedServer
) -> None:
    """Where standard input holds the rows, the terminal itself is read."""
    with run("identify", "--from", "-", given=people(100)) as terminal:
        terminal.wait_for(QUESTION)
        terminal.type(answer)
        assert terminal.end() == code
    assert len(server.requests) == sent


def test_nobody_is_asked_where_no_answer_can_be_typed(run: Run, server: ScriptedServer) -> None:
    """What comes by standard input beside a named file is no answer: it goes ahead."""
    with run(*FROM, given="n\n") as terminal:
        assert terminal.end() == 0
        assert not any("[y/N]" in line for line in terminal.screen)
    assert len(server.requests) == 100


def test_progress_and_results_do_not_mix(run: Run, folder: Path) -> None:
    """On one terminal each result's line is whole; the bar is gone at the end."""
    (folder / "people.csv").write_text(people(400))
    with run(*FROM, "--yes", "-o", "jsonl", "--show", "all", "--concurrency", "8") as terminal:
        assert terminal.end() == 0
        results = [json.loads(line) for line in terminal.screen if line.startswith("{")]
        assert sorted(result["line"] for result in results) == list(range(2, 402))
        assert not any("under way" in line for line in terminal.screen)


def test_results_on_a_terminal_are_of_the_rows_that_need_a_look(
    run: Run, server: ScriptedServer
) -> None:
    """Three rows of a cause and how many more there were; accepted rows only by `--show all`."""
    refused = json_answer(422, {"status": "error", "message": "Not a usable address"})
    server.script = lambda request, _number: refused if b'"p1' in request.body else OK
    with run(*FROM, "--yes", "--concurrency", "1") as terminal:
        assert terminal.end() == 4
        results = [line for line in terminal.screen if "@example.com  " in line]
        assert [line.split()[1:3] for line in results] == [
            [f"p{number}@example.com", "rejected"] for number in (1, 10, 11)
        ]
        assert "and 8 more: Not a usable address" in terminal.screen


def test_the_bar_shows_how_a_run_goes(run: Run, folder: Path) -> None:
    """Where results go elsewhere: rows, rate and what became of them, in a line of its own."""
    (folder / "people.csv").write_text(people(400))
    with run(*FROM, "--yes", "--concurrency", "8", "--report", "all.jsonl") as terminal:
        terminal.wait_for("accepted")
        terminal.wait_for("under way")
        assert terminal.end() == 0


def test_plain_moves_nothing_and_draws_nothing(run: Run, folder: Path) -> None:
    """For a screen reader: whole lines one after another, no escape code and no padding."""
    (folder / "people.csv").write_text(people(50))
    with run(*FROM, "--plain", "--show", "all", "--concurrency", "1") as terminal:
        assert terminal.end() == 0
        assert not any("under way" in line for line in terminal.screen)
        assert "\x1b" not in terminal.shown
        rows = [line for line in terminal.screen if line.startswith("line ")]
        assert rows[0] == "line 2: p0@example.com: accepted: OK"
        assert len(rows) == 50


@pytest.mark.parametrize("words", [("runs", "list"), ("config", "list")])
def test_plain_tables_are_lines_of_their_own(words: tuple[str, str], run: Run) -> None:
    """A member and its value; before or after the command."""
    with run(*FROM, "--yes", "-q") as terminal:
        assert terminal.end() == 0
    with run("--plain", *words) as terminal:
        assert terminal.end() == 0
        assert "\x1b" not in terminal.shown
        lines = [line for line in terminal.screen if line]
        assert all(": " in line for line in lines)
        assert {"runs": "state: finished", "config": "setting: timeout"}[words[0]] in lines
