import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.wait_text import moment_text, span_text

NOON_UTC = 1_795_521_600.0
"""2026-11-24 12:00:00 UTC."""


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Makes the local time an hour ahead of UTC."""
    monkeypatch.setenv("TZ", "XXX-1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


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


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1e12))
def test_no_moment_raises(unix_s: float, now_unix_s: float) -> None:
    """Whatever the clock says and a server asks for."""
    assert moment_text(unix_s, now_unix_s)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1.0, "1 s"),
        (4.5, "4.5 s"),
        (60.0, "60 s"),
        (90.0, "90 s"),
        (120.0, "2 minutes"),
        (900.0, "15 minutes"),
        (7200.0, "120 minutes"),
    ],
)
def test_a_stretch_of_time_is_told_as_it_was_given(seconds: float, expected: str) -> None:
    """In minutes where it is whole ones."""
    assert span_text(seconds) == expected
