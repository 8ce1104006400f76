"""What is run: our command, and what a user would otherwise run."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import contacts
from tests.benchmarks.tables import MissingPeer

KEY = "benchmark-key"
CLIENTS = Path(__file__).with_name("clients")
SENDX = str(Path(sys.executable).with_name("sendx"))
JSON_HEADERS = ["-H", f"X-Team-ApiKey: {KEY}", "-H", "Content-Type: application/json"]


@dataclass(frozen=True, slots=True)
class Command:
    """A client with all that it is given."""

    name: str
    words: Sequence[str]
    rows: int = 1
    given: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


def environment(home: Path, url: str) -> dict[str, str]:
    """Return the whole environment of a client: nothing of whoever runs the benchmarks."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SENDX_API_KEY": KEY,
        "SENDX_BASE_URL": url,
    }


def tool(name: str) -> str:
    """Return where a tool is.

    Raises:
        MissingPeer: It is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise MissingPeer(f"{name} is not installed")
    return found


def client(name: str) -> str:
    """Return where one of the clients written for this comparison is."""
    return str(CLIENTS / name)


ALONE = "--no-account"
"""For our command beside others, of which none reads the account: the service counts all calls."""


def sendx(folder: Path, rows: int, *options: str) -> Command:
    """Return our command on a file."""
    file = contacts.csv_file(folder, rows)
    words = [SENDX, "identify", "--from", str(file), "--yes", "-o", "jsonl", *options]
    return Command("sendx", words, rows)


def xargs_curl(folder: Path, rows: int, url: str, *options: str, at_once: int = 8) -> Command:
    """Return a curl a row, so many at a time.

    Raises:
        MissingPeer: curl or xargs is not installed.
    """
    words = [tool("xargs"), "-0", f"-P{at_once}", "-n1"]
    words += [tool("curl"), "-sS", *options, *JSON_HEADERS]
    words += [f"{url}/contact/identify", "-d"]
    return Command(f"xargs -P{at_once} curl", words, rows, contacts.bodies_file(folder, rows))


def curl_parallel(folder: Path, rows: int, url: str) -> Command:
    """Return one curl for all rows, fifty under way on kept connections.

    Raises:
        MissingPeer: curl is not installed.
    """
    config = contacts.curl_config(folder, rows, url, KEY)
    words = [tool("curl"), "-sS", "--parallel", "--parallel-max", "50", "-K", str(config)]
    return Command("curl --parallel, 50", words, rows)


def sdk_threads(folder: Path, rows: int, python: Path) -> Command:
    """Return SendX's Python SDK on 32 threads."""
    file = contacts.csv_file(folder, rows)
    words = [str(python), client("sdk_threads.py"), str(file), "32"]
    return Command("Python SDK, 32 threads", words, rows)


def sdk_promises(folder: Path, rows: int, modules: Path) -> Command:
    """Return SendX's JavaScript SDK with 50 promises under way.

    Raises:
        MissingPeer: Node is not installed.
    """
    file = contacts.csv_file(folder, rows)
    words = [tool("node"), client("sdk_promises.cjs"), str(file), "50"]
    environ = {"NODE_PATH": str(modules)}
    return Command("JavaScript SDK, 50 promises", words, rows, environ=environ)


def backing_off(folder: Path, rows: int, threads: int) -> Command:
    """Return threads of the standard library that know nothing but back-off."""
    file = contacts.csv_file(folder, rows)
    words = [sys.executable, client("backing_off.py"), str(file), str(threads)]
    return Command(f"back-off alone, {threads} threads", words, rows)
