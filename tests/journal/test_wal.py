import struct
from pathlib import Path

import pytest

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.journal.wal import HEADER_BYTES, WriteAheadLog, read_log, wal_path
from tests.journal.journals import begin, decided, path_of, people


@pytest.fixture
def log(tmp_path: Path) -> bytes:
    """A write-ahead file with three transactions and more."""
    with begin(tmp_path / "run", people(3)) as journal:
        for row in list(journal.pending()):
            journal.record([decided(row, Outcome.ACCEPTED)])
        return wal_path(path_of(tmp_path / "run")).read_bytes()


def read(tmp_path: Path, content: bytes) -> WriteAheadLog:
    path = tmp_path / "made.sqlite3"
    wal_path(path).write_bytes(content)
    return read_log(path)


def test_a_log_is_read_to_its_last_whole_transaction(tmp_path: Path, log: bytes) -> None:
    """Wherever it is cut off, and nothing that was cut off counts as damage."""
    whole = read(tmp_path, log)
    assert (whole.end, whole.is_broken_within) == (len(log), False)
    for cut in (*range(HEADER_BYTES + 1), *range(HEADER_BYTES, len(log), 97)):
        found = read(tmp_path, log[:cut])
        count = len(found.checksums)
        assert found.checksums == whole.checksums[:count]
        assert (found.end <= max(cut, HEADER_BYTES), found.is_broken_within) == (True, False)
    assert count > 0


@pytest.mark.parametrize("at", [0, 3, 8, 11, 16, 23, 24, 31])
def test_a_log_whose_header_is_not_sound_holds_nothing(tmp_path: Path, log: bytes, at: int) -> None:
    """And is broken, where frames stand behind it: SQLite ignores them."""
    wrong = bytearray(log)
    wrong[at] ^= 0x41
    found = read(tmp_path, bytes(wrong))
    assert (found.salts, found.checksums, found.is_broken_within) == (b"", [], True)
    assert not read(tmp_path, bytes(wrong[:HEADER_BYTES])).is_broken_within


def test_a_log_of_other_pages_is_none_of_ours(tmp_path: Path, log: bytes) -> None:
    """However sound its header is."""
    header = bytearray(log[:24])
    struct.pack_into(">I", header, 8, 1024)
    order = "<" if log[3] == 0x82 else ">"
    first = second = 0
    for a, b in struct.iter_unpack(f"{order}II", header):
        first = (first + a + second) & 0xFFFFFFFF
        second = (second + b + first) & 0xFFFFFFFF
    sound = bytes(header) + struct.pack(">II", first, second)
    assert read(tmp_path, sound + log[HEADER_BYTES:]) == WriteAheadLog(is_broken_within=True)


@pytest.mark.parametrize("at", [4, 20, 24, 2000])
def test_a_broken_frame_with_whole_ones_behind_it_is_damage(
    tmp_path: Path, log: bytes, at: int
) -> None:
    """What was committed behind it would be undone, unsaid."""
    wrong = bytearray(log)
    wrong[HEADER_BYTES + at] ^= 0x41
    found = read(tmp_path, bytes(wrong))
    assert (found.checksums, found.is_broken_within) == ([], True)
