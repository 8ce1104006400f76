"""A run that is interrupted while its account is read."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import CANARY
from tests.servers import ScriptedServer


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_run_ends_by_the_signal_and_nothing_was_sent(
    program: str, server: ScriptedServer, tmp_path: Path, home: Path, name: str
) -> None:
    """A service that gives no page holds nobody up, and the file can be begun anew."""
    answers = server.pages
    server.pages = lambda _: None
    path = tmp_path / "people.csv"
    path.write_text("email\njane@example.com\n", "utf-8")
    environ = {"HOME": str(home), "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    words = [program, "track", "--from", str(path), "--add-tag", "vip", "-o", "jsonl"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ
    ) as running:
        while not server.reads:
            assert running.poll() is None
        running.send_signal(signal.Signals[name])
        out, _ = running.communicate(timeout=60)
    assert (running.returncode, out, server.requests) == (-signal.Signals[name], b"", [])
    server.pages = answers
    again = subprocess.run(words, capture_output=True, env=environ, check=False, timeout=60)
    assert (again.returncode, len(server.requests)) == (0, 1)
