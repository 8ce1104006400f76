"""What every engine holds alike: the same fault is told in the same words."""

import contextlib
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from sendx_cli.api.exchange import LONGEST_LIFE_S
from sendx_cli.api.requests import Call
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import MAX_BODY_BYTES
from tests.api.engines import (
    ENGINES,
    HEADERS,
    KEY,
    ask,
    engine,
    post,
    some,
    wait_for_threads,
)
from tests.api.tls_servers import Proxy, TlsServer
from tests.servers import OK, Answering, Request, Reset, ScriptedServer, answer, json_answer
from tests.tools import need_libcurl

if TYPE_CHECKING:
    from sendx_cli.api.exchange import Reply

pytestmark = pytest.mark.parametrize("name", ENGINES)

TOO_LONG = TransportFailure("broken_answer", "the answer is too long", may_have_arrived=True)
ENCODED = TransportFailure(
    "broken_answer", "the answer is in an encoding that was not requested", may_have_arrived=True
)
LOST = TransportFailure(
    "connection_lost",
    "the connection broke before the answer",
    may_have_arrived=True,
    hint="run it again later",
)
LATE = TransportFailure(
    "timeout", "no answer within 0.3 s", may_have_arrived=True, hint="run it again later"
)
NETWORK_HINT = "check the network and the base URL, then run it again"
PROXY_HINT = "check the proxy in the environment (HTTPS_PROXY, NO_PROXY)"


PASSWORD = "Proxy0password1"


def unreached(message: str, hint: str = NETWORK_HINT) -> TransportFailure:
    return TransportFailure("connection", message, may_have_arrived=False, hint=hint)


def untrusted(reason: str) -> TransportFailure:
    return TransportFailure(
        "certificate",
        f"the certificate of localhost cannot be trusted: {reason}",
        may_have_arrived=False,
        is_final=True,
        hint="the connection may be intercepted; for a company proxy, set SENDX_CA_BUNDLE to "
        "its certificate authority",
    )


OUT_OF_FILES = """
import contextlib, os, resource, sys
from tests.api.engines import ask, engine, post
name, url = sys.argv[1:]
before = resource.getrlimit(resource.RLIMIT_NOFILE)
with engine(name, url) as first, engine(name, url) as exchange:
    ask(first, post(url))  # all is loaded that loads when needed
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
    with contextlib.suppress(OSError):
        while True:
            os.dup(2)
    reply = ask(exchange, post(url)).reply
    resource.setrlimit(resource.RLIMIT_NOFILE, before)  # the interpreter's end needs files
print((reply.kind, reply.may_have_arrived, reply.is_final), reply.message)
"""
LEFT_AMID = """
import sys
from tests.api.engines import ENGINES, post
name, url = sys.argv[1:]
exchange = ENGINES[name](url, 20.0)
exchange.submit(1, post(url))
print(exchange.wait(0.1))
"""


