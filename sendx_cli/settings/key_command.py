"""`api_key_command`: a secret manager is run, and the line it prints is the key.

It runs without a shell, does not get `SENDX_API_KEY`, and starts in the config file's own
directory: the one sendx is called in could hold a program of the same name.
"""

import errno
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import IO

from sendx_cli.errors import KeyUnusable, reason_of
from sendx_cli.settings.key import LONGEST_KEY, ApiKey, parse_key
from sendx_cli.settings.windows_programs import windows_program

COMMAND_TIMEOUT_S = 30.0
_LAST_WORDS_S = 1.0
_GLANCE_S = 0.05
_WHERE = "api_key_command"
_TRY_IT = "run the command by itself to see its output"


def run_key_command(
    command: str,
    environ: Mapping[str, str],
    directory: Path | None = None,
    *,
    timeout_s: float = COMMAND_TIMEOUT_S,
) -> ApiKey:
    """Run the command and return the key it prints: one line of at most 512 bytes.

    Raises:
        KeyUnusable: It cannot be run, fails, takes longer than 30 seconds, or prints no key.
            Never shows what it printed.
    """
    process = _start(command, environ, directory)
    assert process.stdout is not None
    output = _Reading(process.stdout, LONGEST_KEY + len("\r\n") + 1)
    try:
        code = _wait(process, output, timeout_s)
    except subprocess.TimeoutExpired:
        raise KeyUnusable(
            f"it printed no key within {timeout_s:g} s", where=_WHERE, hint=_TRY_IT
        ) from None
    finally:
        process.kill()
        process.wait()
    printed = output.text()
    if len(printed) > LONGEST_KEY + len("\r\n"):
        raise KeyUnusable("it printed more than a key", where=_WHERE, hint=_TRY_IT)
    if code != 0:
        # What it said is not repeated: some print the key there.
        raise KeyUnusable(f"it ended with code {code}", where=_WHERE, hint=_TRY_IT)
    return _key_in(printed)


class _Reading:
    """Reads the first bytes of a pipe in a thread of its own.

    A thread, because pipes cannot be waited for on every platform; bounded, because what the
    program started can hold the pipe open for as long as it likes.
    """

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        self._pipe = pipe
        self._limit = limit
        self._read = b""
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def is_over(self, timeout_s: float) -> bool:
        """Wait for the end of what is read, and tell whether it has come."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def text(self) -> str:
        """Return what has come."""
        self._thread.join(_LAST_WORDS_S)
        return self._read.decode("utf-8", "replace")

    def _run(self) -> None:
        # Closed at the limit, the pipe breaks, and a program that prints for ever ends.
        with self._pipe as pipe:
            while len(self._read) < self._limit and (part := pipe.read1(self._limit)):  # type: ignore[attr-defined]
                self._read += part[: self._limit - len(self._read)]


def _wait(process: subprocess.Popen[bytes], output: _Reading, timeout_s: float) -> int:
    """Wait for the end of its output or its own, whichever is first: neither needs polling long."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.poll() is None and not output.is_over(_GLANCE_S):
        pass
    return process.wait(max(deadline - time.monotonic(), 0.0))


def _start(
    command: str, environ: Mapping[str, str], directory: Path | None
) -> subprocess.Popen[bytes]:
    program = None
    try:
        words: str | list[str] = command
        if sys.platform == "win32":  # it hands a program one line, which that splits by its rules
            program = windows_program(command, environ, directory)
            if program is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        else:
            words = shlex.split(command)
        return subprocess.Popen(  # noqa: S603 - the user's own config file names it
            words,
            executable=program,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in environ.items() if name != "SENDX_API_KEY"},
            cwd=directory,
        )
    except ValueError:
        raise KeyUnusable("it has an unmatched quotation mark", where=_WHERE) from None
    except OSError as error:
        reason = reason_of(error)
        raise KeyUnusable(f"it cannot be run: {reason}", where=_WHERE, hint=_TRY_IT) from None


def _key_in(printed: str) -> ApiKey:
    try:
        return parse_key(printed)
    except KeyUnusable as error:
        reason = f"it printed no key: {error.message}"
        raise KeyUnusable(reason, where=_WHERE, hint=_TRY_IT) from None
