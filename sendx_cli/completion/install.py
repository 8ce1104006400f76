"""Where the shells look for a user's own completions, and putting a script there."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sendx_cli.errors import InputError, reason_of

BASH_LOADERS = (
    "/usr/share/bash-completion/bash_completion",
    "/usr/local/share/bash-completion/bash_completion",
    "/opt/homebrew/etc/profile.d/bash_completion.sh",
    "/usr/local/etc/profile.d/bash_completion.sh",
)
"""The package bash-completion, which looks for scripts when they are needed: any of these."""


class NeededLine(NamedTuple):
    """What the user's own start file must say for the shell to look there.

    Args:
        file: The start file.
        line: What it must say.
    """

    file: str
    line: str


class Place(NamedTuple):
    """Where a script goes.

    Args:
        path: The file.
        needs: What must be added to the user's own start file, if anything.
    """

    path: Path
    needs: NeededLine | None = None


def place_for(shell: str, environ: Mapping[str, str]) -> Place:
    """Return where a shell looks for the script.

    Raises:
        InputError: The shell has no such place, or this user no home directory.
    """
    home = environ.get("HOME")
    if shell == "powershell":
        raise InputError(
            "PowerShell has no completions directory",
            hint="add to $PROFILE: sendx completion powershell | Out-String | Invoke-Expression",
        )
    if not home:
        raise InputError("this user has no home directory", hint="set HOME")
    data = Path(environ.get("XDG_DATA_HOME") or f"{home}/.local/share")
    if shell == "fish":
        config = Path(environ.get("XDG_CONFIG_HOME") or f"{home}/.config")
        return Place(config / "fish" / "completions" / "sendx.fish")
    if shell == "zsh":
        folder = data / "zsh" / "site-functions"
        return Place(
            folder / "_sendx",
            NeededLine("~/.zshrc", f"fpath+=({folder}); autoload -Uz compinit; compinit"),
        )
    own = environ.get("BASH_COMPLETION_USER_DIR")
    folder = Path(own) if own else data / "bash-completion"
    path = folder / "completions" / "sendx"
    has_loader = any(Path(loader).exists() for loader in BASH_LOADERS)
    return Place(path, None if has_loader else NeededLine("~/.bashrc", f"source {path}"))


def install(place: Place, script: str) -> None:
    """Write the script.

    Raises:
        InputError: It cannot be written.
    """
    try:
        _make_directories(place.path.parent)
        with open(place.path, "w", encoding="utf-8", opener=_open_for_owner) as file:
            file.write(script)
    except OSError as error:
        raise InputError(f"cannot be written: {reason_of(error)}", where=str(place.path)) from None


def _make_directories(path: Path) -> None:
    """Make a directory and the parents it lacks, which nobody else may write to."""
    for directory in (*reversed(path.parents), path):
        if not directory.is_dir():
            with suppress(FileExistsError):  # a file of the name is told when it is gone through
                directory.mkdir(mode=0o755)


def _open_for_owner(path: str, flags: int) -> int:
    """Open a script for a shell to run: whatever the umask, nobody else may write to it."""
    descriptor = os.open(path, flags, 0o644)
    if sys.platform != "win32":
        os.fchmod(descriptor, os.fstat(descriptor).st_mode & 0o755)
    return descriptor
