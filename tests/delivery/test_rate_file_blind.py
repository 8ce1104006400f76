"""A limit's file that cannot be used: done without for a second, then tried again."""

import errno
import os
import sys
import time
from pathlib import Path

import pytest

from sendx_cli.delivery.rate_file import RateFile
from tests.clocks import HandClock

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no links and no flock there")


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


@POSIX
def test_a_file_that_cannot_be_made_is_left_alone_for_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change was made in memory once; then nothing is asked of the system."""
    clock = HandClock(1_000.0)
    monkeypatch.setattr(time, "monotonic", clock.now)
    (tmp_path / "rates").symlink_to(tmp_path / "nowhere" / "rates")
    file = RateFile(tmp_path / "rates" / "account")
    outcomes = [file.update(lambda _kept: b"new") for _ in range(2)]
    (tmp_path / "rates").unlink()
    outcomes.append(file.update(lambda _kept: b"new"))
    clock.seconds += 1.0
    outcomes.append(file.update(lambda _kept: b"new"))
    file.close()
    assert outcomes == [True, False, False, True]
    assert (tmp_path / "rates" / "account").read_bytes() == b"new"


def test_a_file_that_cannot_be_written_is_left_alone_for_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a full disk."""
    clock = HandClock(1_000.0)
    monkeypatch.setattr(time, "monotonic", clock.now)
    file = RateFile(tmp_path / "account")
    assert file.update(lambda _kept: b"first")

    def fail(_descriptor: int, _content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", fail)
        assert file.update(lambda _kept: b"second")
    assert not file.update(lambda _kept: b"third")
    clock.seconds += 1.0
    assert file.update(lambda _kept: b"third")
    file.close()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="/dev/fd is missing")
def test_a_closed_file_is_open_no_more(tmp_path: Path) -> None:
    """A process that sends to many accounts one after the other must not run out of files."""
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(3):
        file = RateFile(tmp_path / "account")
        file.update(lambda _kept: b"new")
        file.close()
        file.close()
    assert len(list(Path("/dev/fd").iterdir())) <= before


@POSIX
def test_a_file_that_cannot_be_locked_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes would else write over each other's records."""
    file = RateFile(tmp_path / "account")
    assert file.update(lambda _kept: b"first")

    def no_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("sendx_cli.file_lock.flock", no_locks)
    assert not file.update(lambda _kept: b"second")
    assert file.look() == b"first"
    file.close()
