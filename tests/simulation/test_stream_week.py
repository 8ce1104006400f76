"""Days of a stream: a week with five rows a second is `python -m tests.simulation.stream_week`."""

from pathlib import Path

from tests.simulation.stream_week import hold, run_week


def test_a_stream_of_days_keeps_what_its_options_say_and_needs_no_more_memory(home: Path) -> None:
    """The whole command, with bad and refused rows: all are counted, six hours of them are kept."""
    hold(run_week(home / "state", rows_an_hour=20, days=4))
