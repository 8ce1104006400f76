import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from io import StringIO
from pathlib import Path

import httpx
import pytest

from sendx_cli.errors import InvalidValue
from sendx_cli.sandbox.account import account_of
from sendx_cli.sandbox.contents import contacts
from sendx_cli.sandbox.faults import Failure, Faults, Latency, RateLimit
from sendx_cli.sandbox.log import Entry, LogWriter
from sendx_cli.sandbox.server import ServeOptions, Server
from tests.sandbox.doors import client_of, serving

ANN = {"email": "ann@b.co"}
SERVING = """
import sys
from pathlib import Path
from sendx_cli.sandbox.server import ServeOptions, serve

def tell(url):
    sys.stdout.write(url + "\\n")
    sys.stdout.flush()

sys.stdout.write(serve(ServeOptions(path=Path(sys.argv[1])), on_ready=tell).name)
"""

WAITING_AS_ON_WINDOWS = """
import os, selectors, signal

class Uninterrupted(selectors.DefaultSelector):
    def select(self, timeout=None):
        old = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        os.kill(os.getpid(), signal.SIGINT)
        try:
            return super().select(timeout)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, old)

selectors.DefaultSelector = Uninterrupted
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


@pytest.fixture
def served(path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SERVING, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(served: subprocess.Popen[str], number: signal.Signals) -> None:
    """It says the URL when it takes connections, ends by itself, and says which signal it was."""
    assert served.stdout is not None
    url = served.stdout.readline().strip()
    with client_of(url) as client:
        assert client.post("/contact/identify", json=ANN).status_code == 200
        served.send_signal(number)
        assert (served.wait(timeout=20), served.stdout.read()) == (0, number.name)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_a_signal_ends_it_where_waiting_is_not_interrupted(path: Path) -> None:
    """On Windows a handler runs only once `select` has returned."""
    command = [sys.executable, "-c", WAITING_AS_ON_WINDOWS + SERVING, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            out, _ = process.communicate(timeout=30)
            assert (process.returncode, out.splitlines()[1]) == (0, "SIGINT")
        finally:
            process.kill()


def test_a_port_that_is_taken_is_refused(path: Path) -> None:
    """The hint says how to get a free one."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InvalidValue) as refused:
            Server(ServeOptions(path=path, port=port))
    assert (refused.value.message, refused.value.hint) == (
        f"cannot listen on port {port}: address already in use",
        "remove --port to use a free one",
    )


def test_it_begins_with_a_team(path: Path) -> None:
    """The port answers with it from the first request on."""
    account = account_of({"tags": ["vip"], "contacts": [ANN]})
    with serving(path, account=account) as url, client_of(url) as client:
        assert [tag["name"] for tag in client.get("/tag").json()] == ["vip"]
    assert [contact["email"] for contact in contacts(path)] == ["ann@b.co"]


def test_a_port_that_is_taken_leaves_the_sandbox_empty(path: Path) -> None:
    """The team would stand in the way of the next try."""
    account = account_of({"contacts": [ANN]})
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(InvalidValue):
        Server(ServeOptions(path=path, port=other.getsockname()[1], account=account))
    assert contacts(path) == []


def test_a_port_that_cannot_be_is_refused(path: Path) -> None:
    """Ports end at 65535."""
    with pytest.raises(InvalidValue, match="cannot listen on port 65536: ports end at 65535"):
        Server(ServeOptions(path=path, port=65536))


@pytest.mark.parametrize(
    ("header", "status"),
    [("right", 200), ("Token right", 200), ("wrong", 401), ("right wrong", 401)],
)
def test_a_given_key_is_the_only_one(path: Path, header: str, status: int) -> None:
    """It is the last word of the header; a prefix may stand before it."""
    with serving(path, key="right") as url, client_of(url) as client:
        response = client.post("/contact/identify", json=ANN, headers={"X-Team-ApiKey": header})
    assert response.status_code == status


def test_a_connection_serves_many_requests(path: Path) -> None:
    """Also after a refusal, and with the body in chunks."""
    with serving(path) as url, client_of(url) as client:
        first = client.post("/contact/track", json={**ANN, "addTags": ["x"]})
        local = first.extensions["network_stream"].get_extra_info("client_addr")
        second = client.post("/contact/identify", content=iter([b'{"email":', b'"ann@b.co"}']))
        assert second.extensions["network_stream"].get_extra_info("client_addr") == local
    assert (first.status_code, second.status_code) == (404, 200)


def test_what_is_no_request_is_answered_and_ends_the_connection(path: Path) -> None:
    """Even where the client sends more than anybody reads."""
    with (
        serving(path) as url,
        socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0), timeout=20) as peer,
        peer.makefile("rb") as stream,
    ):
        peer.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"
            + b"x" * 100_000
        )
        peer.shutdown(socket.SHUT_WR)
        phrase = HTTPStatus(413).phrase  # it changed with Python 3.13
        assert stream.readline() == f"HTTP/1.1 413 {phrase}\r\n".encode()
        assert stream.read().endswith(f'{{"status":"error","message":"{phrase}"}}'.encode())


def test_head_has_no_body(path: Path) -> None:
    """The next answer on the connection is where the client looks for it."""
    with serving(path) as url, client_of(url) as client:
        statuses = [client.head("/tag").status_code, client.get("/tag").status_code]
    assert statuses == [405, 200]


