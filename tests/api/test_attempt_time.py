"""The time of an attempt, by a clock that moves only when the test says so."""

import time
from threading import Semaphore

import pytest

from sendx_cli.api import failures
from sendx_cli.api.exchange import Reply
from tests.api.engines import ENGINES, engine, post
from tests.clocks import HandClock
from tests.servers import Request, ScriptedServer


@pytest.mark.parametrize("name", ENGINES)
def test_an_attempt_is_over_when_its_time_is_and_not_before(
    name: str, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of two ends after its seven seconds, the second after its own."""
    arrived = Semaphore(0)

    def keep_silent(_request: Request, _number: int) -> None:
        arrived.release()

    server.script = keep_silent
    clock = HandClock(1_000.0)
    monkeypatch.setattr(time, "monotonic", clock.now)
    with engine(name, server.url, timeout_s=7.0) as exchange:

        def listen(steps: int) -> list[Reply]:
            """Listen for so many steps of 1/16 s, which any clock counts exactly."""
            replies: list[Reply] = []
            for _ in range(steps):
                clock.seconds += 0.0625
                replies += exchange.wait(0.0)
            return replies

        def submit(ticket: int) -> None:
            """Hand a call in, and listen without a step until it has arrived."""
            exchange.submit(ticket, post(server.url))
            for _ in range(400):
                assert exchange.wait(0.0) == []
                if arrived.acquire(timeout=0.05):
                    return
            pytest.fail("the call did not arrive")

        submit(1)
        listen(48)
        submit(2)
        replies = [listen(steps) for steps in (63, 1, 47, 1)]
    assert [[reply.ticket for reply in some] for some in replies] == [[], [1], [], [2]]
    assert {reply.reply for some in replies for reply in some} == {failures.overdue(7.0)}
