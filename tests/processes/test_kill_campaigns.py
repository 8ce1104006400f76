"""A sample of `python -m tests.processes.kill_campaigns`, and its checker."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes.kill_campaigns import CAMPAIGNS
from tests.processes.kill_checker import Account, Call, Session
from tests.servers import ScriptedServer

KILLS = 2

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no kill -9 there")


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_what_a_service_saw_and_what_was_said_agree_after_kills(
    name: str, tmp_path: Path, server: ScriptedServer
) -> None:
    """No row is lost, none that counts is acted on twice, and each contact's stay in order."""
    CAMPAIGNS[name](KILLS, tmp_path, server).run()


def account(*calls: Call, told: frozenset[int] = frozenset(), repeatable: bool = False) -> Account:
    """An account of three rows of one contact, and of one process."""
    session = Session(0, 1, told, was_killed=False)
    return Account(3, 1, repeatable, 1, calls=list(calls), sessions=[session])


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (account(Call((0,), "acted"), Call((0,), "acted")), "acted on twice"),
        (account(Call((1,), "acted"), Call((0,), "acted")), "out of order"),
        (account(Call((0,), "later"), told=frozenset({0})), "said to be accepted"),
        (
            account(Call((0,), "acted"), Call((0,), "later"), told=frozenset({0})),
            "sent after they were accepted",
        ),
        (
            account(Call((0,), "acted"), Call((0,), "acted"), repeatable=True),
            "sent again more than was under way",
        ),
    ],
)
def test_the_checker_sees_what_must_not_be(found: Account, message: str) -> None:
    """At any moment of a run."""
    with pytest.raises(AssertionError, match=message):
        found.check_sessions()


ACTED = Call((0, 1, 2), "acted")


@pytest.mark.parametrize(
    ("found", "states"),
    [
        (account(ACTED), {0: ["accepted"], 1: ["accepted"]}),
        (account(ACTED), {0: ["accepted"], 1: ["accepted"], 2: ["pending"]}),
        (account(ACTED), {0: ["accepted"], 1: ["accepted"], 2: ["rejected"]}),
        (account(Call((0, 1), "acted")), {0: ["accepted"], 1: ["accepted"], 2: ["accepted"]}),
        (account(ACTED, repeatable=True), {0: ["accepted"], 1: ["accepted"], 2: ["unknown"]}),
    ],
    ids=["lost", "left", "never refused", "never sent", "could be sent again"],
)
def test_the_checker_sees_a_wrong_end(found: Account, states: dict[int, list[str]]) -> None:
    """When everything should have been sent."""
    with pytest.raises(AssertionError):
        found.check_end(states)


def test_the_checker_sees_a_row_in_two_runs() -> None:
    """A stream's rest that begins too early."""
    with pytest.raises(ValueError, match="too many values"):
        account(ACTED).check_end({0: ["accepted"] * 2, 1: ["accepted"], 2: ["accepted"]})


@pytest.mark.parametrize("change", [lambda code: code + 1, lambda _code: 0])
def test_the_checker_sees_a_wrong_exit_code(change: Callable[[int], int]) -> None:
    """It is the highest of what happened."""
    run = {"rejected": 1, "failed": 0, "to_come": 0, "unknown": 1, "input_ended": None}
    account(ACTED).check_exit(6, run)
    with pytest.raises(AssertionError):
        account(ACTED).check_exit(change(6), run)
