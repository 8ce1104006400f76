"""What all tests share.

Where a test lies: under the folder of the room it is about, in a file named by the module for
`core`, `journal`, `delivery`, `files`, `api`, `output`, `settings` and `sandbox`, and by the
behaviour for `runs` and `commands`; real processes are in `processes`, virtual time in
`simulation`, other people's suites and fuzzing in `torture`, wrong programs in `mutation`, the
sandbox held to the API's documentation in `conformance`, the whole in `house`.
"""

import io
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from typer.testing import CliRunner

from sendx_cli.cli import app
from sendx_cli.runtime import Runtime
from tests import outputs
from tests.servers import ScriptedServer
from tests.tools import need, need_libcurl

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("fresh", derandomize=False, deadline=None, print_blob=True)
settings.register_profile(
    "fuzz", derandomize=False, deadline=None, print_blob=True, max_examples=1000
)
settings.load_profile("ci")

PROGRAMS = frozenset({"sendx", "sendx-cli"})
CANARY = "Canary0key1never2shown3"
_OF_THE_MACHINE = {
    name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ
}
SHELL_ENVIRONMENT = {**_OF_THE_MACHINE, "COLUMNS": "80", "LC_ALL": "C.UTF-8"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With TEST_ORDER=N the tests run in the N-th random order."""
    if seed := os.environ.get("TEST_ORDER"):
        random.Random(seed).shuffle(items)


@dataclass(frozen=True)
class Run:
    """What a command showed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def kinds(self) -> list[str]:
        """The kinds of the errors that the lines of JSON on standard output have."""
        return [json.loads(line)["error"]["kind"] for line in self.out.splitlines()]


Command = Callable[..., Run]


def invoke(words: Sequence[str], runtime: Runtime) -> Run:
    """Run a command in this process; what it writes as JSON is held to its schema."""
    result = CliRunner().invoke(app, words, obj=runtime, prog_name="sendx")
    outputs.check(words, result.stdout)
    return Run(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Signals end processes: under `nohup` or in a script's background they inherit otherwise."""
    names = {"SIGINT", "SIGHUP", "SIGQUIT", "SIGTERM"} & set(signal.Signals.__members__)
    numbers = [signal.Signals[name] for name in names]
    ignored = [number for number in numbers if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory of the test's own, and nothing of the machine's settings."""
    for name in list(os.environ):
        if name.startswith(("SENDX_", "SSL_", "GITHUB_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    directory = tmp_path / "home"
    directory.mkdir()
    monkeypatch.setenv("HOME", str(directory))
    for kind in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(directory / kind.lower()))
    for name, value in (("COLUMNS", "80"), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    return directory


@pytest.fixture
def sendx() -> Command:
    """Runs a command in this process."""

    def run(*words: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Run:
        runtime = Runtime(environ={**os.environ, **(env or {})}, stdin=io.StringIO(stdin or ""))
        return invoke(words, runtime)

    return run


@pytest.fixture(params=["curl", "threads"])
def by_engine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    """The engine that commands take, here and in processes: libcurl's, or httpx in threads.

    httpx is taken where pycurl is missing, and so a module that stands in its way hides it.
    """
    if request.param == "curl":
        need_libcurl()
        return "curl"
    for module in ("pycurl", "sendx_cli.api.curl_exchange"):
        monkeypatch.setitem(sys.modules, module, None)
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    (hiding / "pycurl.py").write_text("raise ImportError('hidden')\n")
    monkeypatch.setenv("PYTHONPATH", str(hiding))
    return "threads"


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """Runs a command as a process of its own, from an empty directory."""
    directory = tmp_path / "cwd"
    directory.mkdir()

    def run(*words: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Run:
        need(words[0])
        environ = {
            n: v for n, v in os.environ.items() if n.startswith(("XDG_", "HOME", "PYTHONPATH"))
        }
        finished = subprocess.run(
            words,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            cwd=directory,
            env={**environ, **SHELL_ENVIRONMENT, **(env or {})},
            timeout=120,
            check=False,
        )
        if Path(words[0]).name in PROGRAMS:
            outputs.check(words[1:], finished.stdout, directory)
        return Run(finished.returncode, finished.stdout, finished.stderr)

    return run


@pytest.fixture
def program() -> str:
    """The installed command beside the Python that runs the tests."""
    return str(Path(sys.executable).with_name("sendx"))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server that answers as the test says."""
    with ScriptedServer() as running:
        yield running
