"""The time of an attempt, by a clock that moves only when the test says so."""

import time

import pytest

from sendx_cli.api import failures
from sendx_cli.api.exchange import Reply
from tests.api.engines import ENGINES, engine, post
from tests.servers import ScriptedServer


class HandClock:
    """Stands in for the machine's steady clock."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize("name", ENGINES)
def test_an_attempt_is_over_when_its_time_is_and_not_before(
    name: str, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of two ends after its seven seconds, the second after its own."""
    server.script = lambda _request, _number: None
    clock = HandClock()
    monkeypatch.setattr(time, "monotonic", clock)
    with engine(name, server.url, timeout_s=7.0) as exchange:

        def listen(steps: int) -> list[Reply]:
            """Listen for so many steps of 1/16 s, which any clock counts exactly."""
            heard: list[Reply] = []
            for _ in range(steps):
                clock.seconds += 0.0625
                heard += exchange.wait(0.0)
            return heard

        exchange.submit(1, post(server.url))
        listen(48)
        exchange.submit(2, post(server.url))
        replies = [listen(steps) for steps in (63, 1, 47, 1)]
    assert [[reply.ticket for reply in some] for some in replies] == [[], [1], [], [2]]
    assert {reply.reply for some in replies for reply in some} == {failures.overdue(7.0)}
