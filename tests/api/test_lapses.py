"""Time in which nobody listened is no time of a call's: the process was stopped meanwhile."""

import threading
import time

import pytest

from sendx_cli.core.replies.answers import Answer
from tests.api.engines import ENGINES, ask, engine, post, some
from tests.servers import OK, Request, ScriptedServer

pytestmark = pytest.mark.parametrize("name", ENGINES)


@pytest.mark.parametrize("is_connection_kept", [True, False])
def test_a_call_that_had_not_left_when_the_process_was_stopped_has_its_time(
    name: str, server: ScriptedServer, is_connection_kept: bool
) -> None:
    """It leaves when the process continues, once, and its answer is waited for."""

    def slow(_request: Request, _number: int) -> bytes:
        time.sleep(0.05)
        return OK

    server.script = slow
    with engine(name, server.url, timeout_s=1.0) as exchange:
        if is_connection_kept:
            ask(exchange, post(server.url))
        before = len(server.requests)
        exchange.submit(1, post(server.url))
        time.sleep(1.5)
        replies = some(exchange)
    assert isinstance(replies[0].reply, Answer)
    assert len(server.requests) == before + 1


def test_a_busy_caller_does_not_make_a_silent_service_wait_for_ever(
    name: str, server: ScriptedServer
) -> None:
    """Only what was missed is left out: the time that was listened to adds up to the end."""
    server.script = lambda _request, _number: None
    with engine(name, server.url, timeout_s=0.5) as exchange:
        exchange.submit(1, post(server.url))
        for _ in range(50):
            if replies := exchange.wait(0.1):
                break
            time.sleep(0.15)
    assert [isinstance(reply.reply, Answer) for reply in replies] == [False]


def test_an_answer_is_awaited_for_all_of_its_time(name: str, server: ScriptedServer) -> None:
    """Not only for what the clock leaves of it when the process continues."""
    has_gone_on = threading.Event()

    def script(_request: Request, _number: int) -> bytes:
        assert has_gone_on.wait(30.0)
        return OK

    server.script = script
    with engine(name, server.url, timeout_s=1.0) as exchange:
        exchange.submit(1, post(server.url))
        while not server.requests:
            assert exchange.wait(0.01) == []
        time.sleep(1.5)
        assert exchange.wait(0.0) == []
        has_gone_on.set()
        (reply,) = some(exchange)
    assert isinstance(reply.reply, Answer)
    assert len(server.requests) == 1
