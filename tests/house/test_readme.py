"""What the README shows is what happens: every command in it is run, and its output compared."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sendx_cli.cli import COMMANDS
from tests.conftest import SHELL_ENVIRONMENT
from tests.tools import need, open_terminal

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


def steps(block: str) -> list[tuple[str, list[str]]]:
    """Return each command with the lines that follow it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def assert_like(shown: list[str], expected: list[str]) -> None:
    """Compare lines; `...` stands for any text, alone on its line for any number of lines."""
    pattern = re.escape("\n".join(expected)).replace(re.escape("..."), ".*")
    assert re.fullmatch(pattern, "\n".join(shown), re.DOTALL), "\n".join(shown)


FILTERS = ("cut", "jq")
"""What the README passes results through."""

NOT_THE_PROJECTS = (".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "build", "dist")


def copy_of_the_project(folder: Path) -> Path:
    """Copy what is no product of tools: as a clone has it, or what was unpacked."""
    return shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_THE_PROJECTS))


def shown_on_a_terminal(command: str, folder: Path) -> str:
    """Run a command on a terminal of its own, 100 columns wide, and return what it shows."""
    ours, theirs = open_terminal()
    running = subprocess.Popen(
        ["sh", "-c", command],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, **SHELL_ENVIRONMENT, "COLUMNS": "100", "TERM": "xterm"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    _, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n")


def test_the_first_command_works_in_a_clean_clone(tmp_path: Path) -> None:
    """From nothing but Python to an accepted contact, on a terminal."""
    ((command, expected),) = steps(BLOCKS[0])
    folder = copy_of_the_project(tmp_path / "clone")
    assert_like(shown_on_a_terminal(command, folder).splitlines(), expected)


def run_in_bash(command: str, folder: Path) -> tuple[int, list[str]]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    finished = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, **SHELL_ENVIRONMENT, "PATH": path},
        check=False,
    )
    return finished.returncode, finished.stdout.splitlines()


def test_the_other_commands_show_what_the_readme_says(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    """One after another, as a reader would try them.

    One whose output goes through a tool that is missing is run without it, for those that follow.
    """
    need("bash", "xargs")
    for command, expected in (step for block in BLOCKS[1:] for step in steps(block)):
        with subtests.test(command):
            before, _, last = command.rpartition(" | ")
            tool = last.split()[0]
            if tool in FILTERS and shutil.which(tool) is None:
                run_in_bash(before, tmp_path)
                need(tool)
            code, shown = run_in_bash(command, tmp_path)
            assert (code, command) == (0, command), shown
            assert_like(shown, expected)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_in_the_readme(command: str) -> None:
    """Nothing is left for readers to find by chance."""
    assert f"sendx {command}" in README


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """The one command that readers are given is the one that is held."""
    (command,) = re.findall(r"^Run the tests: `(.*)`$", README, re.MULTILINE)
    assert command in (ROOT / ".ci" / "run").read_text("utf-8")
