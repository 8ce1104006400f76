"""Removing old rows: their numbers stay, open rows stay, and the file no longer grows."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.core.totals.timeline import Slot
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.journal.check_file import read_check_file
from sendx_cli.journal.opening import create_journal, open_journal
from sendx_cli.journal.removed import Removed
from sendx_cli.journal.rows import InputRead, LeftOut, LeftOutKind, State
from sendx_cli.journal.runs import open_view
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.verifying import version_of
from sendx_cli.journal.view import Counts, RunView
from tests.clocks import HandClock
from tests.journal.journals import HEADER, as_rows, decided, path_of, people, tracked

ROOT = Path(__file__).parents[2]
KILLS = 8
FATES = (Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.FAILED)
CODES = ("rejected", "no_such_contact", "conflict")
STREAM = replace(HEADER, action="track", source_path=None, source_sha256="", started_at=1.8e9)


def remove_all(journal: RunJournal, before: float) -> None:
    old_rows = journal.old_rows()
    while old_rows.remove_some(int(before)):
        pass


def some_run(folder: Path, clock: HandClock, seed: int) -> RunJournal:
    """A stream of 1,200 rows over hours, of all outcomes and with pauses and bad rows."""
    draw = random.Random(seed)
    journal = create_journal(folder, STREAM, clock)
    for number in range(1200):
        row = Row(number, Track(email=f"p{number}@b.co", add_tags=("x",)), 2 * number + 2)
        bad = LeftOut(2 * number + 3, draw.choice(list(LeftOutKind)[:2]), None, "bad")
        journal.add_read([row], [bad], InputRead(2 * number + 3, has_ended=False))
        if draw.random() < 0.1:
            continue
        outcome = draw.choice(FATES)
        kind = Kind.ACCEPTED if outcome is Outcome.ACCEPTED else Kind.REFUSED
        code = "accepted" if outcome is Outcome.ACCEPTED else draw.choice(CODES)
        verdict = Verdict(kind, code, f"message {number}", None, 200)
        elapsed_s = round(draw.expovariate(4), 3)
        attempts = draw.randint(0, 3)  # 0: it was decided without a request
        journal.record([Decided(row, outcome, verdict, attempts, elapsed_s)])
        if draw.random() < 0.1:
            journal.note_pauses([draw.choice(["throttled", "unreachable"])])
        clock.seconds += draw.expovariate(0.1)
    journal.seal()
    return journal


def sums(view: RunView) -> Slot:
    total = Slot()
    for slot in view.seconds().values():
        total = total.and_(slot)
    return total._replace(elapsed_ms=round(total.elapsed_ms, 3))


@pytest.mark.parametrize("seed", range(3))
def test_all_numbers_count_the_removed_rows_as_they_were(tmp_path: Path, seed: int) -> None:
    """Whenever they are removed: half of them, then nearly all."""
    clock = HandClock()
    with some_run(tmp_path, clock, seed) as journal:
        view = journal.view
        shares = (0.01, 0.5, 0.95, 0.99, 1.0)
        counts, attempts, groups = view.counts(), view.attempts(), view.failure_groups()
        left_out = [view.count_left_out(kind) for kind in LeftOutKind]
        elapsed, slots = view.elapsed_ms(shares), sums(view)
        kept = 1200
        for part in (0.5, 0.9):
            remove_all(journal, clock.unix() - clock.seconds * (1 - part))
            journal.old_rows().remove_left_out(int(2400 * part), 1)
            assert (view.counts(), view.attempts()) == (counts, attempts)
            assert [view.count_left_out(kind) for kind in LeftOutKind] == left_out
            assert [each.count for each in view.failure_groups()] == [each.count for each in groups]
            assert {(each.state, each.code, each.example.line) for each in view.failure_groups()} \
                == {(each.state, each.code, each.example.line) for each in groups}  # fmt: skip
            assert view.elapsed_ms(shares) == pytest.approx(elapsed, rel=0.005)
            assert sums(view) == slots
            rows = list(view.rows(list(State)))
            assert len(rows) < kept
            kept = len(rows)
            assert view.removed is not None
            assert view.removed.rows > 1200 - kept
        assert kept < 700


def test_a_failure_of_which_no_row_is_kept_is_still_told(tmp_path: Path) -> None:
    """With the first row as its example, as if it were there."""
    clock = HandClock()
    with create_journal(tmp_path, STREAM, clock) as journal:
        journal.add(as_rows(tracked(2)))
        journal.record([decided(row, Outcome.REJECTED) for row in journal.pending()])
        (before,) = journal.view.failure_groups()
        clock.seconds += 100
        remove_all(journal, clock.unix())
        (after,) = journal.view.failure_groups()
        assert not list(journal.view.rows(list(State)))
        assert (after.state, after.code, after.count) == (before.state, before.code, 2)
        assert after.example.contact == before.example.contact
        assert (after.example.line, after.example.message) == (2, "bad birthday")
        assert journal.view.removed == Removed(2, int(clock.unix()))


def test_open_rows_and_all_later_ones_of_their_contacts_stay(tmp_path: Path) -> None:
    """A row that is sent again must find the later one that it would undo."""
    clock = HandClock()
    moved = Identify(email="p3@example.com", new_email="moved@example.com")
    contacts: list[Contact] = [*people(4), *people(4), moved, Identify(email="MOVED@example.com")]
    fates = {0: Outcome.UNKNOWN, 1: Outcome.FAILED, 3: Outcome.UNKNOWN}
    with create_journal(tmp_path, replace(STREAM, action="identify"), clock) as journal:
        journal.add(as_rows(contacts))
        rows = [row for row in journal.pending() if row.number != 2]
        journal.record([decided(row, fates.get(row.number, Outcome.ACCEPTED)) for row in rows])
        clock.seconds += 100
        remove_all(journal, clock.unix())
        assert [row.number for row in journal.view.rows(list(State))] == list(range(10))
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
        clock.seconds += 100
        remove_all(journal, clock.unix())
        assert [row.number for row in journal.view.rows(list(State))] == [0, 1, 3, 4, 5, 7, 8, 9]
        journal.reopen(State.UNKNOWN)
        assert journal.stop_overtaken() == 2
        assert journal.view.counts() == Counts(accepted=7, rejected=2, failed=1)


def test_a_row_is_kept_until_its_time_is_over(tmp_path: Path) -> None:
    """Counted from when it was decided, not from when it was read; the next pass removes it."""
    clock = HandClock()
    with create_journal(tmp_path, STREAM, clock) as journal:
        journal.add(as_rows(tracked(3)))
        clock.seconds += 1000
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
        old_rows = journal.old_rows()
        assert not old_rows.remove_some(int(clock.unix()))
        assert len(list(journal.view.rows(list(State)))) == 3
        assert not old_rows.remove_some(int(clock.unix()) + 1)
        assert len(list(journal.view.rows(list(State)))) == 0


def test_bad_rows_are_handed_over_when_they_are_removed(tmp_path: Path) -> None:
    """Those up to a line, a few at a time."""
    clock = HandClock()
    bad = [LeftOut(line, LeftOutKind.BAD, f"{line}", "bad") for line in range(2, 1002)]
    with create_journal(tmp_path, STREAM, clock) as journal:
        journal.leave_out(bad)
        old_rows = journal.old_rows()
        removed: list[LeftOut] = []
        while some := old_rows.remove_left_out(900, 1_800_000_005):
            assert len(some) <= 500
            removed += some
        assert removed == bad[:899]
        assert list(journal.view.left_out()) == bad[899:]
        assert journal.view.count_left_out(LeftOutKind.BAD) == 1000
        assert journal.view.removed == Removed(899, 1_800_000_005)


def test_the_file_does_not_grow_with_the_rows_that_went_through_it(tmp_path: Path) -> None:
    """Ten times as many rows need as much as the first thousand, the check file included."""
    clock, sizes = HandClock(), list[int]()
    with create_journal(tmp_path, STREAM, clock) as journal:
        old_rows = journal.old_rows()
        for hundred in range(100):
            rows = [
                Row(100 * hundred + n, contact, 100 * hundred + n)
                for n, contact in enumerate(tracked(100))
            ]
            journal.add_read(rows, [], InputRead(100 * hundred, has_ended=False))
            journal.record([decided(row, Outcome.ACCEPTED) for row in rows])
            clock.seconds += 60
            while old_rows.remove_some(int(clock.unix() - 300)):
                pass
            sizes.append(sum(one.stat().st_size for one in tmp_path.iterdir()))
        assert journal.view.counts() == Counts(accepted=10_000)
        assert len(list(journal.view.rows(list(State)))) <= 600
    assert path_of(tmp_path).stat().st_size < 300_000
    assert max(sizes[50:]) <= max(sizes[:50]) * 1.1


def test_the_seconds_of_a_year_are_told_in_few_parts(tmp_path: Path) -> None:
    """They grow with the run's age, so that each is a thousandth of it at most."""
    clock = HandClock()
    with create_journal(tmp_path, STREAM, clock) as journal:
        old_rows = journal.old_rows()
        for number in range(3000):
            rows = [Row(number, contact) for contact in tracked(1)]
            journal.add(rows)
            journal.record([decided(rows[0], Outcome.ACCEPTED)])
            clock.seconds += 1 + number * 7
            if number % 100 == 0:
                while old_rows.remove_some(int(clock.unix())):
                    pass
        remove_all(journal, clock.unix())
        assert sums(journal.view).accepted == 3000
        seconds = sorted(journal.view.seconds())
        assert len(seconds) < 3000
        assert all(second <= clock.unix() for second in seconds)
        assert seconds[0] == 1_800_000_000


