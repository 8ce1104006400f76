"""A service that closes each connection a moment after its first answer, and does not say so."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes.conftest import Start
from tests.servers import OK, Answering, ScriptedServer

ROWS = 600
AT_ONCE = 8


@dataclass
class ClosingServer(ScriptedServer):
    """Takes no second request, but leaves time for one to be written."""

    def _answer(self, connection: socket.socket, _answering: Answering) -> None:
        connection.sendall(OK)
        time.sleep(0.003)
        connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionError("closed")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Stands in the place of the one that keeps its connections."""
    with ClosingServer() as running:
        yield running


def test_no_more_rows_end_unknown_than_were_under_way_when_the_first_did(
    start: Start, server: ScriptedServer, folder: Path
) -> None:
    """What was written to a closing connection may have arrived; from then on none is kept."""
    rows = "".join(f"p{number}@b.co,vip\n" for number in range(ROWS))
    (folder / "rows.csv").write_text(f"email,add_tags\n{rows}")
    words = ("track", "--from", "rows.csv", "--concurrency", str(AT_ONCE), "-q", "-o", "jsonl")
    with start(*words) as sending:
        out, _ = sending.communicate(timeout=100)
    results = [json.loads(line) for line in out.splitlines()]
    lost = [result["error"]["kind"] for result in results if not result["ok"]]
    assert len(results) == ROWS
    assert set(lost) <= {"unknown"}
    assert len(lost) <= AT_ONCE
    assert len(server.requests) == ROWS - len(lost)
