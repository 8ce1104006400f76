"""`<TAB>` in the shells themselves, where names that are offered would be commands."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendx_cli.account.name_cache import keep_names
from sendx_cli.completion.scripts import SCRIPTS
from sendx_cli.core.account.catalogue import Catalogue, ContactList, CustomField
from sendx_cli.runtime import Runtime
from tests.conftest import CANARY, SHELL_ENVIRONMENT, Command
from tests.hostile.payloads import TEXTS
from tests.processes.terminals import Terminal, shell_with_completions
from tests.tools import need

NAMES = {
    "$": "$(touch gotcha)",
    "`": "`touch gotcha`",
    "'": "'; touch gotcha; '",
    '"': '"; touch gotcha; "',
    "\\": "\\$(touch gotcha)\\",
    ";": "; touch gotcha;",
    "&": "& touch gotcha &",
    "|": "| touch gotcha |",
    ">": "> gotcha",
    "<": "<(touch gotcha)",
    "!": "!! !touch !$",
    "*": "*.csv ? [a-z] {a,b}",
    "~": "~ ~root",
    "#": "# remark",
    "%": "%s %n%F{red}",
    "^": "^touch^gotcha",
    "(": "(touch gotcha) (e:'touch gotcha':)",
    "x": "x!y$(touch gotcha)'\"\\z",
}
"""A name for each character that means something to a shell, by what it begins with."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shell's working directory."""
    directory = tmp_path / "shell"
    directory.mkdir()
    return directory


