"""Runs tests in a copy of the project, for one mutant after the other.

It reads one job a line from standard input, JSON, and writes its result to standard output. What
tests need in any case is loaded once, and each job runs in a fork; the program itself and its tests
are loaded there, so that they are the mutant's.
"""

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypedDict

import coverage
import httpx  # noqa: F401 (loaded here so that no fork has to)
import pytest
import typer.testing  # noqa: F401
from hypothesis import HealthCheck, Phase, settings

from tests.mutation.trees import COVERAGE, CURRENT, NOTED

ROOT = Path.cwd()
OPTIONS = ("-n0", "-x", "-p", "no:cacheprovider", "--tb=no", "--timeout=60", "--no-header")
LOADED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""What is loaded before the fork is not rewritten, and need not be."""
ADDRESS_SPACE = 4 << 30
"""Bytes that a process may take: a mutant may never stop filling a list."""

Ending = Literal["passed", "failed", "timed out"]


class Job(TypedDict):
    """Tests to run, in this order, until one fails.

    Args:
        tests: Their names; or one file, all tests of which are run and noted.
        limit_s: When to give up.
        file: The file to change for it, with its text.
    """

    tests: list[str]
    limit_s: float
    file: str | None
    text: str


class FileLines(TypedDict):
    """What one file of tests runs.

    Args:
        tests: Its tests that pass, with their seconds.
        failed: Those that do not, and so cannot kill a mutant.
        lines: For each file of the program and each of its lines, the tests that run it, as numbers
            into `tests`.
    """

    tests: dict[str, float]
    failed: list[str]
    lines: dict[str, dict[str, list[int]]]


class Chosen:
    """Has pytest run the chosen tests in their order and nothing else."""

    def __init__(self, tests: list[str]) -> None:
        self._place = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        """No smallest example is looked for: one is enough to kill a mutant."""
        phases = [Phase.explicit, Phase.generate]
        checks = [HealthCheck.too_slow]
        settings.register_profile(
            "mutation", settings.get_profile("ci"), phases=phases, suppress_health_check=checks
        )
        settings.load_profile("mutation")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out the others."""
        if self._place:
            items[:] = [item for item in items if item.nodeid in self._place]
            items.sort(key=lambda item: self._place[item.nodeid])


class LinesByTest(Chosen):
    """Notes which test runs which lines, those of the processes it starts included."""

    def __init__(self) -> None:
        super().__init__([])
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self._test = ""
        self._users: dict[str, set[str]] = {"": set()}
        self._coverage = coverage.Coverage(config_file=str(ROOT / COVERAGE))
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Name the test to coverage."""
        self._test = item.nodeid
        self._users[item.nodeid] = {item.nodeid}
        for fixture in getattr(item, "fixturenames", ()):
            self._users.setdefault(f"fixture {fixture}", set()).add(item.nodeid)
        self._name(item.nodeid)
        yield
        (ROOT / CURRENT).unlink()
        self._coverage.switch_context("")

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
        """What a fixture of several tests runs, all of them may notice."""
        if fixturedef.scope == "function":
            return (yield)
        self._name(f"fixture {fixturedef.argname}")
        try:
            return (yield)
        finally:
            self._name(self._test)

    def _name(self, name: str) -> None:
        """Name what runs to coverage, here and in processes that start from now on."""
        self._coverage.switch_context(name)
        (ROOT / CURRENT).write_text(name)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up the time that a test takes."""
        self.seconds.setdefault(report.nodeid, 0.0)
        self.seconds[report.nodeid] += report.duration
        if report.failed or report.skipped:
            self.failed.add(report.nodeid)

    def result(self) -> FileLines:
        """What was noted."""
        self._coverage.stop()
        self._coverage.save()
        self._coverage.combine()
        tests = {test: took for test, took in self.seconds.items() if test not in self.failed}
        numbers = {test: number for number, test in enumerate(tests)}
        lines: dict[str, dict[str, list[int]]] = {}
        data = self._coverage.get_data()
        for file in data.measured_files():
            by_line = lines.setdefault(Path(file).relative_to(ROOT).as_posix(), {})
            for line, names in data.contexts_by_lineno(file).items():
                users = {test for name in names for test in self._users[name]}
                by_line[str(line)] = sorted(numbers[test] for test in users & tests.keys())
        return {"tests": tests, "failed": sorted(self.failed), "lines": lines}


def note(job: Job, to: Path) -> int:
    """Run one file's tests and write what they run."""
    (ROOT / NOTED).mkdir(exist_ok=True)
    (ROOT / NOTED).chmod(0o777)  # some tests become another user
    for old in (ROOT / NOTED).iterdir():
        old.unlink()
    sys.dont_write_bytecode = False  # pytest keeps its version of the tests
    plugin = LinesByTest()
    options = [option for option in OPTIONS if option != "-x"]
    code = pytest.main([*options, *LOADED, *job["tests"]], plugins=[plugin])
    to.write_text(json.dumps(plugin.result()))
    return 0 if code in {0, 1, 5} else int(code)


def run(job: Job) -> int:
    """Run chosen tests until one fails."""
    files = list(dict.fromkeys(test.partition("::")[0] for test in job["tests"]))
    return int(pytest.main([*OPTIONS, *LOADED, *files], plugins=[Chosen(job["tests"])]))


def fork(job: Job, to: Path) -> Ending:
    """Run a job in a process of its own, and end whatever it has started."""
    if sys.platform == "win32":
        raise OSError("there is no fork there")
    child = os.fork()
    if not child:
        with suppress(BaseException):
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(quiet, stream)
            code = run(job) if "::" in job["tests"][0] else note(job, to)
            os._exit(code)
        os._exit(99)
    ends_at = time.monotonic() + job["limit_s"]
    while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < ends_at:
        time.sleep(0.01)
    if not ended[0]:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    end_what_is_left()
    (ROOT / CURRENT).unlink(missing_ok=True)
    if not ended[0]:
        return "timed out"
    return "failed" if ended[1] else "passed"


def end_what_is_left() -> None:
    """End the processes that were started from this copy and outlived their test."""
    if sys.platform == "win32":
        return
    mine = os.fsencode(ROOT) + b"/"
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_ours = mine in (process / "cmdline").read_bytes()
            if is_ours and int(process.name) != os.getpid():
                os.kill(int(process.name), signal.SIGKILL)


@contextmanager
def changed(file: str | None, text: str) -> Iterator[None]:
    """The copy with one file changed."""
    if file is None:
        yield
        return
    kept = (ROOT / file).read_bytes()
    (ROOT / file).write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        (ROOT / file).write_bytes(kept)


def main() -> None:
    """Do one job after the other."""
    sys.dont_write_bytecode = True
    for line in sys.stdin:
        job: Job = json.loads(line)
        noted = ROOT / NOTED / "result.json"
        began = time.monotonic()
        with changed(job["file"], job["text"]):
            ending = fork(job, noted)
        answer: dict[str, Any] = {"ending": ending, "seconds": time.monotonic() - began}
        if "::" not in job["tests"][0]:
            answer["noted"] = json.loads(noted.read_text()) if ending == "passed" else None
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
