"""The completion scripts and the table of commands are the program's own of today."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from sendx_cli.cli import COMMANDS, app
from sendx_cli.completion.scripts import SCRIPTS
from sendx_cli.completion.table import TABLE, read_table
from tests.conftest import Command, Run
from tests.tools import need

FOLDER = Path(__file__).parents[2] / "completions"
FILES = {"bash": "sendx.bash", "zsh": "_sendx", "fish": "sendx.fish", "powershell": "sendx.ps1"}


def one_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


def lines_of(words: tuple[str, ...], command: Any) -> Iterator[str]:
    """Yield the table's lines of a command and those below it."""
    name = " ".join(words)
    for parameter in command.params:
        choices = getattr(parameter.type, "choices", None)
        metavar = "|".join(choices) if choices else parameter.metavar
        if getattr(parameter, "hidden", False):
            continue
        if parameter.param_type_name == "argument":
            text = f"<{parameter.name}>\t{metavar or str(parameter.name).upper()}\t"
        else:
            takes = not (parameter.is_flag or parameter.count)
            names = ",".join([*parameter.opts, *parameter.secondary_opts])
            shown = (metavar or "VALUE") if takes else ""
            text = f"{names}\t{shown}\t{one_line(parameter.help)}"
        yield f"{name}\t{text}"
    yield f"{name}\t--help,-h\t\tShow this message and exit."
    below = (
        COMMANDS if not words else {n: c.help for n, c in getattr(command, "commands", {}).items()}
    )
    for word, text in below.items():
        yield f"{name}\t{word}\tCOMMAND\t{one_line(text)}"
    for word in below:
        child = (
            command.commands[word]
            if words
            else get_command(import_module(f"sendx_cli.commands.{word}").app)
        )
        yield from lines_of((*words, word), child)


def test_the_table_is_what_the_commands_are_today() -> None:
    """Every command, option and argument; UPDATE_SNAPSHOTS=1 writes it anew."""
    text = "".join(f"{line}\n" for line in lines_of((), get_command(app)))
    if os.environ.get("UPDATE_SNAPSHOTS"):
        TABLE.write_text(text, "utf-8")
    assert TABLE.read_text("utf-8") == text


def test_the_table_names_every_command() -> None:
    """Also those that have nothing below them."""
    assert {"", "identify", "runs show", "config set", "sandbox serve"} < set(read_table())


@pytest.mark.parametrize("shell", SCRIPTS)
def test_each_script_is_printed_and_lies_in_the_folder(sendx: Command, shell: str) -> None:
    """To renew one: sendx completion bash > completions/sendx.bash."""
    if os.environ.get("UPDATE_SNAPSHOTS"):
        (FOLDER / FILES[shell]).write_text(SCRIPTS[shell], "utf-8")
    assert sendx("completion", shell) == Run(0, (FOLDER / FILES[shell]).read_text("utf-8"), "")
    assert {path.name for path in FOLDER.iterdir()} == {*FILES.values(), "sendx.1"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_can_read_their_script(process: Command, shell: str) -> None:
    """No syntax error; the shell itself checks it."""
    need(shell)
    run = process(shell, "-n", str(FOLDER / FILES[shell]))
    assert (run.code, run.err) == (0, "")


def test_a_tab_loads_no_option_parser() -> None:
    """Between two keys there is no time for it, nor for what the answer does not need."""
    code = (
        "import sys\nfrom sendx_cli.completion.reply import reply\n"
        "assert '--first-name' in reply('fish', {}, ['identify', '--fi'])\nprint(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"typer", "rich", "sqlite3", "platformdirs", "asyncio", "json"} & set(loaded)
