"""Starting the service of the benchmarks, and asking what it counted."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.limits import Limit

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls that the service saw; moments are seconds of the machine's monotonic clock."""

    accepted: int
    refused: int
    connections: int
    first_s: float | None
    last_s: float | None

    @property
    def lasted_s(self) -> float:
        """Seconds between the first call and the last."""
        return 0.0 if self.first_s is None or self.last_s is None else self.last_s - self.first_s


@dataclass(frozen=True, slots=True)
class Served:
    """A running service."""

    port: int
    scheme: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/api/v1/rest"

    def counted(self) -> Counted:
        """Return what was counted until now."""
        return self._ask("/counts", "GET")

    def forget(self) -> None:
        """Begin the counts anew."""
        self._ask("/forget", "POST")

    def _ask(self, path: str, method: str) -> Counted:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return Counted(**json.load(answer))


@contextmanager
def serving(
    latency_s: float = 0.0,
    limit: Limit | None = None,
    certificate: Path | None = None,
    contacts: int = 0,
) -> Iterator[Served]:
    """Run the service in a process of its own while the block runs.

    Args:
        latency_s: How long each answer is held back.
        limit: What it allows; without it, everything.
        certificate: A PEM file with certificate and key: it speaks TLS, and is not asked counts.
        contacts: How many contacts its account has to be read.
    """
    asked = {
        "latency_s": latency_s,
        "limit": None if limit is None else asdict(limit),
        "certificate": None if certificate is None else str(certificate),
        "contacts": contacts,
    }
    words = [sys.executable, "-m", "tests.benchmarks.server"]
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        try:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            port = int(process.stdout.readline())
            yield Served(port, "https" if certificate else "http")
        finally:
            process.stdin.close()
