"""What every engine holds alike: the same fault is told in the same words."""

import json
import socket
import time
from pathlib import Path

import pytest

from sendx_cli.api import troubles
from sendx_cli.api.exchange import Exchange, Reply
from sendx_cli.core.answers import Answer, Breakdown
from sendx_cli.core.verdict import MAX_BODY_BYTES
from tests.api.engines import ENGINES, KEY, ask, engine, post
from tests.api.tls_servers import Proxy, TlsServer
from tests.servers import OK, Answering, Request, Reset, ScriptedServer, answer, json_answer

pytestmark = pytest.mark.parametrize("name", ENGINES)

TOO_LONG = troubles.broken_answer("the answer is too long")
ENCODED = troubles.broken_answer("the answer is in an encoding nobody asked for")
LOST = troubles.connection_lost()
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG_BODY = b"x" * (MAX_BODY_BYTES + 1)

FAULTS: dict[str, tuple[Answering, Breakdown]] = {
    "closed before the status": (Reset(), LOST),
    "cut status line": (Reset(b"HTTP/1.1 2"), LOST),
    "cut body": (Reset(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), LOST),
    "cut chunked body": (Reset(CHUNKED + b"9\r\n{}"), LOST),
    "garbled answer": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", LOST),
    "garbled length": (b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n{}", LOST),
    "too long, said so": (answer(200, LONG_BODY), TOO_LONG),
    "too long, unsaid": (CHUNKED + b"100001\r\n" + LONG_BODY, TOO_LONG),
    "encoding nobody asked for": (answer(200, b"{}", {"Content-Encoding": "br"}), ENCODED),
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
        assert ask(exchange, post(server.url)).reply == troubles.overdue(0.3)
        assert isinstance(ask(exchange, post(server.url), ticket=2).reply, Answer)
    assert server.connections == 2


def test_an_answer_that_came_in_time_counts_however_late_it_is_looked_at(
    name: str, server: ScriptedServer
) -> None:
    """The process was stopped, the machine asleep, or a disk slow: the answer lies there."""

    def script(_request: Request, _number: int) -> bytes:
        time.sleep(0.1)
        return OK

    server.script = script
    with engine(name, server.url, timeout_s=0.3) as exchange:
        exchange.submit(1, post(server.url))
        while not server.requests:
            exchange.wait(0.01)
        time.sleep(0.5)
        while not (replies := exchange.wait(30.0)):
            pass
    assert isinstance(replies[0].reply, Answer)


def test_a_refused_connection_was_not_sent(name: str) -> None:
    """Nobody listens there, so nobody acted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with engine(name, url) as exchange:
        expected = troubles.no_connection("127.0.0.1", is_late=False)
        assert ask(exchange, post(url)).reply == expected


@pytest.mark.parametrize(
    ("url", "reason"),
    [("http://[::1]x", "InvalidURL"), ("ftp://127.0.0.1", "UnsupportedProtocol")],
)
def test_an_impossible_address_is_final(name: str, url: str, reason: str) -> None:
    """No repetition mends it."""
    with engine(name, "http://127.0.0.1:1") as exchange:
        assert ask(exchange, post(url)).reply == troubles.unusable_request(reason)


def test_an_unknown_host_is_told_by_name(name: str) -> None:
    """Nothing was sent; whether it is final is the name service's word."""
    url = "http://nobody.invalid"
    with engine(name, url) as exchange:
        reply = ask(exchange, post(url)).reply
    assert reply in {troubles.no_address("nobody.invalid", is_passing=p) for p in (False, True)}


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
    assert reply == troubles.untrusted("localhost", "unable to get local issuer certificate")
    assert tls_server.requests == []


def test_a_certificate_for_another_host_is_final(
    name: str, tls_server: TlsServer, ca_file: Path
) -> None:
    """The authority vouches for a name, not for an address."""
    url = tls_server.url_by_number
    with engine(name, url, ca_file=ca_file) as exchange:
        reply = ask(exchange, post(url)).reply
    assert isinstance(reply, Breakdown)
    assert (reply.kind, reply.may_have_arrived, reply.is_final) == ("certificate", False, True)
    assert tls_server.requests == []


@pytest.mark.parametrize("status", [407, 403, 502])
def test_a_proxy_that_refuses_was_not_the_service(
    name: str, status: int, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where it wants a login is it final; it never sees the key."""
    with Proxy(refusal=answer(status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with engine(name, "https://localhost:1", ca_file=ca_file) as exchange:
            reply = ask(exchange, post("https://localhost:1")).reply
    assert reply == troubles.proxy_refused(wants_login=status == 407)
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
    """Nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
    with engine(name, "https://localhost:1", ca_file=ca_file) as exchange:
        expected = troubles.no_connection("localhost", is_late=False)
        assert ask(exchange, post("https://localhost:1")).reply == expected


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
                tickets += [reply.ticket for reply in _some(exchange)]
        while len(tickets) < 40:
            tickets += [reply.ticket for reply in _some(exchange)]
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


def _some(exchange: Exchange) -> list[Reply]:
    while not (replies := exchange.wait(30.0)):
        pass
    return replies
