"""Waits that are too long: the service asks for one, or nothing succeeds."""

import contextlib
import io
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from sendx_cli.clock import SystemClock
from sendx_cli.runtime import Runtime
from tests.conftest import CANARY, Run, invoke
from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer
from tests.tools import heed_time_zone

NOON_UTC = 1_795_521_600.0
"""2026-11-24 12:00:00 UTC."""
SLOW_DOWN = {"status": "error", "message": "slow down"}


class NoonClock(SystemClock):
    """A machine whose calendar stands still at noon."""

    def unix(self) -> float:
        return NOON_UTC


@pytest.fixture
def at_noon(
    server: ScriptedServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Run]]:
    """Runs a command at noon UTC, which is one o'clock here."""
    assert folder.is_dir()
    monkeypatch.setenv("TZ", "XXX-1")
    heed_time_zone()

    def run(*words: str) -> Run:
        environ = {**os.environ, "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
        runtime = Runtime(environ, io.StringIO(), NoonClock())
        return invoke(words, runtime)

    yield run
    monkeypatch.undo()
    heed_time_zone()


def asking(status: int, retry_after: str) -> Callable[[Request, int], Answering]:
    said = json_answer(status, SLOW_DOWN, {"Retry-After": retry_after})
    return lambda _request, _number: said


def write_people(count: int) -> None:
    Path("p.csv").write_text("email\n" + "".join(f"p{n}@b.co\n" for n in range(count)))


def record(send: Send) -> dict[str, object]:
    (run,) = map(json.loads, send("runs", "list", "-o", "jsonl").out.splitlines())
    members: dict[str, object] = run
    return members


@pytest.mark.parametrize("status", [429, 503])
def test_a_run_that_is_told_to_come_back_later_says_when(
    at_noon: Callable[..., Run], send: Send, server: ScriptedServer, status: int
) -> None:
    """Nothing has failed: every row is to come, and the command that continues is named."""
    write_people(100)
    server.script = asking(status, "3900")
    run = at_noon("identify", "--from", "p.csv")
    made = record(send)
    assert run.code == 5
    assert [line for line in run.err.splitlines() if "wait" in line or "continues" in line] == [
        "sendx: stopped: the service asks to wait until 14:05: resume the run then",
        f"  hint: `sendx runs resume {made['run']}` continues",
    ]
    assert (made["to_come"], made["failed"], made["unknown"]) == (100, 0, 0)
    assert len(server.requests) <= 8
    server.script = lambda _request, _number: OK
    assert send("runs", "resume", "-q").code == 0
    assert record(send)["accepted"] == 100


def test_a_track_that_is_told_to_come_back_later_is_still_to_come(
    at_noon: Callable[..., Run], send: Send, server: ScriptedServer
) -> None:
    """It was marked as under way before it was sent, and surely did not arrive."""
    write_people(20)
    server.script = asking(429, "86400")
    run = at_noon("track", "--from", "p.csv", "--add-tag", "vip")
    assert run.code == 5
    assert "asks to wait until 2026-11-25 13:00: resume the run then\n" in run.err
    assert record(send)["to_come"] == 20


def test_what_a_run_may_wait_is_its_outage(send: Send, server: ScriptedServer) -> None:
    """A wait of a minute is too long where nothing may fail for five seconds."""
    write_people(10)
    server.script = asking(503, "60")
    run = send("identify", "--from", "p.csv", "--max-outage", "5")
    assert (run.code, record(send)["to_come"]) == (5, 10)
    assert re.search(r"the service asks to wait until .*\d\d:\d\d: resume the run then\n", run.err)


@pytest.mark.parametrize("status", [429, 503])
def test_a_single_call_that_is_told_to_come_back_later_ends_at_once(
    at_noon: Callable[..., Run], server: ScriptedServer, status: int
) -> None:
    """With exit 5, one request, and the moment; of several contacts no other is sent."""
    server.script = asking(status, "3900")
    words = ("identify", "a@b.co", "c@d.co", "--concurrency", "1")
    run = at_noon(*words)
    first, second = map(json.loads, run.out.splitlines())
    message = "the service asks to wait until 14:05"
    assert (run.code, len(server.requests)) == (5, 1)
    assert run.err == (
        f"sendx: a@b.co: skipped: {message} (HTTP {status})\n"
        "  hint: run it again then\n"
        "sendx: 1 of 2 contacts were not sent\n"
    )
    assert (first["ok"], first["status"], first["response"]) == (False, status, SLOW_DOWN)
    assert first["error"] == {
        "kind": "asked_to_wait",
        "message": message,
        "hint": "run it again then",
    }
    assert second["message"] == f"not sent: {message}"


@pytest.mark.parametrize("headers", ["2\r\nRetry-After: 3900", "3900, 2"])
def test_of_two_waits_the_longer_holds(
    at_noon: Callable[..., Run], server: ScriptedServer, headers: str
) -> None:
    """As two headers or as one, in either order."""
    server.script = asking(429, headers)
    assert "asks to wait until 14:05 (HTTP 429)" in at_noon("identify", "a@b.co").err


class Silent:
    """Takes connections, and says nothing, or a byte now and then."""

    def __init__(self, said: bytes = b"") -> None:
        self._said = said
        self.connections = 0
        self._is_over = threading.Event()

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._is_over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def url(self, scheme: str) -> str:
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}/api/v1/rest"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                if self._said:
                    threading.Thread(target=self._trickle, args=(connection,), daemon=True).start()

    def _trickle(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(self._said)
            while not self._is_over.wait(0.05):
                connection.sendall(b"x")


SILENCES = {
    "nothing in TLS": ("https", b""),
    "nothing": ("http", b""),
    "a byte of the headers now and then": ("http", b"HTTP/1.1 200 OK\r\nX-"),
    "a byte of the body now and then": (
        "http",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
    ),
}


@pytest.mark.parametrize("silence", SILENCES)
def test_an_outage_ends_by_the_clock_whatever_the_silence(
    silence: str, send: Send, folder: Path
) -> None:
    """The calls begun by then are all that were: eight at once, then one after another."""
    assert folder.is_dir()
    write_people(100)
    scheme, said = SILENCES[silence]
    with Silent(said) as silent:
        url = silent.url(scheme)
        environ = {**os.environ, "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": url}
        runtime = Runtime(environ, io.StringIO())
        words = ("identify", "--from", "p.csv", "--max-outage", "2", "--timeout", "1", "-q")
        run = invoke((*words, "--no-account"), runtime)
    assert (run.code, record(send)["to_come"]) == (5, 100)
    assert "stopped: nothing was accepted for 2 s: no " in run.err
    assert 8 <= silent.connections <= 12
