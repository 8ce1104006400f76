"""Running whole processes, and what they cost."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process took; `code` is negative where a signal ended it."""

    began_s: float
    seconds: float
    peak_mb: float
    code: int


class Running:
    """A process that was started, at the head of a group of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", began_s: float, said: IO[bytes]) -> None:
        self._process = process
        self._began_s = began_s
        self._said = said

    @property
    def is_over(self) -> bool:
        """Say whether it ended; it still has to be waited for."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, options) is not None

    def kill(self) -> None:
        """End it and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self) -> Spent:
        """Return what it took, once it is over."""
        _, status, usage = os.wait4(self._process.pid, 0)
        seconds = time.monotonic() - self._began_s
        self._process.returncode = os.waitstatus_to_exitcode(status)
        peak_mb = usage.ru_maxrss * RSS_UNIT / 1e6
        return Spent(self._began_s, seconds, peak_mb, self._process.returncode)

    def complaint(self) -> str:
        """Return the end of what it wrote on standard error."""
        self._said.seek(0)
        return self._said.read().decode("utf-8", "replace")[-1000:]


@contextmanager
def started(
    words: Sequence[str],
    environ: Mapping[str, str],
    *,
    given: Path | None = None,
    results: Path | None = None,
) -> Iterator[Running]:
    """Start a process; whatever is left of it when the block ends is ended.

    Args:
        words: Program and arguments.
        environ: Its whole environment.
        given: What it reads on standard input.
        results: Where its standard output goes; without it, nowhere.
    """
    with ExitStack() as stack:
        stdin = stack.enter_context((given or Path(os.devnull)).open("rb"))
        stdout = stack.enter_context((results or Path(os.devnull)).open("wb"))
        stderr = stack.enter_context(tempfile.TemporaryFile())
        began_s = time.monotonic()
        process = subprocess.Popen(
            words,
            env=environ,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        running = Running(process, began_s, stderr)
        try:
            yield running
        finally:
            if process.returncode is None:
                running.kill()
                running.wait()


def run(
    words: Sequence[str],
    environ: Mapping[str, str],
    *,
    given: Path | None = None,
    results: Path | None = None,
    bound_s: float = 120.0,
    may_fail: bool = False,
) -> Spent:
    """Run a process to its end, or end it after `bound_s` seconds.

    Raises:
        RuntimeError: It failed, or had to be ended, and may not.
    """
    with started(words, environ, given=given, results=results) as running:
        alarm = threading.Timer(bound_s, running.kill)
        alarm.start()
        try:
            spent = running.wait()
        finally:
            alarm.cancel()
        if spent.code and not may_fail:
            raise RuntimeError(f"{words[0]} ended with {spent.code}: {running.complaint()}")
        return spent