def test_a_journal_that_keeps_all_has_the_format_of_before(tmp_path: Path) -> None:
    """An earlier sendx reads it; of one with removed rows it says that it is too new."""
    for count, is_removing in enumerate((False, True)):
        folder = tmp_path / str(count)
        with create_journal(folder, STREAM, HandClock()) as journal:
            if is_removing:
                journal.old_rows()
            journal.seal()
        assert version_of(path_of(folder)) == 3 + is_removing


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9 there")
def test_no_kill_while_rows_are_removed_loses_a_row_or_a_count(tmp_path: Path) -> None:
    """After each kill, all rows are counted once; in the end each was sent, and counts as such."""
    rows = 3_000
    with create_journal(tmp_path, STREAM, HandClock()) as journal:
        journal.add(as_rows(tracked(rows)))
        journal.old_rows()
        journal.seal()
    path, service, draw = path_of(tmp_path), tmp_path / "service", random.Random(1)
    for kill in range(KILLS + 1):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.journal.removing_process", path, service],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            if kill < KILLS:
                time.sleep(draw.uniform(0, 0.03))
                process.kill()
        applied = Counter(map(int, service.read_text().splitlines()))
        assert set(applied.values()) <= {1}
        with open_journal(path) as journal:
            counts = journal.view.counts()
            open_rows = {row.number for row in journal.view.rows([State.PENDING, State.UNKNOWN])}
        assert counts.total == rows
        assert counts.accepted == rows - len(open_rows)
        assert set(range(rows)) - open_rows <= set(applied)
        assert counts.unknown <= 8 * (kill + 1)
    assert (counts.pending, counts.accepted) == (0, rows - counts.unknown)
    with open_view(path) as view:
        assert view.removed is not None
        assert view.removed.rows > rows / 2


