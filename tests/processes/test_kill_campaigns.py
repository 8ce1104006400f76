"""A sample of `python -m tests.processes.kill_campaigns`, and its checker."""

import ast
import inspect
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import kill_checker, kill_service
from tests.processes.kill_campaigns import CAMPAIGNS
from tests.processes.kill_checker import (
    Account,
    Call,
    Session,
    check_towards,
    check_undone,
    check_whole,
    ends_amid_a_commit,
)
from tests.processes.kill_service import Write
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


LINES = '{"line": 2}\n{"line": 3}\n'


@pytest.mark.parametrize("text", [LINES[:-1], LINES[:12], "", LINES + LINES])
def test_the_checker_sees_half_a_report(text: str) -> None:
    """It is an earlier one, or has each row once."""
    check_whole("earlier", "earlier", [2, 3])
    check_whole(LINES, "earlier", [2, 3])
    with pytest.raises(AssertionError):
        check_whole(text, "earlier", [2, 3])


ANN = {"email": "ann@b.co", "firstName": "Ann", "tags": {"old"}, "fields": {}}
MOVED = {**ANN, "email": "moved@b.co"}


def test_the_checker_sees_a_contact_that_is_not_as_before() -> None:
    """Unless a row of it is said to be unknown."""
    before, after = {"1": ANN}, {"1": MOVED}
    check_undone(before, after, before, set())
    check_undone(before, after, after, {"moved@b.co"})
    for now in (after, {}, {**before, "2": ANN}):
        with pytest.raises(AssertionError):
            check_undone(before, after, now, {"bob@b.co"})


@pytest.mark.parametrize(
    "body",
    [
        {"firstName": "Other"},
        {"newEmail": "other@b.co"},
        {"addTags": ["new"]},
        {"removeTags": ["old"]},
        {"customFields": {"plan": "pro"}},
    ],
)
def test_the_checker_sees_a_write_away_from_before(body: dict[str, object]) -> None:
    """Which an undo has no reason for; and it counts those that came twice."""
    back = Write("identify", {"email": "moved@b.co", "newEmail": "ann@b.co"}, "acted")
    assert check_towards({"1": ANN}, {"1": MOVED}, [back, back]) == 1
    wrong = Write("track", {"email": "ann@b.co", **body}, "cut")
    with pytest.raises(AssertionError):
        check_towards({"1": ANN}, {"1": MOVED}, [wrong])


def test_a_commit_that_was_cut_off_is_seen(tmp_path: Path) -> None:
    """By SQLite's own file: whole, without its last page, and within a page."""
    path = tmp_path / "x.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE x (y)")
        database.execute("INSERT INTO x VALUES (hex(zeroblob(9000)))")
        log = path.with_name("x.sqlite3-wal").read_bytes()
    assert [ends_amid_a_commit(text) for text in (b"", log)] == [False, False]
    page = 24 + 4096
    assert [ends_amid_a_commit(log[:-cut]) for cut in (1, page, page + 1)] == [True] * 3


def test_the_checker_shares_nothing_with_what_it_checks() -> None:
    """It is Python's own library and itself, and so is the service that keeps an account."""
    service: set[str] = {"urllib.parse", "tests.servers"}
    for module, more in ((kill_checker, set()), (kill_service, service)):
        source = ast.parse(inspect.getsource(module))
        found = {node.module for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
        for node in ast.walk(source):
            found |= {name.name for name in node.names} if isinstance(node, ast.Import) else set()
        assert found - sys.stdlib_module_names == {"collections.abc", *more}


@pytest.mark.parametrize("change", [lambda code: code + 1, lambda _code: 0])
def test_the_checker_sees_a_wrong_exit_code(change: Callable[[int], int]) -> None:
    """It is the highest of what happened."""
    run = {"rejected": 1, "failed": 0, "to_come": 0, "unknown": 1, "input_ended": None}
    account(ACTED).check_exit(6, run)
    with pytest.raises(AssertionError):
        account(ACTED).check_exit(change(6), run)
