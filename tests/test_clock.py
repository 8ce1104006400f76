"""However wrong the machine's clock may be, nothing ends in a traceback."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.clock import SystemClock, day_text, moment_text, past_text
from tests.conftest import Command
from tests.tools import heed_time_zone

NOON_UTC = 1_795_521_600.0
"""2026-11-24 12:00:00 UTC."""

MOST_THAT_PYTHON_TELLS = 2**63 / 1e9

ABSURD = {
    "before all calendars": -9e9,
    "before 1970": -1.0,
    "1970": 0.0,
    "the last second of 9999": 253_402_300_799.0,
    "the year 10000": 253_402_300_800.0,
    "beyond all calendars": 1e18,
    "beyond all numbers of 64 bits": 1e30,
}


@pytest.fixture(params=list(ABSURD.values()), ids=list(ABSURD))
def unix_s(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """What the machine's clock says, whoever asks it."""
    said: float = request.param

    def tell() -> float:
        if said > MOST_THAT_PYTHON_TELLS:
            raise OverflowError("timestamp too large to convert to C _PyTime_t")
        return said

    monkeypatch.setattr(time, "time", tell)
    return said


@pytest.mark.parametrize("zone", ["XXX+12", "UTC", "XXX-14"])
def test_the_clock_stays_within_the_calendar(
    unix_s: float, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every zone there is a day, the first or the last where the machine's has none."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        heed_time_zone()
        clock = SystemClock()
        found = clock.unix(), clock.today()
    heed_time_zone()
    if unix_s > 0.0:
        assert date(9999, 12, 30) <= found[1] <= date(9999, 12, 31)
    else:
        assert date(1970, 1, 1) <= found[1] <= date(1970, 1, 2)
    assert 0.0 < found[0] < 253_402_300_800.0


def test_commands_work_by_an_absurd_clock(
    unix_s: float, sendx: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is made, named by its minute, listed, shown and resumed."""
    monkeypatch.chdir(tmp_path)
    Path("p.csv").write_text("email,birthday\na@b.co,1950-01-01\n")
    year = 9999 if unix_s > 0.0 else 1970
    single = sendx("identify", "a@b.co", "--birthday", "1950-01-01", "--sandbox")
    run = sendx("identify", "--from", "p.csv", "--sandbox")
    assert (single.code, run.code) == (0, 0)
    record = json.loads(sendx("runs", "list", "-o", "jsonl").out)
    assert (record["run"][:4], record["started"][:4]) == (str(year), str(year))
    for words in (
        ("list", "-o", "table"),
        ("show", "-o", "table"),
        ("show", "--rows"),
        ("resume",),
    ):
        shown = sendx("runs", *words)
        assert (shown.code, "bug" in shown.err) == (0, False), (words, shown.err)
    assert sendx("runs", "show", record["run"], "-o", "json").code == 0


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Makes the local time an hour ahead of UTC."""
    monkeypatch.setenv("TZ", "XXX-1")
    heed_time_zone()
    yield
    monkeypatch.undo()
    heed_time_zone()


@pytest.mark.parametrize(
    ("wait_s", "expected"),
    [
        (0.0, "13:00"),
        (0.1, "13:01"),
        (3_900.0, "14:05"),
        (39_540.0, "23:59"),
        (39_541.0, "2026-11-25 00:00"),
        (86_400.0, "2026-11-25 13:00"),
        (366 * 86_400.0, "2027-11-25 13:00"),
        (1e9, "2058-08-02 14:47"),
        (1e300, "a day beyond the calendar"),
        (-1e300, "a day beyond the calendar"),
    ],
)
@pytest.mark.usefixtures("zone")
def test_a_moment_is_told_by_the_local_clock(wait_s: float, expected: str) -> None:
    """Rounded up to the minute, with its date on another day."""
    assert moment_text(NOON_UTC + wait_s, NOON_UTC) == expected


@pytest.mark.parametrize(
    ("unix_s", "expected"),
    [
        (NOON_UTC, "2026-11-24 13:00"),
        (NOON_UTC + 59.9, "2026-11-24 13:00"),
        (NOON_UTC + 60.0, "2026-11-24 13:01"),
        (1e300, "a day beyond the calendar"),
    ],
)
@pytest.mark.usefixtures("zone")
def test_a_moment_that_has_passed_is_told_by_the_minute_it_was_in(
    unix_s: float, expected: str
) -> None:
    """Not rounded up to one that is yet to come; by the local clock, as runs are listed."""
    assert past_text(unix_s) == expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1e12))
def test_no_moment_raises(unix_s: float, now_unix_s: float) -> None:
    """Whatever the clock says and a server asks for."""
    assert moment_text(unix_s, now_unix_s)


@pytest.mark.parametrize(
    ("earlier_s", "text"),
    [(0.0, "12:00"), (3600.0, "11:00"), (86_400.0, "Nov 23"), (330 * 86_400.0, "2025")],
)
def test_a_day_is_told_in_few_letters(
    earlier_s: float, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of today, the day of this year, the year of any other."""
    monkeypatch.setenv("TZ", "UTC")
    heed_time_zone()
    try:
        assert day_text(NOON_UTC - earlier_s, NOON_UTC) == text
    finally:
        monkeypatch.undo()
        heed_time_zone()


@pytest.mark.parametrize("unix_s", ABSURD.values(), ids=list(ABSURD))
def test_an_absurd_day_ends_in_no_traceback(unix_s: float) -> None:
    """A journal from a machine whose clock was wrong is listed all the same."""
    assert day_text(unix_s, NOON_UTC)


def test_on_windows_the_finer_clock_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other goes there by steps of 15.6 ms: a pace of 100 a second would be one of 64."""
    moments = iter([7.0, 7.001])
    monkeypatch.setattr(time, "perf_counter", lambda: next(moments))
    monkeypatch.setattr(sys, "platform", "win32")
    clock = SystemClock()
    assert (clock.now(), clock.now()) == (7.0, 7.001)
