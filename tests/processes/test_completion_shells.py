"""`<TAB>` in the shells themselves, on a terminal of their own, with the scripts in place."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sendx_cli.cli import COMMANDS
from sendx_cli.settings.declared import CONCURRENCY
from sendx_cli.settings.files import update_config
from tests.conftest import SHELL_ENVIRONMENT, Command
from tests.processes.terminals import Terminal, shell_with_completions
from tests.tools import need

CSV = "E-Mail,First Name,Plan,a=b,Größe\nx@b.co,J,p,1,2\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shell's working directory."""
    directory = tmp_path / "shell"
    directory.mkdir()
    (directory / "columns.csv").write_text(CSV, "utf-8")
    return directory


@pytest.fixture
def settings(program: str, home: Path) -> dict[str, str]:
    (home / ".zshrc").write_text("")
    path = f"{Path(program).parent}:{SHELL_ENVIRONMENT['PATH']}"
    return {"PATH": path, "PS1": "> ", "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null"}


@pytest.fixture(params=["bash", "zsh"])
def shell(
    request: pytest.FixtureRequest, folder: Path, settings: dict[str, str]
) -> Iterator[Terminal]:
    """An interactive shell that has taken its script in."""
    need(request.param)
    with shell_with_completions(request.param, folder, settings) as terminal:
        yield terminal


def resulting(shell: Terminal, typed: str, folder: Path) -> list[str]:
    """Type a line, and return the words that the shell made of it once it was completed."""
    said = folder / "said"
    # The shell itself says what it understood, so that quoting is no matter.
    shell.type('sendx() { [ -z "$_SENDX_COMPLETE" ] || { command sendx "$@"; return; }; ')
    shell.type(f"printf '%s\\0' \"$@\" > {said}; echo sa''id; }}\r")
    shell.type(f"{typed}\r")
    shell.wait_for("said\r\n")
    return said.read_text("utf-8").split("\0")[:-1]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("sendx ide\t", ["identify"]),
        ("sendx sandbox ser\t", ["sandbox", "serve"]),
        ("sendx identify --first-n\tJ", ["identify", "--first-name", "J"]),
        ("sendx runs show --state rej\t", ["runs", "show", "--state", "rejected"]),
        ("sendx config set conc\t5", ["config", "set", "concurrency", "5"]),
        ("sendx config set production t\t", ["config", "set", "production", "true"]),
        ("sendx identify -o ta\t", ["identify", "-o", "table"]),
        ("sendx identify --output=js\t", ["identify", "--output=json"]),
        ("sendx track --profile st\t", ["track", "--profile", "staging"]),
        ("sendx identify --from col\t", ["identify", "--from", "columns.csv"]),
        ("sendx identify --report col\t", ["identify", "--report", "columns.csv"]),
        ("sendx identify col\t", ["identify", "col"]),
        ("sendx track --add-tag col\t", ["track", "--add-tag", "col"]),
        (
            "sendx identify --from columns.csv --ignore Fir\t",
            ["identify", "--from", "columns.csv", "--ignore", "First Name"],
        ),
        (
            "sendx identify --from columns.csv --ignore 'Fir\t",
            ["identify", "--from", "columns.csv", "--ignore", "First Name"],
        ),
        (
            'sendx identify --from columns.csv --ignore "Fir\t',
            ["identify", "--from", "columns.csv", "--ignore", "First Name"],
        ),
        (
            "sendx identify --from columns.csv --ignore Gr\t",
            ["identify", "--from", "columns.csv", "--ignore", "Größe"],
        ),
        (
            "sendx identify --from columns.csv --ignore a\t",
            ["identify", "--from", "columns.csv", "--ignore", "a=b"],
        ),
        (
            "sendx identify --from columns.csv --map Pl\tcom\t",
            ["identify", "--from", "columns.csv", "--map", "Plan=company"],
        ),
        (
            "sendx identify --from columns.csv --map Fir\tlas\t",
            ["identify", "--from", "columns.csv", "--map", "First Name=last_name"],
        ),
        (
            "sendx identify --from columns.csv --map=Pl\tfiel\t",
            ["identify", "--from", "columns.csv", "--map=Plan=field:Plan"],
        ),
    ],
)
def test_a_word_is_completed(
    shell: Terminal, folder: Path, home: Path, typed: str, words: list[str]
) -> None:
    """Commands, options, values, columns, and files where files are meant: as the shell has it."""
    path = home / "config" / "sendx" / "config.toml"
    update_config(path, lambda config: config.with_value("staging", "rate", 5.0))
    assert resulting(shell, typed, folder) == words


def test_runs_are_offered_with_what_they_are(
    shell: Terminal, process: Command, program: str, folder: Path
) -> None:
    """Their ids are completed, too; zsh says what each sent."""
    words = ("identify", "--from", str(folder / "columns.csv"), "--custom-fields", "--sandbox")
    assert process(program, *words, "--ignore", "Plan").code == 0
    run = json.loads(process(program, "runs", "list").out)["run"]
    assert resulting(shell, f"sendx runs show {run[:9]}\t", folder) == ["runs", "show", run]


Complete = Callable[[str], dict[str, str]]


@pytest.fixture
def fish(process: Command, settings: dict[str, str], folder: Path) -> Complete:
    """Asks fish what it offers for a line: candidates, and what it says of each."""
    need("fish")

    def complete(line: str) -> dict[str, str]:
        script = (
            f"cd {folder}; sendx completion fish | source; complete -C (string unescape '{line}')"
        )
        run = process("fish", "--no-config", "-c", script, env=settings)
        assert (run.code, run.err) == (0, "")
        cells = (line.partition("\t") for line in run.out.splitlines())
        return {text: help_text for text, _, help_text in cells}

    return complete


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sendx ide", {"identify": COMMANDS["identify"]}),
        ("sendx runs show --state rej", {"rejected": ""}),
        ("sendx config set conc", {"concurrency": CONCURRENCY.meaning}),
        ("sendx identify --from col", {"columns.csv": ""}),
        ("sendx identify col", {}),
        ("sendx identify --from columns.csv --ignore Fir", {"First Name": ""}),
        ("sendx identify --from columns.csv --map Pl", {"Plan=": ""}),
        ("sendx identify --from columns.csv --map Plan=com", {"Plan=company": ""}),
        ("sendx identify --output=jsonl --frm", {}),
        ("sendx identify --output=c", {"--output=csv": ""}),
        ("sendx-cli logou", {"logout": COMMANDS["logout"]}),
    ],
)
def test_fish_offers_the_same(fish: Complete, line: str, offered: dict[str, str]) -> None:
    """With what each is."""
    assert fish(line) == offered
