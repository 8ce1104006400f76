"""Time in which nobody listened is no time of a call's: the process was stopped meanwhile."""

import time

import pytest

pytest.importorskip("pycurl", reason="pycurl is not installed")

from sendx_cli.core.replies.answers import Answer
from tests.api.engines import ask, engine, post
from tests.servers import OK, Request, ScriptedServer


@pytest.mark.parametrize("is_connection_kept", [True, False])
def test_a_call_that_had_not_left_when_the_process_was_stopped_has_its_time(
    server: ScriptedServer, is_connection_kept: bool
) -> None:
    """It leaves when the process goes on, once, and its answer is waited for."""

    def slow(_request: Request, _number: int) -> bytes:
        time.sleep(0.05)
        return OK

    server.script = slow
    with engine("curl", server.url, timeout_s=1.0) as exchange:
        if is_connection_kept:
            ask(exchange, post(server.url))
        before = len(server.requests)
        exchange.submit(1, post(server.url))
        time.sleep(1.5)
        while not (replies := exchange.wait(30.0)):
            pass
    assert isinstance(replies[0].reply, Answer)
    assert len(server.requests) == before + 1


def test_a_busy_caller_does_not_make_a_silent_service_wait_for_ever(server: ScriptedServer) -> None:
    """Only what was missed is left out: the time that was listened to adds up to the end."""
    server.script = lambda _request, _number: None
    with engine("curl", server.url, timeout_s=0.5) as exchange:
        exchange.submit(1, post(server.url))
        for _ in range(50):
            if replies := exchange.wait(0.1):
                break
            time.sleep(0.15)
    assert [isinstance(reply.reply, Answer) for reply in replies] == [False]