@pytest.mark.parametrize("kind", ["500", "html", "quota"])
def test_an_answer_in_the_apis_stead_changes_nothing(path: Path, kind: str) -> None:
    """The service failed before it did anything."""
    faults = Faults(failures=(Failure(kind, 1),), latency=Latency(0.001, 0.002))
    with serving(path, faults=faults) as url, client_of(url) as client:
        client.post("/contact/identify", json=ANN)
    assert contacts(path) == []


def test_a_reset_comes_after_the_fact(path: Path) -> None:
    """The contact is there, and the client cannot know."""
    faults = Faults(failures=(Failure("reset", 1),))
    with serving(path, faults=faults) as url, client_of(url) as client:
        with pytest.raises(httpx.ReadError):
            client.post("/contact/identify", json=ANN)
        assert [contact["email"] for contact in contacts(path)] == ["ann@b.co"]


def test_a_timeout_comes_after_the_fact(path: Path) -> None:
    """The client waits in vain; the server still ends when it should."""
    faults = Faults(failures=(Failure("timeout", 1),))
    with serving(path, faults=faults) as url, client_of(url) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/contact/identify", json=ANN, timeout=httpx.Timeout(10, read=0.2))
        assert [contact["email"] for contact in contacts(path)] == ["ann@b.co"]


def test_what_comes_too_fast_is_429(path: Path) -> None:
    """After the burst, with `Retry-After` where it was asked for."""
    faults = Faults(rate_limit=RateLimit(0.001, 2, says_when=True))
    with serving(path, faults=faults) as url, client_of(url) as client:
        answers = [client.get("/tag") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1000"


READS = ("/tag", "/customfield", "/list", "/contact", "/contact/contact_x", "/team/member")


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(("kind", "status"), [("503", 503), ("html", 200), ("quota", 429)])
def test_reads_fail_like_writes(path: Path, read: str, kind: str, status: int) -> None:
    """Whatever is answered in the API's stead, no page is among it."""
    faults = Faults(failures=(Failure(kind, 1),))
    with serving(path, faults=faults) as url, client_of(url) as client:
        answer = client.get(read)
    assert answer.status_code == status
    assert not answer.text.startswith("[")


@pytest.mark.parametrize("read", READS)
def test_a_read_can_be_cut_off(path: Path, read: str) -> None:
    """The connection is reset before a page comes."""
    faults = Faults(failures=(Failure("reset", 1),))
    with (
        serving(path, faults=faults) as url,
        client_of(url) as client,
        pytest.raises(httpx.ReadError),
    ):
        client.get(read)


@pytest.mark.parametrize("read", READS)
def test_a_read_can_wait_in_vain(path: Path, read: str) -> None:
    """Nothing comes, until the client gives up."""
    faults = Faults(failures=(Failure("timeout", 1),))
    with (
        serving(path, faults=faults) as url,
        client_of(url) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get(read, timeout=httpx.Timeout(10, read=0.2))


@pytest.mark.parametrize("read", READS)
def test_a_read_counts_against_the_limit(path: Path, read: str) -> None:
    """One limit for all: after a read, a write comes too fast, and a read after it as well."""
    faults = Faults(rate_limit=RateLimit(0.001, 1))
    with serving(path, faults=faults) as url, client_of(url) as client:
        client.get(read)
        statuses = [
            client.post("/contact/identify", json=ANN).status_code,
            client.get(read).status_code,
        ]
    assert statuses == [429, 429]


@pytest.mark.parametrize("read", READS)
def test_a_read_is_answered_late(path: Path, read: str) -> None:
    """Later than the client waits; the server still ends when it should."""
    faults = Faults(latency=Latency(600, 600))
    with (
        serving(path, faults=faults) as url,
        client_of(url) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get(read, timeout=httpx.Timeout(10, read=0.2))


def test_each_request_is_told_of(path: Path) -> None:
    """Also those that are never answered; applied are those that changed the contacts."""
    entries: list[Entry] = []
    with serving(path, on_request=entries.append) as url, client_of(url) as client:
        client.post("/contact/identify", json={**ANN, "newEmail": "x@b.co"})
        client.post("/contact/identify/bulk", json=[{"email": "one@b.co"}, {"email": "two"}])
        client.get("/tag?limit=1")
    faults = Faults(failures=(Failure("reset", 1),))
    with (
        serving(path, faults=faults, on_request=entries.append) as url,
        client_of(url) as client,
        pytest.raises(httpx.ReadError),
    ):
        client.post("/contact/identify", json=ANN)
    base = "/api/v1/rest"
    assert [
        (e.method, e.path.removeprefix(base), e.emails, e.status, e.fault, e.was_applied)
        for e in entries
    ] == [
        ("POST", "/contact/identify", ("ann@b.co", "x@b.co"), 200, None, True),
        ("POST", "/contact/identify/bulk", ("one@b.co", "two"), 422, None, False),
        ("GET", "/tag", (), 200, None, False),
        ("POST", "/contact/identify", ("ann@b.co",), None, "reset", True),
    ]


def test_a_line_of_the_log() -> None:
    """JSON Lines, flushed, without the key."""
    stream = StringIO()
    LogWriter(stream).write(
        Entry(
            unix_s=1_700_000_000.25,
            method="POST",
            path="/contact/track",
            emails=("a@b.co",),
            status=404,
            fault=None,
            was_applied=False,
        )
    )
    assert stream.getvalue().endswith("\n")
    assert json.loads(stream.getvalue()) == {
        "time": "2023-11-14T22:13:20.250+00:00",
        "method": "POST",
        "path": "/contact/track",
        "emails": ["a@b.co"],
        "status": 404,
        "fault": None,
        "applied": False,
    }
