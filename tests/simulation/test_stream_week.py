"""Days of a stream: a week with five rows a second is `python -m tests.simulation.stream_week`."""

import subprocess
import sys
from pathlib import Path


def test_a_stream_of_days_keeps_what_its_options_say_and_needs_no_more_memory() -> None:
    """The whole command, with bad and refused rows: all are counted, six hours of them are kept.

    In a process of its own: threads and memory of other tests are not the stream's.
    """
    words = [sys.executable, "-m", "tests.simulation.stream_week", "20", "4"]
    root = Path(__file__).parents[2]
    ended = subprocess.run(words, check=False, cwd=root, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
