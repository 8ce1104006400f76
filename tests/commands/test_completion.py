from pathlib import Path

import pytest

from sendx_cli.completion import install
from sendx_cli.completion.scripts import SCRIPTS
from tests.conftest import Command, Run


@pytest.mark.parametrize(
    ("shell", "place", "needed"),
    [
        ("fish", "config/fish/completions/sendx.fish", ""),
        ("bash", "data/bash-completion/completions/sendx", ""),
        (
            "zsh",
            "data/zsh/site-functions/_sendx",
            (
                "\n  hint: add this line to ~/.zshrc, then start a new shell: "
                "fpath+=({}); autoload -Uz compinit; compinit"
            ),
        ),
    ],
)
def test_a_script_is_put_where_the_shell_looks(
    sendx: Command,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    shell: str,
    place: str,
    needed: str,
) -> None:
    """The user's own start files are left alone; what they must say is told."""
    monkeypatch.setattr(install, "BASH_LOADERS", ("/",))
    path = home / place
    run = sendx("completion", shell, "--install")
    told = needed.format(path.parent) or f"; {shell} uses it from its next start"
    assert run == Run(0, "", f"sendx: written to {path}{told}\n")
    assert path.read_text("utf-8") == SCRIPTS[shell]
    assert sendx("completion", shell, "--install").code == 0


def test_bash_without_its_loader_is_told_of(
    sendx: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shell itself looks nowhere: the package bash-completion does."""
    monkeypatch.setattr(install, "BASH_LOADERS", ())
    run = sendx("completion", "bash", "--install")
    path = home / "data" / "bash-completion" / "completions" / "sendx"
    assert run.err.endswith(f"add this line to ~/.bashrc, then start a new shell: source {path}\n")
    own = {"BASH_COMPLETION_USER_DIR": str(home / "own")}
    assert sendx("completion", "bash", "--install", env=own).code == 0
    assert (home / "own" / "completions" / "sendx").exists()


@pytest.mark.parametrize(
    ("words", "env", "told"),
    [
        (("tcsh",), {}, "no such shell: tcsh\n  hint: one of bash, zsh, fish, powershell\n"),
        (
            ("powershell", "--install"),
            {},
            (
                "PowerShell has no completions directory\n  hint: add to $PROFILE: "
                "sendx completion powershell | Out-String | Invoke-Expression\n"
            ),
        ),
        (
            ("fish", "--install"),
            {"HOME": ""},
            "this user has no home directory\n  hint: set HOME\n",
        ),
    ],
)
def test_what_cannot_be_done_is_told(
    sendx: Command, words: tuple[str, ...], env: dict[str, str], told: str
) -> None:
    """With what to do instead."""
    assert sendx("completion", *words, env=env) == Run(2, "", f"sendx: {told}")


def test_a_place_that_cannot_be_written_to_is_told(sendx: Command, home: Path) -> None:
    """A file in a directory's place."""
    (home / "config").write_text("")
    run = sendx("completion", "fish", "--install")
    path = home / "config" / "fish" / "completions" / "sendx.fish"
    assert run == Run(2, "", f"sendx: {path}: cannot be written: not a directory\n")
