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
    """What a process took; `code` is negative where a signal ended it.

    Args:
        began_s: When it was started, by the machine's monotonic clock.
        seconds: How long it lasted.
        cpu_s: How long it computed, the system's part included.
        peak_mb: The most memory it had.
        code: Its exit code.
    """

    began_s: float
    seconds: float
    cpu_s: float
    peak_mb: float
    code: int


class Running:
    """A process that was started, at the head of a group of its own."""

    def __init__(self, process: "subprocess.Popen[bytes]", began_s: float, said: IO[bytes]) -> None:
        self._process = process
        self._began_s = began_s
        self._said = said
        self._ended: tuple[int, float, float] | None = None

    @property
    def is_over(self) -> bool:
        """Say whether it ended."""
        self._look(is_waiting=False)
        return self._ended is not None

    def kill(self) -> None:
        """End it and all that it started."""
        if sys.platform == "win32":
            raise NotImplementedError
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self) -> Spent:
        """Return what it took, once it is over."""
        self._look(is_waiting=True)
        assert self._ended is not None
        status, peak, cpu_s = self._ended
        seconds = time.monotonic() - self._began_s
        self._process.returncode = os.waitstatus_to_exitcode(status)
        peak_mb = peak * RSS_UNIT / 1e6
        return Spent(self._began_s, seconds, cpu_s, peak_mb, self._process.returncode)

    def _look(self, *, is_waiting: bool) -> None:
        if sys.platform == "win32":
            raise NotImplementedError
        if self._ended is None:
            options = 0 if is_waiting else os.WNOHANG
            process, status, usage = os.wait4(self._process.pid, options)
            cpu_s = usage.ru_utime + usage.ru_stime
            self._ended = (status, usage.ru_maxrss, cpu_s) if process else None

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