def run(code: str, name: str, url: str) -> tuple[int, str, str]:
    """Run this code in a process of its own; return its exit code, stdout and stderr."""
    if name == "curl":
        need_libcurl()
    finished = subprocess.run(
        [sys.executable, "-c", code, name, url],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return finished.returncode, finished.stdout, finished.stderr


STRANGER = untrusted("unable to get local issuer certificate")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG_BODY = b"x" * (MAX_BODY_BYTES + 1)

FAULTS: dict[str, tuple[Answering, TransportFailure]] = {
    "closed before the status": (Reset(), LOST),
    "cut status line": (Reset(b"HTTP/1.1 2"), LOST),
    "cut body": (Reset(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), LOST),
    "cut chunked body": (Reset(CHUNKED + b"9\r\n{}"), LOST),
    "garbled answer": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", LOST),
    "garbled length": (b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n{}", LOST),
    "too long, said so": (answer(200, LONG_BODY), TOO_LONG),
    "too long, unsaid": (CHUNKED + b"%x\r\n" % len(LONG_BODY) + LONG_BODY, TOO_LONG),
    "encoding that was not requested": (answer(200, b"{}", {"Content-Encoding": "br"}), ENCODED),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_trouble_after_the_request_has_left_is_ambiguous(
    name: str, fault: str, server: ScriptedServer
) -> None:
    """Whatever goes wrong then, the service may have acted, and the request went out once."""
    said, expected = FAULTS[fault]
    server.script = lambda _request, _number: said
    with engine(name, server.url) as exchange:
        assert ask(exchange, post(server.url)).reply == expected
    assert len(server.requests) == 1
    assert expected.may_have_arrived


@pytest.mark.parametrize("end", [Reset(), Reset(b"HTTP/1.1 2")])
def test_nothing_is_sent_twice_over_a_kept_connection(
    name: str, end: Reset, server: ScriptedServer
) -> None:
    """A kept connection that dies with a request on it does not make the engine repeat it."""
    server.script = lambda _request, number: end if number == 2 else OK
    with engine(name, server.url) as exchange:
        assert isinstance(ask(exchange, post(server.url)).reply, Answer)
        assert ask(exchange, post(server.url, b'{"email":"second@b.co"}')).reply == LOST
        assert server.connections == 1 or len(server.requests) == 2
        assert isinstance(ask(exchange, post(server.url, b'{"email":"third@b.co"}')).reply, Answer)
    emails = [json.loads(request.body)["email"] for request in server.requests]
    assert emails == ["a@b.co", "second@b.co", "third@b.co"]


def test_an_answer_comes_whole_and_without_the_key(name: str, server: ScriptedServer) -> None:
    """Status, headers in lower case with repeated ones joined, and a body without the secret."""
    headers = {"X-Some": "a", "Set-Cookie": "s=1", "x-some": "b"}
    server.script = lambda _request, _number: json_answer(422, {"message": f"bad {KEY}"}, headers)
    with engine(name, server.url) as exchange:
        reply = ask(exchange, post(server.url)).reply
        ask(exchange, post(server.url))
    body = json.dumps({"message": f"bad {KEY}"}).encode()
    assert reply == Answer(
        422,
        {
            "content-length": str(len(body)),
            "content-type": "application/json",
            "x-some": "a, b",
            "set-cookie": "s=1",
        },
        body.replace(KEY.encode(), b"********"),
    )
    assert server.connections == 1
    assert "cookie" not in server.requests[1].headers


def test_what_goes_over_the_wire_is_ours_alone(name: str, server: ScriptedServer) -> None:
    """No header is added to the ones handed in but the host, the length and keep-alive."""
    with engine(name, server.url) as exchange:
        ask(exchange, post(server.url, b"x" * 200_000))
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/api/v1/rest/contact/track")
    assert request.body == b"x" * 200_000
    ours = {"x-team-apikey", "content-type", "accept", "accept-encoding", "user-agent"}
    assert set(request.headers) - {"connection"} == ours | {"host", "content-length"}
    assert request.headers["x-team-apikey"] == KEY
    assert request.headers["user-agent"].startswith("sendx-cli/")


def test_a_redirect_is_an_answer(name: str, server: ScriptedServer) -> None:
    """The key never follows it."""
    said = answer(307, b"", {"Location": server.url + "/elsewhere"})
    server.script = lambda _request, _number: said
    with engine(name, server.url) as exchange:
        reply = ask(exchange, post(server.url)).reply
    assert isinstance(reply, Answer)
    assert reply.status == 307
    assert len(server.requests) == 1


def test_the_longest_body_is_taken(name: str, server: ScriptedServer) -> None:
    """The limit itself is not beyond the limit."""
    server.script = lambda _request, _number: answer(200, LONG_BODY[1:])
    with engine(name, server.url) as exchange:
        reply = ask(exchange, post(server.url)).reply
    assert isinstance(reply, Answer)
    assert len(reply.body) == MAX_BODY_BYTES


def test_headers_that_are_not_ascii_are_read(name: str, server: ScriptedServer) -> None:
    """Letter by letter, as they were meant before UTF-8."""
    content = answer(200, b"{}", {"X-Old": "caf\u00e9"})
    server.script = lambda _request, _number: content
    with engine(name, server.url) as exchange:
        reply = ask(exchange, post(server.url)).reply
    assert isinstance(reply, Answer)
    assert (reply.headers["x-old"], reply.status) == ("caf\u00e9", 200)


def test_an_early_hint_is_not_the_answer(name: str, server: ScriptedServer) -> None:
    """The answer is the last of the blocks, with its own headers only."""
    server.script = lambda _request, _number: (
        b"HTTP/1.1 103 X\r\nLink: x\r\n\r\n" + answer(200, b"{}")
    )
    with engine(name, server.url) as exchange:
        assert ask(exchange, post(server.url)).reply == Answer(200, {"content-length": "2"}, b"{}")


def test_silence_ends_with_the_attempts_time(name: str, server: ScriptedServer) -> None:
    """It may have arrived; the connection is not used again."""
    server.script = lambda _request, number: None if number == 1 else OK
    with engine(name, server.url, timeout_s=0.3) as exchange:
        assert ask(exchange, post(server.url)).reply == LATE
        assert isinstance(ask(exchange, post(server.url), ticket=2).reply, Answer)
    assert server.connections == 2


def test_an_answer_that_came_in_time_counts_however_late_it_is_looked_at(
    name: str, server: ScriptedServer
) -> None:
    """The process was stopped, the machine asleep, or a disk slow: the answer lies there."""
    timeout_s, is_away = 3.0, threading.Event()

    def script(_request: Request, _number: int) -> Answering:
        return OK if is_away.wait(timeout_s) else None

    server.script = script
    with engine(name, server.url, timeout_s=timeout_s) as exchange:
        until = time.monotonic() + timeout_s
        exchange.submit(1, post(server.url))
        while not server.requests and time.monotonic() < until:
            assert exchange.wait(0.01) == []
        is_away.set()
        time.sleep(max(until - time.monotonic(), 0.0))
        (reply,) = some(exchange)
    assert isinstance(reply.reply, Answer)


def test_a_refused_connection_was_not_sent(name: str) -> None:
    """Nobody listens there, so nobody acted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with engine(name, url) as exchange:
        reply = ask(exchange, post(url)).reply
    assert reply == unreached(f"cannot connect to {url.removeprefix('http://')}")


def test_a_handshake_without_end_was_not_sent(name: str, ca_file: Path) -> None:
    """Who takes the connection and says nothing has not seen the request."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with engine(name, url, timeout_s=0.3, ca_file=ca_file) as exchange:
            reply = ask(exchange, post(url)).reply
    assert reply == unreached(f"no connection to {url.split('/')[2]} in time")


def test_a_connection_closed_while_idle_costs_no_call(name: str, server: ScriptedServer) -> None:
    """It is seen before the next request is written, which goes over a new one."""
    server.script = lambda _request, _number: Reset(OK)
    with engine(name, server.url) as exchange:
        for ticket in range(3):
            assert isinstance(ask(exchange, post(server.url), ticket).reply, Answer)
            assert exchange.wait(0.2) == []
    assert len(server.requests) == 3


def test_no_connection_is_kept_to_a_server_that_closes_each(
    name: str, server: ScriptedServer
) -> None:
    """Unsaid, the end of one could arrive just when the next request is written to it."""
    server.script = lambda _request, _number: Reset(OK)
    with engine(name, server.url) as exchange:
        for ticket in range(3):
            assert isinstance(ask(exchange, post(server.url), ticket).reply, Answer)
            assert exchange.wait(0.2) == []
    asked = [request.headers.get("connection") for request in server.requests]
    assert asked[0] != "close"
    assert asked[1:] == ["close", "close"]


def test_a_connection_that_was_forgotten_amid_a_pause_costs_no_call(
    name: str, server: ScriptedServer
) -> None:
    """A router drops one without a word, and answers nothing over it; after a pause it is left."""
    answered = server.script

    def script(request: Request, number: int) -> Answering:
        return answered(request, number) if server.connections == number else None

    server.script = script
    with engine(name, server.url) as exchange:
        assert isinstance(ask(exchange, post(server.url), 1).reply, Answer)
        assert exchange.wait(5.5) == []  # longer than a connection is kept
        assert isinstance(ask(exchange, post(server.url), 2).reply, Answer)
    assert server.connections == 2


def test_a_connection_that_is_never_idle_is_replaced_by_and_by(
    name: str, server: ScriptedServer
) -> None:
    """The name of the service is looked up again then: it may have another address by now."""
    until = time.monotonic() + 60.0
    with engine(name, server.url, longest_life_s=1) as exchange:
        while server.connections < 3:
            assert isinstance(ask(exchange, post(server.url)).reply, Answer)
            assert time.monotonic() < until, "it stays where it is"
    assert len(server.requests) > 10


def test_calls_of_both_methods_share_a_connection(name: str, server: ScriptedServer) -> None:
    """A request without a body leaves nothing behind for the next with one."""
    with engine(name, server.url) as exchange:
        for method, body in (("POST", b"one"), ("GET", b""), ("POST", b"three")):
            ask(exchange, Call(method, server.url + "/tag", body))
    seen = [(request.method, request.body) for request in server.requests]
    assert seen == [("POST", b"one"), ("GET", b""), ("POST", b"three")]
    assert server.connections == 1


def test_no_login_is_read_from_a_file(name: str, server: ScriptedServer, home: Path) -> None:
    """`.netrc` is for others: what stands there would go out beside the key."""
    login = "machine 127.0.0.1 login someone password Secret0word\ndefault login a password b\n"
    (home / ".netrc").write_text(login, encoding="utf-8")
    (home / ".netrc").chmod(0o600)
    with engine(name, server.url) as exchange:
        ask(exchange, post(server.url))
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://[::1]x", "InvalidURL"), ("ftp://127.0.0.1", "UnsupportedProtocol")],
)
def test_an_impossible_address_is_final(name: str, url: str, reason: str) -> None:
    """No repetition mends it."""
    with engine(name, "http://127.0.0.1:1") as exchange:
        assert ask(exchange, post(url)).reply == TransportFailure(
            "unusable_request",
            f"the request could not be made: {reason}",
            may_have_arrived=False,
            is_final=True,
            hint="check the base URL, the key's prefix and the proxy settings",
        )


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "é"])
def test_a_header_that_http_cannot_carry_is_final(
    name: str, server: ScriptedServer, value: str
) -> None:
    """It is never cut into two."""
    headers = {**HEADERS, "X-Team-ApiKey": value}
    with engine(name, server.url, headers=headers) as exchange:
        reply = ask(exchange, post(server.url)).reply
    assert isinstance(reply, TransportFailure)
    assert (reply.kind, reply.may_have_arrived, reply.is_final) == ("unusable_request", False, True)
    assert server.requests == []


