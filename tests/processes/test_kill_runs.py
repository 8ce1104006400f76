"""`kill -9` at any moment of a run: what the service saw, and what the journal knows of it."""

import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.processes.conftest import Start
from tests.processes.recording import LATENCY_S, Body, Recording
from tests.servers import ScriptedServer

KILLS = 25
"""Of each kind of run: a hundred in all."""

ROWS = 1_000
CONTACTS = 90
IN_FLIGHT = 8
START_UP_S = 0.4
STUCK_S = 10.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no kill -9 there")


@dataclass(frozen=True)
class Kind:
    """A kind of run: its command, its file, and how a contact's body tells its row.

    Args:
        batch: How many rows a call has.
        is_repeatable: Whether a row that was under way at a kill may be sent again.
    """

    name: str
    words: tuple[str, ...]
    header: str
    row: Callable[[int], str]
    row_of: Callable[[Body], int]
    is_repeatable: bool
    batch: int = 1


def email(number: int) -> str:
    return f"p{number % CONTACTS}@example.com"


def first_name_of(body: Body) -> int:
    return int(str(body["firstName"])[1:])


def tag_of(body: Body) -> int:
    tags = body["addTags"]
    assert isinstance(tags, list)
    return int(tags[0][1:])


KINDS = [
    Kind(
        "identify",
        ("identify",),
        "email,first_name",
        lambda number: f"{email(number)},n{number}",
        first_name_of,
        is_repeatable=True,
    ),
    Kind(
        "batches",
        ("identify", "--batch", "3"),
        "email,first_name",
        lambda number: f"{email(number)},n{number}",
        first_name_of,
        is_repeatable=True,
        batch=3,
    ),
    Kind(
        "track",
        ("track",),
        "email,add_tags",
        lambda number: f"{email(number)},t{number}",
        tag_of,
        is_repeatable=False,
    ),
    Kind(
        "counting",
        ("identify", "--map", "visits=field:visits"),
        "email,first_name,visits",
        lambda number: f"{email(number)},n{number},++1",
        first_name_of,
        is_repeatable=False,
    ),
]


class Killing:
    """One run, begun and resumed and killed again and again."""

    def __init__(self, kind: Kind, start: Start, sendx: Command, service: Recording) -> None:
        self._calls_at_most = ROWS // KILLS // kind.batch
        self._begin = (*kind.words, "--from", "people.csv", "--yes")
        self._start = start
        self._sendx = sendx
        self._service = service
        self._draw = random.Random(kind.name)

    def words(self) -> tuple[str, ...]:
        """Return what continues with the run, or begins it where no kill left one."""
        common = ("-o", "jsonl", "--concurrency", str(IN_FLIGHT))
        return (("runs", "resume") if self._sendx("runs", "list").out else self._begin) + common

    def kill(self) -> None:
        """Start, and kill: mostly amid the sending, now and then before anything was sent."""
        sending = self._start(*self.words())
        if self._draw.random() < 0.2:
            self._service.wait_for(sys.maxsize, self._draw.uniform(0, START_UP_S))
        else:
            calls = self._draw.randint(1, self._calls_at_most)
            self._service.wait_for(self._service.calls + calls, STUCK_S)
            self._service.wait_for(sys.maxsize, self._draw.uniform(0, 1.5 * LATENCY_S))
        sending.kill()
        sending.communicate()

    def finish(self) -> None:
        """Resume the run to its end."""
        with self._start(*self.words()) as sending:
            _, errors = sending.communicate(timeout=60)
        assert "Traceback" not in errors

    def rows(self, state: str) -> set[int]:
        """Return the numbers of the rows that stand so, as `runs show` tells."""
        if not self._sendx("runs", "list").out:
            return set()
        shown = self._sendx("runs", "show", "--state", state, "-o", "jsonl")
        assert shown.code == 0
        return {json.loads(line)["line"] - 2 for line in shown.out.splitlines()}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_kill_loses_a_row_or_sends_one_too_often(
    kind: Kind, start: Start, sendx: Command, server: ScriptedServer, folder: Path
) -> None:
    """Accepted rows are never sent again, counting ones never twice, and the order stays."""
    lines = [kind.header, *map(kind.row, range(ROWS))]
    (folder / "people.csv").write_text("\n".join(lines) + "\n")
    server.script = service = Recording(kind.row_of)
    killing = Killing(kind, start, sendx, service)
    accepted: set[int] = set()
    for kills in range(1, KILLS + 1):
        seen = len(service.acted)
        killing.kill()
        assert not accepted & set(service.acted[seen:])
        accepted = killing.rows("accepted")
        check_so_far(kind, service.acted, accepted, killing.rows("unknown"), kills)
    assert len(accepted) < ROWS
    killing.finish()
    accepted, unknown = killing.rows("accepted"), killing.rows("unknown")
    assert accepted | unknown == set(range(ROWS))
    assert not accepted & unknown
    check_so_far(kind, service.acted, accepted, unknown, KILLS)
    assert (killing.rows("pending"), bool(unknown)) == (set(), not kind.is_repeatable)


def check_so_far(
    kind: Kind, acted: list[int], accepted: set[int], unknown: set[int], kills: int
) -> None:
    """Hold what must be true whenever a run is looked at."""
    times = Counter(acted)
    assert accepted <= set(acted)
    if kind.is_repeatable:
        assert not unknown
        assert times.total() - len(times) <= IN_FLIGHT * kind.batch * kills
    else:
        assert len(unknown) <= IN_FLIGHT * kills
        assert set(times.values()) <= {1}
        assert set(acted) <= accepted | unknown
    for contact in range(CONTACTS):
        order = [number for number in acted if number % CONTACTS == contact]
        assert order == sorted(order)
