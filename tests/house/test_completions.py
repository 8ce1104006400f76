"""The completion scripts are the program's own, and shells can use them."""

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.tools import need

SCRIPTS = Path(__file__).parents[2] / "completions"
FILES = {"bash": "sendx.bash", "zsh": "_sendx", "fish": "sendx.fish", "powershell": "sendx.ps1"}


@pytest.mark.parametrize(("shell", "name"), FILES.items())
def test_each_script_is_what_the_program_writes_today(
    process: Command, program: str, shell: str, name: str
) -> None:
    """To renew one: _SENDX_COMPLETE=source_bash sendx > completions/sendx.bash.

    Blank lines at its ends are taken off: zsh wants `#compdef` on the first line.
    """
    if shell == "bash":
        need("bash")  # its version is asked for
    run = process(program, env={"_SENDX_COMPLETE": f"source_{shell}"})
    assert (run.code, run.err) == (0, "")
    assert run.out.strip() == (SCRIPTS / name).read_text("utf-8").strip()


@pytest.mark.parametrize(
    ("line", "expected"),
    [("sendx tra", ["track"]), ("sendx track --add", ["--add-tag"]), ("sendx log", ["login"])],
)
def test_bash_completes_commands_and_options(
    process: Command, program: str, line: str, expected: list[str]
) -> None:
    """In bash itself, with the script in place."""
    words = line.split()
    script = (
        f"source {SCRIPTS / 'sendx.bash'}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
        "_sendx_completion sendx; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    path = f"{Path(program).parent}:/usr/bin:/bin"
    run = process("bash", "-c", script, env={"PATH": path})
    assert set(expected) <= set(run.out.split())


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_can_read_their_script(process: Command, shell: str) -> None:
    """No syntax error; the shell itself checks it."""
    run = process(shell, "-n", str(SCRIPTS / FILES[shell]))
    assert (run.code, run.err) == (0, "")