def test_too_many_open_files_are_named(name: str, server: ScriptedServer) -> None:
    """The libraries say `out of memory`, or that all attempts to connect failed."""
    said = "('too_many_files', False, True) too many open files\n"
    assert run(OUT_OF_FILES, name, server.url) == (0, said, "")
    assert len(server.requests) == 1


def test_an_unknown_host_is_told_by_name(name: str) -> None:
    """Nothing was sent; whether it is final is the name service's word."""
    url = "http://nobody.invalid"
    with engine(name, url) as exchange:
        reply = ask(exchange, post(url)).reply
    assert reply in [
        TransportFailure(
            "name_lookup",
            "cannot find the address of nobody.invalid",
            may_have_arrived=False,
            is_final=is_final,
            hint=NETWORK_HINT,
        )
        for is_final in (True, False)
    ]


def test_a_named_authority_is_trusted(name: str, tls_server: TlsServer, ca_file: Path) -> None:
    """Its bundle is enough, and nothing of the machine is needed."""
    with engine(name, tls_server.url, ca_file=ca_file) as exchange:
        assert isinstance(ask(exchange, post(tls_server.url)).reply, Answer)


def test_a_strange_authority_is_final(
    name: str, tls_server: TlsServer, other_ca_file: Path
) -> None:
    """Nothing was sent to who cannot show who they are."""
    with engine(name, tls_server.url, ca_file=other_ca_file) as exchange:
        reply = ask(exchange, post(tls_server.url)).reply
    assert reply == STRANGER
    assert tls_server.requests == []