@pytest.fixture
def settings(program: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment, in which an account's names are kept."""
    (home / ".zshrc").write_text("")
    monkeypatch.setenv("SENDX_API_KEY", CANARY)
    names = [*NAMES.values(), *TEXTS.values()]
    catalogue = Catalogue(
        tags={f"tag_{number}": name for number, name in enumerate(NAMES.values())},
        fields={str(number): CustomField(name, None) for number, name in enumerate(names)},
        lists={f"list_{n}": ContactList(f"list_{n}", name) for n, name in enumerate(names)},
    )
    keep_names(catalogue, Runtime(environ=os.environ).settings({}))
    path = f"{Path(program).parent}:{SHELL_ENVIRONMENT['PATH']}"
    return {"PATH": path, "PS1": "> ", "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null",
            "SENDX_API_KEY": CANARY}  # fmt: skip


@pytest.fixture(params=["bash", "zsh"])
def shell(
    request: pytest.FixtureRequest, folder: Path, settings: dict[str, str]
) -> Iterator[Terminal]:
    """An interactive shell that has taken its script in, and says which words it was given."""
    need(request.param)
    with shell_with_completions(request.param, folder, settings) as terminal:
        terminal.type('sendx() { [ -z "$_SENDX_COMPLETE" ] || { command sendx "$@"; return; }; ')
        terminal.type(f"printf '%s\\0' \"$@\" > {folder}/said; echo said-$n; n=$((n+1)); }}; ")
        terminal.type("n=0; echo s''et\r")
        terminal.wait_for("set\r\n")
        yield terminal


def typed_as(begun: str, quote: str) -> str | None:
    """Return how a name's beginning is typed between these quotes; None where it cannot be."""
    if begun == quote or (quote == '"' and begun in "$`\\!"):
        return None
    if quote:
        return f"{quote}{begun}"
    return begun if begun.isalnum() else f"\\{begun}"


@pytest.mark.parametrize("quote", ["", "'", '"'], ids=["bare", "single", "double"])
def test_a_name_is_put_into_the_line_as_a_word(shell: Terminal, folder: Path, quote: str) -> None:
    """Whatever it holds, it is one argument, and nothing of it is run."""
    found: dict[str, list[str]] = {}
    for begun in NAMES:
        typed = typed_as(begun, quote)
        if typed is None:
            continue
        shell.type(f"sendx track --add-tag {typed}\t\r")
        shell.wait_for(f"said-{len(found)}\r\n")
        words = (folder / "said").read_text("utf-8").split("\0")[:-1]
        found[begun] = words
        assert not (folder / "gotcha").exists(), begun
    assert {begun: words[2:] for begun, words in found.items()} == {
        begun: [NAMES[begun]] for begun in found
    }


def test_fish_offers_names_as_they_are(
    process: Command, settings: dict[str, str], folder: Path
) -> None:
    """It quotes what it puts into the line; nothing is run while it asks."""
    need("fish")
    script = f"cd {folder}; sendx completion fish | source; complete -C 'sendx track --add-tag '"
    run = process("fish", "--no-config", "-c", script, env=settings)
    assert (run.code, run.err) == (0, "")
    offered = [line.partition("\t")[0] for line in run.out.splitlines()]
    assert set(NAMES.values()) <= set(offered)
    assert all(line.isprintable() for line in run.out.replace("\t", "").split("\n"))
    assert not (folder / "gotcha").exists()


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_a_files_name_and_its_columns_run_nothing(
    process: Command, program: str, settings: dict[str, str], folder: Path, kind: str
) -> None:
    """Nor does a run's file, which is said beside the run."""
    hostile = "$(touch gotcha)\n\tgotcha\x1b[2J.csv"
    table = 'email,"$(touch gotcha)","a\nb","c\x1b[2J"\n'
    (folder.parent / "cwd" / hostile).write_text(table, "utf-8")
    env = {**settings, "_SENDX_COMPLETE": kind}
    line = f"sendx identify --from {shlex.quote(hostile)} --ignore "
    words = () if kind == "bash" else ("identify", "--from", hostile, "--ignore", "")
    run = process(program, *words, env={**env, "_SENDX_LINE": line})
    assert run.code == 0, run.err
    assert "\x1b" not in run.out
    assert not list(folder.parent.rglob("gotcha"))


@pytest.mark.parametrize("kind", ["zsh", "fish", "powershell"])
def test_a_runs_file_is_said_in_one_line(
    process: Command, program: str, settings: dict[str, str], kind: str, tmp_path: Path
) -> None:
    """A name with a line end would be a candidate of its own."""
    name = "people\nrm -rf x\t\x1b]0;gotcha\x07.csv"
    (tmp_path / "cwd" / name).write_text("email,first_name\na@b.co,x\n", "utf-8")
    assert process(program, "identify", "--from", name, "--sandbox").code == 0
    words = ("runs", "show", "") if kind != "powershell" else ()
    env = {**settings, "_SENDX_COMPLETE": kind, "_SENDX_LINE": "sendx runs show "}
    told = process(program, *words, env=env).out.splitlines()
    assert told[0] == "words"
    assert len(told) == 2
    assert told[1].endswith("\tidentify from people\\x0arm -rf x\\x09\\x1b]0;gotcha\\x07.csv")


def test_powershell_quotes_whatever_it_would_run() -> None:
    """Between single quotes nothing is expanded; it takes curly ones for these, too."""
    script = SCRIPTS["powershell"]
    (plain,) = re.findall(r"-match '(.*)'", script)
    (quotes,) = re.findall(r'-replace "(.*)", \'\$0\$0\'', script)
    assert re.fullmatch(plain, "First_Name=field:Plan")
    assert re.fullmatch(plain, "--output=json")
    for name in [*NAMES.values(), *TEXTS.values(), "@x", "a,b", "a b", "$(calc)", "\u2019"]:
        quoted = f"'{re.sub(quotes, lambda found: found[0] * 2, name)}'"
        is_plain = re.fullmatch(plain, name) is not None
        assert not is_plain or re.fullmatch(r"[\w./:=+-][\w./:=+@-]*", name, re.ASCII)
        inside = quoted[1:-1]
        assert not re.search(r"(?<!['\u2018-\u201b])['\u2018-\u201b](?!['\u2018-\u201b])", inside)
