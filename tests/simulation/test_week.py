"""A week of one run: a longer one is `python -m tests.simulation.week`."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.week import Week, hold


@pytest.fixture
def _berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("time zones cannot be set there")
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_berlin")
def test_a_week_loses_nothing_repeats_nothing_and_holds_on_to_nothing(tmp_path: Path) -> None:
    """Over limits, outages, new certificates, a sleeping laptop and clocks that are set."""
    week = Week(tmp_path, rows_an_hour=48)
    week.run()
    hold(week)
