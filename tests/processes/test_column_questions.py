"""Columns that nothing explains, on a terminal: asked about before anything is sent."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CANARY, Command
from tests.servers import ScriptedServer

if sys.platform == "win32":
    pytest.skip("no such terminals there", allow_module_level=True)

from tests.processes.terminals import Terminal

Ask = Callable[..., Terminal]
ROWS = "email,Plan,Compnay,Notes\nann@b.co,gold,Acme,\nbob@b.co,sil\u202ever,Acme,x\n"
PROMPT = "press a key (Enter: 1): "
TARGET = "such as company or field:NAME (Enter: back): "
FIRST = (
    '"Plan" (column 2, 1 of 3)',
    '  such as "gold", "sil\\u202ever"',
    "  1  custom field Plan",
    "  i  ignore, do not send it",
    "  t  type another target",
    "  q  quit, send nothing",
)
REFUSED = [
    'sendx: p.csv: unknown columns "Plan", "Compnay", "Notes"',
    "  --map 'Plan=field:Plan'    # or --ignore Plan",
    "  --map 'Compnay=company'    # or --map 'Compnay=field:Compnay' or --ignore Compnay",
    "  --map 'Notes=field:Notes'  # or --ignore Notes",
    (
        "  hint: use one option for each, or --custom-fields for all; "
        "`sendx help columns` shows all targets"
    ),
]


@pytest.fixture
def ask(program: str, server: ScriptedServer, folder: Path) -> Ask:
    """Runs an identify of a file with three columns that nothing explains, on a terminal."""
    settings = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url, "CI": ""}
    (folder / "p.csv").write_text(ROWS)

    def run(*words: str, given: str | None = None, **env: str) -> Terminal:
        path = "p.csv" if given is None else "-"
        command = (program, "identify", "--from", path, *words)
        return Terminal(command, folder, {**settings, **env}, given)

    return run


def answer(terminal: Terminal, *keys: str) -> None:
    """Press a key for each column, once it is asked about."""
    for number, key in enumerate(keys, start=1):
        terminal.wait_for(f", {number} of 3)")
        until(terminal, PROMPT, number)
        terminal.type(key)


def until(terminal: Terminal, text: str, times: int) -> None:
    """Return when `text` was shown so many times."""
    while terminal.shown.count(text) < times:
        terminal.wait_for_more()


def test_each_column_has_a_key_and_then_a_yes_is_needed(
    ask: Ask, server: ScriptedServer, folder: Path, sendx: Command
) -> None:
    """Enter takes the first; the answers are shown as options, kept, and hold for the run."""
    with ask("--save-map", "map.toml") as terminal:
        answer(terminal, "\r", "1", "i")
        terminal.wait_for("send 2 contacts to profile main, creating 1 custom field? [y/N] ")
        assert server.requests == []
        terminal.type("y\n")
        assert terminal.end() == 0
        assert tuple(terminal.screen[2:8]) == FIRST
        said = "--map 'Plan=field:Plan' --map 'Compnay=company' --ignore Notes"
        assert f"sendx: the same as options: {said}" in terminal.screen
        assert not any("--save-map" in line for line in terminal.screen)
        assert sum("'Plan=field:Plan'" in line for line in terminal.screen) == 1
        assert f"sendx: {PROMPT}1" in terminal.screen
        assert "sendx: mapping saved to map.toml" in terminal.screen
    body = json.loads(server.requests[0].body)
    assert body == {"email": "ann@b.co", "company": "Acme", "customFields": {"Plan": "gold"}}
    again = sendx(
        "identify",
        "--from",
        str(folder / "p.csv"),
        "--map-file",
        str(folder / "map.toml"),
        "--sandbox",
        "--dry-run",
    )
    assert again.code == 0


def test_a_no_to_the_plan_sends_nothing(ask: Ask, server: ScriptedServer) -> None:
    """A key is pressed easily, and a custom field cannot be removed again."""
    with ask() as terminal:
        answer(terminal, "\r", "\r", "\r")
        terminal.wait_for("[y/N] ")
        terminal.type("\n")
        assert terminal.end() == 2
        assert "  hint: --save-map FILE keeps it for the next file" in terminal.screen
    assert server.requests == []


@pytest.mark.parametrize("key", ["q", "\x03", "\x04"])
def test_whoever_quits_is_told_as_if_not_asked(key: str, ask: Ask, server: ScriptedServer) -> None:
    """By q, Ctrl-C and Ctrl-D alike: refused, with an option for each column."""
    with ask() as terminal:
        answer(terminal, "1", key)
        assert terminal.end() == 2
        assert terminal.screen[-6:-1] == REFUSED
    assert server.requests == []


def test_another_target_can_be_typed(ask: Ask) -> None:
    """One that cannot be is refused, and asked for again, as is a key that means nothing."""
    with ask("--dry-run", "-o", "json") as terminal:
        answer(terminal, "\x1b[A")
        until(terminal, PROMPT, 2)
        terminal.type("t")
        for number, text in enumerate(("firts_name", "email", "tags"), start=1):
            until(terminal, TARGET, number)
            terminal.type(f"{text}\n")
        terminal.wait_for(", 2 of 3)")
        terminal.type("q")
        assert terminal.end() == 2
        assert "sendx: Plan: no such key" in terminal.screen
        assert "sendx: Plan: no such target: firts_name" in terminal.screen
        assert "  hint: did you mean first_name?" in terminal.screen
        assert 'sendx: Plan: columns 1 "email" and 2 "Plan" are both for email' in terminal.screen
        assert terminal.shown.count(PROMPT) == 3


def test_no_target_typed_goes_back_to_the_keys(ask: Ask) -> None:
    """Nothing is said about a target that is empty."""
    with ask("--dry-run") as terminal:
        answer(terminal, "t")
        terminal.wait_for(TARGET)
        terminal.type("\n")
        until(terminal, PROMPT, 2)
        terminal.type("i")
        terminal.wait_for(", 2 of 3)")
        terminal.type("q")
        assert terminal.end() == 2
        assert "no such target" not in terminal.shown


def test_a_dry_run_asks_and_needs_no_yes(ask: Ask, server: ScriptedServer) -> None:
    """It is what people try first."""
    with ask("--dry-run") as terminal:
        answer(terminal, "1", "1", "1")
        assert terminal.end() == 0
        assert '  custom field "Plan": "Plan" (--map)' in terminal.screen
    assert server.requests == []


def test_rows_by_standard_input_leave_the_terminal_for_answers(ask: Ask) -> None:
    """Their samples are shown as well; of a stream there are none yet."""
    with ask("--dry-run", given=ROWS) as terminal:
        answer(terminal, "1", "1", "i")
        assert terminal.end() == 0
        assert FIRST[1] in terminal.screen
    with ask("--stream", given=ROWS) as terminal:
        answer(terminal, "1", "1", "i")
        terminal.wait_for("[y/N] ")
        terminal.type("y\n")
        assert terminal.end() == 0
        assert not any("such as" in line for line in terminal.screen)


@pytest.mark.parametrize(
    ("words", "env"), [(("--yes",), {}), (("--no-input",), {}), ((), {"CI": "true"})]
)
def test_some_are_not_asked(
    words: tuple[str, ...], env: dict[str, str], ask: Ask, server: ScriptedServer
) -> None:
    """Who wants no question, and build servers, whose terminal nobody looks at."""
    with ask(*words, **env) as terminal:
        assert terminal.end() == 2
        assert terminal.screen == [*REFUSED, ""]
    assert server.requests == []


@pytest.mark.parametrize(("words", "env"), [(("--plain",), {}), ((), {"TERM": "dumb"})])
def test_where_lines_are_typed_an_enter_ends_the_answer(
    words: tuple[str, ...], env: dict[str, str], ask: Ask
) -> None:
    """On a plain or a dumb terminal."""
    with ask("--dry-run", *words, **env) as terminal:
        answer(terminal, "\n", "2\n", "i\n")
        assert terminal.end() == 0
        assert '  custom field "Compnay": "Compnay" (--map)' in terminal.screen


def test_a_column_that_says_who_opted_out_is_held_back_by_enter(ask: Ask) -> None:
    """Where one of its values does; it is shown, however late it comes."""
    words = ("active", "aktiv", "actif", "subscribed")
    rows = "email,Art\n" + "".join(f"{word}@b.co,{word}\n" for word in words)
    with ask("--dry-run", given=f"{rows}z@b.co,abgemeldet\n") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("\r")
        assert terminal.end() == 0
        assert '  such as "abgemeldet", "active", "aktiv"' in terminal.screen
        assert "  1  subscription, hold back who opted out" in terminal.screen
        assert f"  {len(words)}  to send" in terminal.screen


def test_narrow_terminals_cut_what_is_long(ask: Ask) -> None:
    """At 40 columns no line of a question is wider."""
    rows = "email," + "Plan" * 20 + "\nann@b.co," + "gold" * 20 + "\n"
    with ask("--dry-run", given=rows, COLUMNS="40") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("q")
        assert terminal.end() == 2
        assert terminal.screen[3:6] == [
            '"PlanPlanPlanPlanPl…" (column 2, 1 of 1)',
            '  such as "goldgoldgoldgoldgoldgol…"',
            "  1  custom field PlanPlanPlanPlanPlanP…",
        ]


def test_narrow_terminals_break_lines_between_words(ask: Ask) -> None:
    """At 40 columns, what is said in our own words is not cut by the edge."""
    rows = "email,Art\nann@b.co,abgemeldet\nbob@b.co,\n"
    with ask("--dry-run", given=rows, COLUMNS="40") as terminal:
        terminal.wait_for(PROMPT)
        terminal.type("\r")
        assert terminal.end() == 0
        assert terminal.screen[:7] == [
            "sendx: standard input: 1 unknown",
            "  column: what is it for?",
            "",
            '"Art" (column 2, 1 of 1)',
            '  such as "abgemeldet"',
            "  1  subscription, hold back who opted",
            "     out",
        ]