def test_a_certificate_for_another_host_is_final(
    name: str, tls_server: TlsServer, ca_file: Path
) -> None:
    """The authority vouches for a name, not for an address."""
    url = tls_server.url_by_number
    with engine(name, url, ca_file=ca_file) as exchange:
        reply = ask(exchange, post(url)).reply
    assert isinstance(reply, TransportFailure)
    assert (reply.kind, reply.may_have_arrived, reply.is_final) == ("certificate", False, True)
    assert tls_server.requests == []


@pytest.mark.parametrize(
    ("status", "message", "is_final"),
    [
        (407, "the proxy {} requires authentication", True),
        (403, "the proxy {} refused the connection", False),
        (502, "the proxy {} refused the connection", False),
    ],
)
def test_a_proxy_that_refuses_was_not_the_service(
    name: str,
    status: int,
    message: str,
    is_final: bool,
    ca_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only where it requires authentication is it final; it never sees the key."""
    with Proxy(refusal=answer(status)) as proxy:
        address = proxy.url
        monkeypatch.setenv("HTTPS_PROXY", address)
        with engine(name, "https://localhost:1", ca_file=ca_file) as exchange:
            reply = ask(exchange, post("https://localhost:1")).reply
    assert reply == TransportFailure(
        "proxy",
        message.format(address),
        may_have_arrived=False,
        is_final=is_final,
        hint=PROXY_HINT,
    )
    assert KEY.encode() not in b"".join(proxy.heads)


def test_a_proxy_carries_the_call(
    name: str, tls_server: TlsServer, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a tunnel, so that it sees the host and not the key."""
    with Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with engine(name, tls_server.url, ca_file=ca_file) as exchange:
            reply = ask(exchange, post(tls_server.url)).reply
        assert isinstance(reply, Answer)
        assert "content-type" in reply.headers
        assert len(proxy.heads) == 1
    assert KEY.encode() not in b"".join(proxy.heads)


def test_a_proxy_that_is_not_there_was_not_the_service(
    name: str, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent; the proxy is named, without its password."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:{PASSWORD}@{place}")
    with engine(name, "https://localhost:1", ca_file=ca_file) as exchange:
        reply = ask(exchange, post("https://localhost:1")).reply
    expected = f"cannot connect to localhost:1 through the proxy http://{place}"
    assert reply == unreached(expected, PROXY_HINT)


def test_a_proxy_without_an_address_is_named(
    name: str, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is its name that is not found, not the service's; final, as nobody has that name."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://ann:{PASSWORD}@proxy.invalid:3128")

    def look_up(*_arguments: object, **_named: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "x")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with engine(name, "https://localhost:1", ca_file=ca_file) as exchange:
        reply = ask(exchange, post("https://localhost:1")).reply
    assert reply == TransportFailure(
        "name_lookup",
        "cannot find the address of the proxy http://proxy.invalid:3128",
        may_have_arrived=False,
        is_final=True,
        hint=PROXY_HINT,
    )


def test_a_proxy_that_hangs_was_not_the_service(
    name: str, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took the CONNECT and says nothing: the request itself has not left."""
    with Proxy(is_silent=True) as proxy:
        address = proxy.url
        monkeypatch.setenv("HTTPS_PROXY", address)
        with engine(name, "https://localhost:1", timeout_s=0.3, ca_file=ca_file) as exchange:
            reply = ask(exchange, post("https://localhost:1")).reply
    expected = f"no connection to localhost:1 through the proxy {address} in time"
    assert reply == unreached(expected, PROXY_HINT)


def test_a_connection_has_less_time_than_an_answer(
    name: str, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five seconds for all before the request: whom nobody answers is no slow service."""
    with Proxy(is_silent=True) as proxy:
        address = proxy.url
        monkeypatch.setenv("HTTPS_PROXY", address)
        with engine(name, "https://localhost:1", timeout_s=25.0, ca_file=ca_file) as exchange:
            exchange.submit(1, post("https://localhost:1"))
            (reply,) = some(exchange)
    expected = f"no connection to localhost:1 through the proxy {address} in time"
    assert reply.reply == unreached(expected, PROXY_HINT)
    assert reply.elapsed_s < 20.0


def test_a_proxy_may_be_spoken_to_by_tls(
    name: str,
    tls_server: TlsServer,
    localhost_context: ssl.SSLContext,
    ca_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The authorities that are named hold for it too."""
    with Proxy(context=localhost_context) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with engine(name, tls_server.url, ca_file=ca_file) as exchange:
            assert isinstance(ask(exchange, post(tls_server.url)).reply, Answer)
    assert len(proxy.heads) == 1
    assert KEY.encode() not in b"".join(proxy.heads)


@pytest.mark.parametrize("context", ["strange_context", "other_host_context"])
def test_a_proxy_that_cannot_show_who_it_is_is_told_nothing(
    name: str,
    context: str,
    tls_server: TlsServer,
    ca_file: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither where the service is nor a login: a stranger stands there."""
    with Proxy(context=request.getfixturevalue(context)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with engine(name, tls_server.url, ca_file=ca_file) as exchange:
            reply = ask(exchange, post(tls_server.url)).reply
    assert isinstance(reply, TransportFailure)
    assert (reply.kind, reply.may_have_arrived, reply.is_final) == ("certificate", False, True)
    assert (proxy.heads, tls_server.requests) == ([], [])


def test_the_environments_proxy_is_not_for_requests_in_clear(
    name: str, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would read the key."""
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    with engine(name, server.url) as exchange:
        assert isinstance(ask(exchange, post(server.url)).reply, Answer)


def test_there_are_as_many_connections_as_calls_under_way(
    name: str, server: ScriptedServer
) -> None:
    """They are kept for the next calls, and every ticket comes back once."""
    tickets = []
    with engine(name, server.url) as exchange:
        for ticket in range(40):
            exchange.submit(ticket, post(server.url))
            if ticket >= 4:
                tickets += [reply.ticket for reply in some(exchange)]
        while len(tickets) < 40:
            tickets += [reply.ticket for reply in some(exchange)]
    assert sorted(tickets) == list(range(40))
    assert server.connections <= 5


def test_a_wait_ends_with_nothing_when_its_time_is_over(name: str) -> None:
    """Also where nothing is under way."""
    with engine(name, "http://127.0.0.1:1") as exchange:
        assert exchange.wait(0.0) == []
        assert exchange.wait(0.01) == []


def test_a_wake_up_before_the_wait_is_not_lost(name: str) -> None:
    """It ends the next wait, and only that one."""
    with engine(name, "http://127.0.0.1:1") as exchange:
        exchange.wake()
        assert exchange.wait(None) == []
        assert exchange.wait(0.0) == []


def test_replies_that_are_there_together_come_together(name: str, server: ScriptedServer) -> None:
    """One that breaks down does not hold the others."""

    def script(request: Request, _number: int) -> Answering:
        return Reset() if request.body == b"3" else OK

    server.script = script
    replies: list[Reply] = []
    with engine(name, server.url) as exchange:
        for ticket in range(8):
            exchange.submit(ticket, post(server.url, str(ticket).encode()))
        while len(replies) < 8:
            replies += exchange.wait(30.0)
    broken = [reply.ticket for reply in replies if not isinstance(reply.reply, Answer)]
    assert sorted(reply.ticket for reply in replies) == list(range(8))
    assert broken == [3]
    assert all(reply.elapsed_s >= 0 for reply in replies)


def test_a_signals_handler_ends_a_wait(name: str, server: ScriptedServer) -> None:
    """A wait without limit returns, and the call under way continues."""
    if sys.platform == "win32":
        pytest.skip("no alarms there")
    server.script = lambda _request, _number: None
    with engine(name, server.url) as exchange:
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


def test_closing_twice_and_waking_afterwards_do_no_harm(name: str, server: ScriptedServer) -> None:
    """Also with a call under way: a signal may come at any moment."""
    server.script = lambda _request, _number: None
    exchange = ENGINES[name](server.url, 20.0, None, HEADERS, LONGEST_LIFE_S)
    exchange.submit(1, post(server.url))
    assert exchange.wait(0.05) == []
    exchange.close()
    exchange.close()
    exchange.wake()


def test_closing_breaks_off_calls_that_have_begun(name: str) -> None:
    """The service is not left with an open connection until the process ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        exchange = ENGINES[name](url, 20.0, None, HEADERS, LONGEST_LIFE_S)
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


def test_an_interpreter_that_ends_amid_a_call_ends_in_peace(
    name: str, server: ScriptedServer
) -> None:
    """Nobody closed the exchange, and nothing is said about it."""
    server.script = lambda _request, _number: None
    assert run(LEFT_AMID, name, server.url) == (0, "[]\n", "")


def test_one_connection_serves_call_after_call(name: str, server: ScriptedServer) -> None:
    """It is kept, not opened anew."""
    with engine(name, server.url) as exchange:
        for ticket in range(300):
            ask(exchange, post(server.url), ticket)
    assert server.connections == 1


def test_a_call_given_up_while_a_proxy_hangs_never_leaves(
    name: str, tls_server: TlsServer, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor when the proxy opens the tunnel at last."""
    before = threading.enumerate()
    with Proxy(is_silent=True) as proxy:
        address = proxy.url
        monkeypatch.setenv("HTTPS_PROXY", address)
        with engine(name, tls_server.url, timeout_s=0.3, ca_file=ca_file) as exchange:
            reply = ask(exchange, post(tls_server.url)).reply
            proxy.open_up()
        wait_for_threads(before)
    place = tls_server.url.split("/")[2]
    expected = f"no connection to {place} through the proxy {address} in time"
    assert reply == unreached(expected, PROXY_HINT)
    assert tls_server.requests == []
