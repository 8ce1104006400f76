"""What the engine by libcurl holds beyond what all engines hold."""

import contextlib
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from sendx_cli.api import failures
from sendx_cli.core.replies.answers import Answer
from sendx_cli.errors import ServiceUnusable
from tests.api.engines import HEADERS, KEY, ask, engine, post
from tests.api.tls_servers import TlsServer
from tests.servers import OK, Answering, Request, Reset, ScriptedServer

if TYPE_CHECKING:
    from sendx_cli.api.exchange import Reply

pytestmark = pytest.mark.usefixtures("libcurl")

OPEN = f"""
from sendx_cli.api.curl_exchange import CurlExchange
from sendx_cli.api.requests import Call
exchange = CurlExchange({HEADERS!r}, 20.0)
def call(url):
    exchange.submit(1, Call("POST", url, b"x"))
"""


def run(code: str, url: str) -> tuple[int, str, str]:
    finished = subprocess.run(
        [sys.executable, "-c", OPEN + code, url],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return finished.returncode, finished.stdout.strip(), finished.stderr


def test_this_machine_can_use_it() -> None:
    """Or else the rest of this file shows nothing."""
    from sendx_cli.api.curl_exchange import is_usable

    assert is_usable()


def test_nothing_is_trusted_where_nothing_is_named(
    tls_server: TlsServer, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what libcurl was built with nor the environment fills the gap."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(ca_file))
    with engine("curl", tls_server.url) as exchange:
        reply = ask(exchange, post(tls_server.url)).reply
    assert reply == failures.unusable_request("UnsupportedProtocol")


def test_the_environment_adds_no_authority(
    tls_server: TlsServer, ca_file: Path, other_ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is named is all that is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(ca_file))
    with engine("curl", tls_server.url, ca_file=other_ca_file) as exchange:
        reply = ask(exchange, post(tls_server.url)).reply
    assert reply == failures.untrusted("localhost", "unable to get local issuer certificate")


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_no_authority_is_added_that_was_built_in(
    tls_server: TlsServer, ca_file: Path, tmp_path: Path, kind: str
) -> None:
    """The binding finds a bundle and a directory of the system by itself, and fills either in."""
    import pycurl

    from sendx_cli.api.curl_transfer import Terms, Transfer
    from sendx_cli.api.kept_connections import KeptConnections

    file, directory = (str(ca_file), None) if kind == "file" else (None, str(tmp_path))
    transfer = Transfer(Terms(HEADERS, 20.0, KEY, None, file, directory), KeptConnections())
    said: list[str] = []
    transfer.curl.setopt(pycurl.VERBOSE, 1)
    transfer.curl.setopt(pycurl.DEBUGFUNCTION, lambda _kind, text: said.append(text.decode()))
    transfer.begin(1, post(tls_server.url), 0.0)
    with contextlib.suppress(pycurl.error):
        transfer.curl.perform()
    transfer.close()
    trusted = [line.split() for line in said if line.strip().startswith(("CAfile:", "CApath:"))]
    assert trusted == ([["CAfile:", file]] if file else [["CApath:", directory]])


def test_a_bundle_that_cannot_be_read_is_final(tls_server: TlsServer, tmp_path: Path) -> None:
    """Nothing is sent, and nothing else is trusted in its place."""
    with engine("curl", tls_server.url, ca_file=tmp_path / "missing.pem") as exchange:
        reply = ask(exchange, post(tls_server.url)).reply
    expected = failures.unusable_request("the certificate authorities cannot be read")
    assert reply == expected


def test_replies_that_are_there_together_come_together(server: ScriptedServer) -> None:
    """One that breaks down does not hold the others."""

    def script(request: Request, _number: int) -> Answering:
        return Reset() if request.body == b"3" else OK

    server.script = script
    replies: list[Reply] = []
    with engine("curl", server.url) as exchange:
        for ticket in range(8):
            exchange.submit(ticket, post(server.url, str(ticket).encode()))
        while len(replies) < 8:
            replies += exchange.wait(30.0)
    broken = [reply.ticket for reply in replies if not isinstance(reply.reply, Answer)]
    assert sorted(reply.ticket for reply in replies) == list(range(8))
    assert broken == [3]
    assert all(reply.elapsed_s >= 0 for reply in replies)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://", "http://h:99999", "x"])
def test_a_proxy_that_cannot_be_used_is_refused_at_once(proxy: str) -> None:
    """Before any row is read."""
    from sendx_cli.api.curl_exchange import CurlExchange

    with pytest.raises(ServiceUnusable):
        CurlExchange(HEADERS, 20.0, proxy=proxy)


def test_a_signals_handler_ends_a_wait(server: ScriptedServer) -> None:
    """A wait without limit returns, and the call under way goes on."""
    server.script = lambda _request, _number: None
    with engine("curl", server.url) as exchange:
        exchange.submit(1, post(server.url))

        def on_alarm(_number: int, _frame: FrameType | None) -> None:
            exchange.wake()

        before = signal.signal(signal.SIGALRM, on_alarm)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            assert exchange.wait(None) == []
        finally:
            signal.signal(signal.SIGALRM, before)
        assert exchange.wait(0.0) == []
    assert len(server.requests) == 1


def test_closing_twice_and_waking_afterwards_do_no_harm(server: ScriptedServer) -> None:
    """Also with a call under way: a signal may come at any moment."""
    from sendx_cli.api.curl_exchange import CurlExchange

    server.script = lambda _request, _number: None
    exchange = CurlExchange(HEADERS, 20.0)
    exchange.submit(1, post(server.url))
    assert exchange.wait(0.05) == []
    exchange.close()
    exchange.close()
    exchange.wake()


def test_closing_breaks_off_calls_that_have_begun() -> None:
    """The service is not left with an open connection until the process ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        from sendx_cli.api.curl_exchange import CurlExchange

        exchange = CurlExchange(HEADERS, 20.0)
        exchange.submit(1, post(url))
        exchange.wait(0.05)
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(30.0)
            head = b""
            while b"a@b.co" not in head:
                assert exchange.wait(0.01) == []
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    head += connection.recv(65_536)
            connection.settimeout(30.0)
            exchange.close()
            with contextlib.suppress(ConnectionError):
                assert connection.recv(1) == b""


def test_an_interpreter_that_ends_amid_a_call_ends_in_peace(server: ScriptedServer) -> None:
    """Nobody closed the exchange, and nothing is said about it."""
    server.script = lambda _request, _number: None
    code = "import sys\ncall(sys.argv[1])\nprint(exchange.wait(0.1))"
    assert run(code, server.url) == (0, "[]", "")


def test_one_connection_serves_call_after_call(server: ScriptedServer) -> None:
    """It is kept, not opened anew."""
    with engine("curl", server.url) as exchange:
        for ticket in range(300):
            ask(exchange, post(server.url), ticket)
    assert server.connections == 1
