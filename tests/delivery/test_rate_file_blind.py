"""A limit's file that cannot be used: done without for a second, then tried again."""

import time
from pathlib import Path

import pytest

from sendx_cli.delivery.rate_file import RateFile
from tests.clocks import HandClock


def test_a_file_that_cannot_be_opened_is_left_alone_for_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile nothing is asked of the system; afterwards it is a file like any other."""
    clock = HandClock(1_000.0)
    monkeypatch.setattr(time, "monotonic", clock.now)
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
