import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.errors import InputError
from sendx_cli.journal.check_file import read_check_file
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import State
from sendx_cli.journal.runs import open_view
from sendx_cli.journal.view import Counts
from tests.journal.journals import begin, decided, path_of, people, tracked
from tests.journal.sending_process import IN_FLIGHT

ROOT = Path(__file__).parents[2]
KILLS = 10
ROWS = 4_000
"""More than are sent before the last kill, by far."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no kill -9 there")


def send(journal: Path, service: Path, killed_after_s: float | None) -> None:
    """Send the run in a process of its own, and kill it in the middle."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journal.sending_process", journal, service],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if killed_after_s is not None:
            time.sleep(killed_after_s)
            process.kill()


def applied_in(service: Path) -> Counter[int]:
    return Counter(int(line) for line in service.read_text().splitlines())


def numbers(path: Path, state: State) -> set[int]:
    with open_journal(path) as journal:
        return {recorded.number for recorded in journal.view.rows([state])}


def test_no_kill_loses_a_row_or_repeats_more_than_was_in_flight(tmp_path: Path) -> None:
    """Identify: after each kill, rows recorded as accepted were acted on, and the rest is sent."""
    begin(tmp_path, people(ROWS)).close()
    path, service, draw = path_of(tmp_path), tmp_path / "service", random.Random(1)
    for kills in range(1, KILLS + 1):
        send(path, service, draw.uniform(0, 0.02))
        applied = applied_in(service)
        assert numbers(path, State.ACCEPTED) <= set(applied)
        assert applied.total() - len(applied) <= IN_FLIGHT * kills
    send(path, service, None)
    assert set(applied_in(service)) == set(range(ROWS))
    with open_journal(path) as journal:
        assert journal.view.counts() == Counts(accepted=ROWS)


def test_no_kill_sends_a_track_twice(tmp_path: Path) -> None:
    """What was in flight is unknown, at most as much as was under way; nothing else is."""
    begin(tmp_path, tracked(ROWS)).close()
    path, service, draw = path_of(tmp_path), tmp_path / "service", random.Random(2)
    for kills in range(1, KILLS + 1):
        send(path, service, draw.uniform(0, 0.02))
        applied = applied_in(service)
        unknown, accepted = numbers(path, State.UNKNOWN), numbers(path, State.ACCEPTED)
        assert len(unknown) <= IN_FLIGHT * kills
        assert accepted <= set(applied) <= accepted | unknown
    send(path, service, None)
    applied, unknown = applied_in(service), numbers(path, State.UNKNOWN)
    assert set(applied.values()) == {1}
    assert numbers(path, State.ACCEPTED) == set(range(ROWS)) - unknown
    assert set(range(ROWS)) - unknown <= set(applied)


@pytest.mark.parametrize("fill", [b"", bytes(1), b"\xa5"], ids=["cut", "zeros", "junk"])
def test_a_log_that_was_cut_off_anywhere_holds_what_came_first(tmp_path: Path, fill: bytes) -> None:
    """Power loss: the fates that remain are the earliest ones, whole, and the others pending.

    What had been synced cannot be lost by it: a log without that is damaged.
    """
    order = list(range(60))
    random.Random(3).shuffle(order)
    with begin(tmp_path / "run", people(60)) as journal:
        rows = list(journal.pending())
        for number in order:
            journal.record([decided(rows[number], Outcome.ACCEPTED)])
        base = path_of(tmp_path / "run")
        shutil.copytree(tmp_path / "run", tmp_path / "left")
    log = (tmp_path / "left" / f"{base.name}-wal").read_bytes()
    recorded = read_check_file(tmp_path / "left" / base.name)
    assert recorded is not None
    assert recorded.position is not None
    synced = 32 + recorded.position.frames * (24 + 4096)
    assert 0 < synced < len(log) // 2
    for length in random.Random(4).sample(range(len(log)), 40):
        shutil.rmtree(tmp_path / "cut", ignore_errors=True)
        shutil.copytree(tmp_path / "left", tmp_path / "cut")
        path = tmp_path / "cut" / base.name
        path.with_name(base.name + "-wal").write_bytes(log[:length] + fill * (len(log) - length))
        if length < synced:
            with pytest.raises(InputError):
                check_earliest(path, order)
        else:
            check_earliest(path, order)


def check_earliest(path: Path, order: list[int]) -> None:
    """Hold that the accepted rows are the first of `order`, and that the others can be sent."""
    with open_view(path) as view:
        accepted = {recorded.number for recorded in view.rows([State.ACCEPTED])}
    assert accepted == set(order[: len(accepted)])
    with open_journal(path) as journal:
        assert {row.number for row in journal.pending()} == set(order[len(accepted) :])
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
    with open_journal(path) as journal:
        assert journal.view.counts() == Counts(accepted=len(order))


FILL = """
import resource, sys
from pathlib import Path
from sendx_cli.journal.opening import open_journal
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.errors import PassingTrouble
from tests.journal.journals import decided
path = Path(sys.argv[1])
with open_journal(path) as journal:
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, resource.RLIM_INFINITY))
    recorded = 0
    try:
        for row in journal.pending():
            journal.mark_sending([row])
            journal.record([decided(row, Outcome.ACCEPTED)])
            recorded += 1
    except PassingTrouble as error:
        sys.stdout.write(f"{recorded}|{error.message}|{error.hint}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
"""


def test_a_full_disk_ends_the_run_and_loses_nothing(tmp_path: Path) -> None:
    """What to do is told; what was recorded before stays, the one under way is in doubt."""
    begin(tmp_path, tracked(ROWS)).close()
    path = path_of(tmp_path)
    told = subprocess.run(
        [sys.executable, "-c", FILL, path],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=60,
    ).stdout
    recorded, message, hint = told.split("|")
    assert message == "cannot keep the run's journal: the disk cannot be written"
    assert hint == f"fix that, then `sendx runs resume {path.stem}`: no row is lost"
    with open_journal(path) as journal:
        counts = journal.view.counts()
    assert (counts.accepted, counts.total) == (int(recorded), ROWS)
    assert counts.unknown <= 1
