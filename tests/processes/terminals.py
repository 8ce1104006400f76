"""A terminal of 80 columns for a command, typed on and read from by a test."""

import os
import re
import select
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.tools import open_terminal, terminal_name

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LONGEST_S = 20.0

WORDS = {"bash": ["bash", "--norc", "-i"], "zsh": ["zsh", "-i"]}
"""How an interactive shell is started."""

SETUP = {
    "bash": 'bind "set bell-style none"; eval "$(sendx completion bash)"',
    "zsh": 'autoload -U compinit; compinit -u; eval "$(sendx completion zsh)"',
}
"""What it is told first, to complete the words of sendx."""


class Terminal:
    """Runs a command with this terminal as its controlling one.

    Args:
        words: The command.
        folder: Its working directory.
        settings: Its environment, beside the test's own.
        given: What comes by standard input instead of the terminal.
    """

    def __init__(
        self,
        words: Sequence[str],
        folder: Path,
        settings: Mapping[str, str],
        given: str | None = None,
    ) -> None:
        self._ours, theirs = open_terminal()
        self._seen = b""
        stdin = theirs
        if given is not None:
            stdin, writing = os.pipe()
            os.write(writing, given.encode())
            os.close(writing)
        # Who leads a session of its own and opens a terminal has it as the controlling one.
        open_it = ["sh", "-c", ': <>"$0"; exec "$@"', terminal_name(theirs)]
        self._process = subprocess.Popen(
            [*open_it, *words],
            cwd=folder,
            env={**os.environ, "TERM": "xterm", **settings},
            stdin=stdin,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        if stdin != theirs:
            os.close(stdin)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._ours, text.encode())

    def wait_for(self, text: str) -> None:
        """Return when `text` was shown.

        Raises:
            TimeoutError: It is not shown in time.
            EOFError: The command ends without showing it.
        """
        deadline = time.monotonic() + _LONGEST_S
        while text.encode() not in self._seen:
            if time.monotonic() >= deadline:
                raise TimeoutError(f"not shown within {_LONGEST_S:.0f} s: {text}")
            if not self._read():
                raise EOFError(f"ended without showing: {text}; last: {self.screen[-1]}")

    def wait_for_more(self) -> None:
        """Return when anything more was shown.

        Raises:
            EOFError: The command ends without it.
        """
        if not self._read():
            raise EOFError(f"ended without showing more; last: {self.screen[-1]}")

    def end(self) -> int:
        """Wait for the command's end; return its exit code."""
        while self._read():
            pass
        return self._process.wait(_LONGEST_S)

    @property
    def shown(self) -> str:
        """All that was written to the terminal, escape codes included."""
        return self._seen.decode()

    @property
    def screen(self) -> list[str]:
        """What was shown, line by line: colours left out, and of a line shown over, the last."""
        text = _ESCAPE.sub("", self._seen.decode())
        return [line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n")]

    def _read(self) -> bool:
        if not select.select([self._ours], [], [], _LONGEST_S)[0]:
            raise TimeoutError(f"nothing was shown for {_LONGEST_S:.0f} s; last: {self.screen[-1]}")
        try:
            more = os.read(self._ours, 1 << 16)
        except OSError:  # the other end is closed
            return False
        self._seen += more
        return bool(more)


@contextmanager
def shell_with_completions(
    name: str, folder: Path, settings: Mapping[str, str]
) -> Iterator[Terminal]:
    """An interactive shell that has taken its script in."""
    with Terminal(WORDS[name], folder, settings) as terminal:
        terminal.type(f'{SETUP[name]}; echo rea""dy\r')
        terminal.wait_for("ready\r\n")
        yield terminal
