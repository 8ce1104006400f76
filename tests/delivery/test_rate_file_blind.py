"""A limit's file that cannot be used: done without for a second, then tried again."""

import time
from pathlib import Path

import pytest

from sendx_cli.delivery.rate_file import RateFile


class HandClock:
    """Stands in for the machine's steady clock."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_file_that_cannot_be_opened_is_left_alone_for_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile nothing is asked of the system; afterwards it is a file like any other."""
    clock = HandClock()
    monkeypatch.setattr(time, "monotonic", clock)
    place = tmp_path / "rates"
    place.write_text("in the way")
    file = RateFile(place / "account")
    seen: list[bytes] = []

    def change(kept: bytes) -> bytes:
        seen.append(kept)
        return b"new"

    outcomes = [file.update(change)]
    place.unlink()
    for seconds in (0.0, 0.999, 0.001, 0.0):
        clock.seconds += seconds
        outcomes.append(file.update(change))
    file.close()
    assert outcomes == [False, False, False, True, True]
    assert seen == [b"", b"new"]
    assert (place / "account").read_bytes() == b"new"
