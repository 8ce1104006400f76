"""What the engine by libcurl holds beyond what all engines hold."""

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sendx_cli.api import failures
from sendx_cli.api.requests import Call
from sendx_cli.core.replies.answers import Answer
from sendx_cli.errors import ServiceUnusable
from tests.api.engines import HEADERS, KEY, ask, engine, post, some
from tests.api.tls_servers import TlsServer
from tests.servers import OK, Answering, Request, Reset, ScriptedServer

if TYPE_CHECKING:
    from sendx_cli.api.exchange import Reply

pytestmark = pytest.mark.usefixtures("libcurl")


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


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://", "http://h:99999", "x"])
def test_a_proxy_that_cannot_be_used_is_refused_at_once(proxy: str) -> None:
    """Before any row is read."""
    from sendx_cli.api.curl_exchange import CurlExchange

    with pytest.raises(ServiceUnusable):
        CurlExchange(HEADERS, 20.0, proxy=proxy)


@pytest.mark.parametrize(
    ("method", "second", "asked"),
    [
        ("POST", Reset(), "close"),
        ("POST", Reset(b"HTTP/1.1 "), "close"),
        ("GET", Reset(), "close"),
        ("POST", None, None),
    ],
)
def test_a_connection_that_breaks_under_its_second_call_was_not_worth_keeping(
    server: ScriptedServer, method: str, second: Answering, asked: str | None
) -> None:
    """One that is merely silent says nothing about whether the server keeps connections."""
    replies: list[Answering] = [OK, second, OK]
    server.script = lambda _request, number: replies[number - 1]
    with engine("curl", server.url, timeout_s=20.0 if second else 1.0) as exchange:
        calls = [Call(method, server.url, b"{}" if method == "POST" else b"")] * 3
        outcomes = [ask(exchange, call, ticket).reply for ticket, call in enumerate(calls)]
    assert [isinstance(outcome, Answer) for outcome in outcomes] == [True, False, True]
    assert server.requests[2].headers.get("connection") == asked


def test_connections_are_kept_while_fewer_calls_are_in_flight(server: ScriptedServer) -> None:
    """The rate goes up again: they need not be opened anew."""
    both = threading.Barrier(12)

    def script(_request: Request, number: int) -> Answering:
        if number <= 12 or number > 15:
            both.wait(30.0)
        return OK

    server.script = script
    with engine("curl", server.url) as exchange:
        for together in (12, 1, 1, 1, 12):
            for ticket in range(together):
                exchange.submit(ticket, post(server.url))
            replies: list[Reply] = []
            while len(replies) < together:
                replies += some(exchange)
    assert (len(server.requests), server.connections) == (27, 12)


def test_connections_are_closed_though_a_call_broke(server: ScriptedServer) -> None:
    """Only a look-up that goes on in a thread of libcurl's keeps them open until the end."""
    replies: list[Answering] = [Reset(), OK]
    server.script = lambda _request, number: replies[number - 1]
    with engine("curl", server.url) as exchange:
        for ticket in range(2):
            ask(exchange, post(server.url), ticket)
    server.wait_until_closed()
