"""The numbers of a run: the same wherever they are told, and without the time it stood still."""

import json
import re
from html import unescape
from pathlib import Path

import pytest

from tests.clocks import ShiftedClock
from tests.runs.accounts import REFUSED, Account

IDLE_S = 45.0
"""Shorter than the longest time in which a run under way may decide nothing."""


@pytest.fixture
def resumed(account: Account) -> list[str]:
    """The summary of a run of six rows that stopped at the third, and went on much later."""
    account.clock = clock = ShiftedClock()
    account.begin()
    Path("p.csv").write_text("email\n" + "".join(f"p{number}@b.co\n" for number in range(6)))
    words = ("identify", "--from=p.csv", "--concurrency=1", "--no-account")
    assert account.run(*words, faults={2: REFUSED}).code == 255
    clock.seconds = IDLE_S
    run = account.run("runs", "resume")
    assert run.code == 0, run.err
    lines = run.err.splitlines()
    return lines[next(at for at, line in enumerate(lines) if " rows in " in line) :]


def test_the_end_of_a_run_and_every_later_look_at_it_tell_the_same(
    resumed: list[str], account: Account
) -> None:
    """To the last digit: the summary, `runs show`, its record and its page."""
    shown = account.run("runs", "show", "-o", "table").out.splitlines()
    assert shown[1:] == resumed
    totals = json.loads(account.run("runs", "show", "-o", "json").out)["totals"]
    throughput = totals["throughput"]
    assert throughput["average_per_s"] == pytest.approx(6 / totals["elapsed_s"], rel=0.01)
    assert throughput["average_per_s"] <= throughput["highest_per_s"]
    assert sum(throughput["accepted"]) == totals["accepted"] == 6
    assert account.run("runs", "show", "--html", "p.html").code == 0
    page = unescape(Path("p.html").read_text())
    assert resumed[0] in page
    highest = re.search(r"the highest bar is ([\d.,]+)/s", page)
    assert highest is not None
    assert float(highest[1].replace(",", "")) == pytest.approx(
        throughput["highest_per_s"], abs=0.51
    )


def test_the_time_a_run_stood_still_is_no_part_of_it(resumed: list[str], account: Account) -> None:
    """However short it was: neither of its duration nor of its average."""
    totals = json.loads(account.run("runs", "show", "-o", "json").out)["totals"]
    assert 0 < totals["elapsed_s"] < IDLE_S
    assert len(totals["throughput"]["accepted"]) < IDLE_S
    assert " min" not in resumed[0]


def test_nothing_is_said_to_have_taken_no_time(resumed: list[str]) -> None:
    """Neither 0 s nor 0 ms, nor 0 a second."""
    assert not [line for line in resumed if re.search(r"(?<![\d.])0(\.0)?( m?s|/s| min)", line)]