@pytest.mark.parametrize("fill", [b"", bytes(1), b"\xa5"], ids=["cut", "zeros", "junk"])
def test_a_log_that_was_cut_off_anywhere_counts_each_row_once(tmp_path: Path, fill: bytes) -> None:
    """Power loss amid removals: no row is gone, and none is counted twice."""
    clock = HandClock()
    with create_journal(tmp_path / "run", STREAM, clock) as journal:
        journal.add(as_rows(tracked(60)))
        old_rows = journal.old_rows()
        journal.seal()
        for row in list(journal.pending()):
            journal.record([decided(row, Outcome.ACCEPTED)])
            clock.seconds += 0.01
            old_rows.remove_some(int(clock.unix()) + 1)
        base = path_of(tmp_path / "run")
        shutil.copytree(tmp_path / "run", tmp_path / "left")
    log = (tmp_path / "left" / f"{base.name}-wal").read_bytes()
    recorded = read_check_file(tmp_path / "left" / base.name)
    assert recorded is not None
    assert recorded.position is not None
    synced = 32 + recorded.position.frames * (24 + 4096)
    assert synced < len(log)
    for length in random.Random(4).sample(range(synced, len(log)), 25):
        shutil.rmtree(tmp_path / "cut", ignore_errors=True)
        shutil.copytree(tmp_path / "left", tmp_path / "cut")
        path = tmp_path / "cut" / base.name
        path.with_name(base.name + "-wal").write_bytes(log[:length] + fill * (len(log) - length))
        with open_view(path) as view:
            counts, removed = view.counts(), view.removed
            open_rows = len(list(view.rows([State.PENDING])))
        assert counts == Counts(pending=open_rows, accepted=60 - open_rows)
        assert (removed.rows if removed else 0) <= counts.accepted
