"""Starts `sendx` in a home of its own, and kills it at a drawn moment."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from tests.conftest import CANARY, SHELL_ENVIRONMENT
from tests.processes.kill_checker import ends_amid_a_commit

PROGRAM = str(Path(sys.executable).with_name("sendx"))
LONGEST_S = 100.0
ON_DISK_S = 2.0
"""How long a moment is waited for that may never come."""

HasEnded = Callable[[], bool]
Feed = Callable[[IO[bytes]], None]


class Moment(NamedTuple):
    """When a process is killed.

    Args:
        name: What it does then, for the count.
        wait: Returns when it has come, or the process has ended.
    """

    name: str
    wait: Callable[[HasEnded], None]


class Ended(NamedTuple):
    """A process that has ended.

    Args:
        code: Its exit code; below 0 where it was killed.
        out: What it wrote to standard output.
        err: And to standard error.
    """

    code: int
    out: str
    err: str

    @property
    def was_killed(self) -> bool:
        """Whether the kill landed: it was still at work."""
        return self.code < 0


class Sendx:
    """Runs commands, and counts the kills that landed.

    Args:
        folder: Where they are run, and their home.
        url: Where the service is.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.runs_folder = folder / ".local" / "state" / "sendx" / "runs"
        self.landed: Counter[str] = Counter()
        """By the name of the moment."""
        self.torn = 0
        """How many landed between the pages of a commit."""
        self._environ = {
            **SHELL_ENVIRONMENT,
            "HOME": str(folder),
            "SENDX_API_KEY": CANARY,
            "SENDX_BASE_URL": url,
        }

    def run(
        self,
        *words: str,
        moment: Moment | None = None,
        feed: Feed | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run a command to its end, or to a moment of it; it ends without a traceback.

        Args:
            words: The command.
            moment: When it is killed; None: it is not.
            feed: Writes its standard input.
            environ: What its environment has besides.
        """
        out, err = self.folder / "out", self.folder / "err"
        with (
            out.open("wb") as results,
            err.open("wb") as messages,
            subprocess.Popen(
                (PROGRAM, *words),
                env={**self._environ, **(environ or {})},
                cwd=self.folder,
                stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
                stdout=results,
                stderr=messages,
            ) as process,
        ):
            feeding = threading.Thread(target=_feed, args=(process.stdin, feed))
            feeding.start()
            if moment is not None:
                moment.wait(lambda: process.poll() is not None)
                process.kill()
            code = process.wait(timeout=LONGEST_S)
            feeding.join()
        errors = err.read_text()
        assert "Traceback" not in errors, errors
        assert "bug in sendx" not in errors, errors
        assert code >= 0 or moment is not None, errors
        if moment is not None and code < 0:
            self.landed[moment.name] += 1
            self.torn += any(map(_is_torn, self.runs_folder.glob("*-wal")))
        _wait_until_all_is_read()
        return Ended(code, out.read_text(), errors)

    def read(self, *words: str) -> list[dict[str, object]]:
        """Run a command that changes nothing and must succeed; return its JSON Lines."""
        ended = self.run(*words, "-o", "jsonl")
        assert ended.code == 0, (words, ended)
        return [json.loads(line) for line in ended.out.splitlines()]

    def at_a_commit(self, number: int) -> Moment:
        """Return the moment of this write, from 1, to a journal."""
        return Moment("commit", lambda ended: _wait_for(self.runs_folder, "-wal", number, ended))

    def at_a_write(self, mark: str, number: int) -> Moment:
        """Return the moment of this write, from 1, to files whose name holds `mark`."""
        return Moment("output file", lambda ended: _wait_for(self.folder, mark, number, ended))


def after(seconds: float) -> Moment:
    """Return the moment so long after the start."""
    return Moment("start", lambda _ended: time.sleep(seconds))


def _feed(stdin: IO[bytes] | None, feed: Feed | None) -> None:
    if stdin is not None and feed is not None:
        with suppress(BrokenPipeError), stdin:
            feed(stdin)


def _wait_for(folder: Path, mark: str, number: int, has_ended: HasEnded) -> None:
    """Look at files without a pause: a commit takes less than a millisecond."""
    deadline = time.monotonic() + ON_DISK_S
    seen = _written(folder, mark)
    while number and time.monotonic() < deadline and not has_ended():
        found = _written(folder, mark)
        number -= found != seen
        seen = found


def _written(folder: Path, mark: str) -> set[tuple[str, int, int]]:
    """Return what changes with each write to one of these files."""
    found: set[tuple[str, int, int]] = set()
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if mark in entry.name:
                facts = entry.stat()
                found.add((entry.name, facts.st_size, facts.st_mtime_ns))
    return found


def _is_torn(path: Path) -> bool:
    return ends_amid_a_commit(path.read_bytes())


def _wait_until_all_is_read() -> None:
    """Wait until the service has read all that was sent to it."""
    deadline = time.monotonic() + LONGEST_S
    while any("_serve" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the service still reads"
        time.sleep(0.005)
