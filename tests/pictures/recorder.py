"""Records what a command shows on a terminal, in the asciicast format, version 2.

The format: https://docs.asciinema.org/manual/asciicast/v2/
"""

import json
import os
import select
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

WIDTH, HEIGHT = 92, 34
_TYPING_S = 0.05
_READING_S = 1.5
_END_S = 4.0


class Recorder:
    """Runs commands on a terminal, one after another, and keeps what it showed and when.

    Args:
        folder: Where the commands are run.
        environment: Their whole environment.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._events: list[tuple[float, str]] = []
        self._now_s = 0.0

    def run(self, command: str, *, answers: Mapping[str, str] | None = None) -> None:
        """Show a command as if it were typed, then run it and record what it shows.

        Args:
            command: For `sh`.
            answers: What to type, by the end of the question that it answers.

        Raises:
            subprocess.CalledProcessError: The command failed.
        """
        self._type(command)
        left = dict(answers or {})
        ours, theirs = os.openpty()
        running = subprocess.Popen(
            ["sh", "-c", command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=self._folder,
            env={**self._environment, "COLUMNS": str(WIDTH), "LINES": str(HEIGHT)},
            start_new_session=True,
        )
        os.close(theirs)
        began, base_s, shown = time.monotonic(), self._now_s, ""
        while part := _read(ours):
            self._now_s = base_s + time.monotonic() - began
            self._show(part)
            shown += part
            for question, answer in list(left.items()):
                if question in shown:
                    time.sleep(_READING_S)
                    os.write(ours, answer.encode())
                    del left[question]
        os.close(ours)
        if running.wait():
            raise subprocess.CalledProcessError(running.returncode, command)

    def write(self, path: Path) -> None:
        """Write the recording."""
        self._now_s += _END_S
        self._show("$ ")
        head = json.dumps({"version": 2, "width": WIDTH, "height": HEIGHT})
        lines = [json.dumps([round(at, 3), "o", text]) for at, text in self._events]
        path.write_text("\n".join([head, *lines, ""]), "utf-8")

    def _type(self, command: str) -> None:
        self._show("$ ")
        for letter in command:
            self._now_s += _TYPING_S
            self._show(letter)
        self._now_s += 10 * _TYPING_S
        self._show("\r\n")

    def _show(self, text: str) -> None:
        self._events.append((self._now_s, text))


def _read(terminal: int) -> str:
    select.select([terminal], [], [])
    try:
        return os.read(terminal, 65536).decode()
    except OSError:
        return ""
