"""What the engine by httpx holds beyond what all engines hold: its threads cannot be broken off."""

import io
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from sendx_cli.api.carrier import HttpCarrier, open_transport
from sendx_cli.api.gate import Gate
from sendx_cli.api.keep_alive import KeepAlive
from sendx_cli.api.requests import Call
from sendx_cli.api.threaded_exchange import ThreadedExchange
from sendx_cli.cli import app
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.runtime import Runtime
from tests.api.engines import HEADERS, KEY, ask, engine, open_threads, post, some, wait_for_threads
from tests.clocks import HandClock
from tests.servers import OK, Request, Reset, ScriptedServer

NOT_IN_TIME = "no connection to {} in time"


class SlowNames:
    """The name service: it holds the first question until `answer` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer = threading.Event()
        self._ask = socket.getaddrinfo
        self._asked = threading.Lock()
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def _look_up(self, *arguments: Any, **named: Any) -> Any:
        if self._asked.acquire(blocking=False):
            self.answer.wait(60.0)
        return self._ask(*arguments, **named)


def test_a_call_given_up_while_its_name_is_looked_up_never_leaves(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not sent, and is not sent once the name is known at last."""
    before = threading.enumerate()
    names = SlowNames(monkeypatch)
    with engine("threads", server.url, timeout_s=0.3) as exchange:
        reply = ask(exchange, post(server.url)).reply
        names.answer.set()
    wait_for_threads(before)
    assert isinstance(reply, TransportFailure)
    place = server.url.split("/")[2]
    assert (reply.message, reply.may_have_arrived) == (NOT_IN_TIME.format(place), False)
    assert server.requests == []


def test_a_slow_name_service_leaves_a_contacts_rows_in_order(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 0 is given up and sent again; its first try does not come out behind row 4."""
    names = SlowNames(monkeypatch)

    def script(_request: Request, number: int) -> bytes:
        if number == 5:
            names.answer.set()
        return OK

    server.script = script
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "email,add_tags\n" + "".join(f"a@b.co,row-{n}\n" for n in range(8)), encoding="utf-8"
    )

    def open_carrier() -> HttpCarrier:
        return HttpCarrier(open_transport(server.url, None), HEADERS, 30.0)

    runtime = Runtime(
        environ={**os.environ, "SENDX_API_KEY": KEY, "SENDX_BASE_URL": server.url},
        stdin=io.StringIO(),
        open_carrier=open_carrier,
    )
    words = ["track", "--from", str(rows), "--yes", "--timeout", "0.5", "-q"]
    result = CliRunner().invoke(app, words, obj=runtime)
    assert (result.exit_code, result.stderr) == (0, "")
    assert names.answer.is_set()
    tags = [request.json["addTags"] for request in server.requests]  # type: ignore[index]
    assert tags == [[f"row-{n}"] for n in range(8)]


def test_a_call_under_way_at_the_end_never_leaves_afterwards(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exchange was closed while its name was looked up."""
    names = SlowNames(monkeypatch)
    exchange = open_threads(server.url, 20.0)
    exchange.submit(1, post(server.url))
    exchange.close()
    names.answer.set()
    (reply,) = some(exchange)
    assert isinstance(reply.reply, TransportFailure)
    assert server.requests == []


@pytest.mark.parametrize("is_kept", [False, True])
def test_a_call_given_up_is_not_written_even_where_its_connection_holds(
    server: ScriptedServer, is_kept: bool
) -> None:
    """To end the connection under it is a second lock, not the first."""
    with closing(HttpCarrier(open_transport(server.url, None), HEADERS, 20.0)) as carrier:
        if is_kept:
            assert isinstance(carrier.carry(post(server.url), Gate()), Answer)
        before, gate = len(server.requests), Gate()
        assert gate.shut()
        reply = carrier.carry(post(server.url), gate)
    assert isinstance(reply, TransportFailure)
    assert (reply.kind, reply.may_have_arrived) == ("connection", False)
    assert (gate.has_left, len(server.requests)) == (False, before)


def test_what_one_thread_learns_of_the_server_holds_for_all(server: ScriptedServer) -> None:
    """Each of sixty-four would else lose a call of its own to it."""
    server.script = lambda _request, _number: Reset(OK)
    keep_alive = KeepAlive()

    def carrier() -> HttpCarrier:
        return HttpCarrier(open_transport(server.url, None), HEADERS, 20.0, keep_alive=keep_alive)

    with closing(carrier()) as first, closing(carrier()) as second:
        for _ in range(100):
            first.carry(post(server.url), Gate())
            if not keep_alive.is_worth_trying:
                break
        second.carry(post(server.url), Gate())
    assert server.requests[-1].headers["connection"] == "close"


def test_a_connection_closed_early_among_others_changes_nothing(server: ScriptedServer) -> None:
    """A server that was restarted keeps connections as before."""
    server.script = lambda _request, number: Reset(OK) if number in {3, 4} else OK
    with engine("threads", server.url) as exchange:
        for ticket in range(6):
            ask(exchange, post(server.url), ticket)
            assert exchange.wait(0.2 if ticket in {2, 3} else 0.0) == []
    assert "close" not in [request.headers.get("connection") for request in server.requests]
    assert (len(server.requests), server.connections) == (6, 3)


class LeavingLate:
    """Claims its call for sending, and has not said so when the time to connect is over."""

    def __init__(self) -> None:
        self.claimed, self.answer = threading.Event(), threading.Event()

    def carry(self, _call: Call, gate: Gate) -> Answer | TransportFailure:
        assert gate.shut()
        self.claimed.set()
        assert self.answer.wait(30.0)
        return Answer(200, {}, b"{}")

    def close(self) -> None:
        pass


def test_a_call_that_leaves_at_the_last_moment_is_not_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has the whole time of an attempt: given up now, it would be sent twice."""
    clock, carrier = HandClock(1_000.0), LeavingLate()
    monkeypatch.setattr(time, "monotonic", clock.now)
    with closing(ThreadedExchange(lambda: carrier, 20.0)) as exchange:
        exchange.submit(1, post("http://127.0.0.1:1"))
        assert carrier.claimed.wait(30.0)
        for _ in range(160):  # ten seconds, and five are for a connection
            clock.seconds += 0.0625
            assert exchange.wait(0.0) == []
        carrier.answer.set()
        (reply,) = some(exchange)
    assert isinstance(reply.reply, Answer)


class _Interrupted(httpx.HTTPTransport):
    """Lets something happen at the very moment before a request is written."""

    before_writing: Callable[[], None] = staticmethod(lambda: None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        trace = request.extensions["trace"]

        def interrupted(event: str, info: Mapping[str, object]) -> None:
            if event == "http11.send_request_headers.started":
                self.before_writing()
            trace(event, info)

        request.extensions["trace"] = interrupted
        return super().handle_request(request)


def test_a_connection_closed_at_the_last_moment_costs_no_call(server: ScriptedServer) -> None:
    """The pool has found it good; it is looked at once more before the request is written."""
    transport = _Interrupted(trust_env=False)
    carrier = HttpCarrier(transport, HEADERS, 20.0)
    assert isinstance(carrier.carry(post(server.url), Gate()), Answer)

    def close_it() -> None:
        transport.before_writing = lambda: None
        server.close_connections()

    transport.before_writing = close_it
    assert isinstance(carrier.carry(post(server.url), Gate()), Answer)
    carrier.close()
    assert (len(server.requests), server.connections) == (2, 2)
