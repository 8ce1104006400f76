import os
import shutil
import sqlite3
import struct
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.errors import InputError, PassingTrouble
from sendx_cli.journal.check_file import (
    CheckFile,
    Recorded,
    check_path,
    read_check_file,
    write_check_file,
)
from sendx_cli.journal.database import create_database
from sendx_cli.journal.lock import RunLock
from sendx_cli.journal.opening import create_journal, lock_path, open_journal
from sendx_cli.journal.rows import State
from sendx_cli.journal.runs import Runs, forget_never_started, list_runs, open_view
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.unreadable import could_be_of_same_file
from sendx_cli.journal.verifying import verify
from sendx_cli.journal.view import Counts
from sendx_cli.journal.wal import Position, read_log
from tests.journal.journals import HEADER, as_rows, begin, decided, path_of, people, tracked

PAGE = 4096
GIBIBYTE = 2**30
ROWS = 200
SETTLED = Counts(pending=ROWS - 50, accepted=50)


@pytest.fixture
def states(tmp_path: Path) -> tuple[Path, Path, str]:
    """A run's files as they were while it was sent, and after it was closed; the journal's name."""
    directory = tmp_path / "run"
    with begin(directory, people(ROWS)) as journal:
        journal.record([decided(row, Outcome.ACCEPTED) for row in list(journal.pending())[:50]])
        shutil.copytree(directory, tmp_path / "before")
    return tmp_path / "before", directory, path_of(directory).name


def put(tmp_path: Path, parts: Mapping[str, bytes | None], name: str) -> Path:
    """A directory with a journal made of these files; None: it is not there."""
    shutil.rmtree(tmp_path / "made", ignore_errors=True)
    (tmp_path / "made").mkdir()
    for end, content in parts.items():
        if content is not None:
            (tmp_path / "made" / f"{name}{end}").write_bytes(content)
    return tmp_path / "made" / name


def mixed(old: bytes, new: bytes, kept: Iterable[int]) -> bytes:
    pages = bytearray(new)
    for page in kept:
        pages[page * PAGE : (page + 1) * PAGE] = old[page * PAGE : (page + 1) * PAGE].ljust(PAGE)
    return bytes(pages)


def test_a_checkpoint_may_end_anywhere(tmp_path: Path, states: tuple[Path, Path, str]) -> None:
    """Pages written in part, before the check file knows of them or after: the run continues."""
    before, after, name = states
    main, log, check = ((before / f"{name}{end}").read_bytes() for end in ("", "-wal", "-check"))
    new_main, new_check = ((after / f"{name}{end}").read_bytes() for end in ("", "-check"))
    assert len(new_main) > 4 * PAGE > len(main)
    torn_page = new_main[: 2 * PAGE + 1234] + bytes(PAGE - 1234) + new_main[3 * PAGE :]
    for parts in (
        {"": main, "-wal": log, "-check": check},
        {"": mixed(main, new_main, (1, 3)), "-wal": log, "-check": check},
        {"": torn_page, "-wal": log, "-check": check},
        {"": new_main[: 3 * PAGE + 99], "-wal": log, "-check": check},
        {"": new_main, "-wal": log, "-check": check},
        {"": new_main, "-wal": log, "-check": check + new_check[len(check) :][:50]},
        {"": new_main, "-wal": log, "-check": new_check},
        {"": new_main, "-wal": b"", "-check": new_check},
        {"": new_main, "-wal": None, "-check": new_check},
    ):
        path = put(tmp_path, parts, name)
        with open_view(path) as view:
            assert view.counts() == SETTLED
        with open_journal(path) as journal:
            assert journal.view.counts() == SETTLED
        with open_journal(path) as journal:
            assert journal.view.counts() == SETTLED


def test_files_of_different_moments_are_no_journal(
    tmp_path: Path, states: tuple[Path, Path, str]
) -> None:
    """An older main file, write-ahead file or check file among newer ones is found out."""
    before, after, name = states
    main, log, check = ((before / f"{name}{end}").read_bytes() for end in ("", "-wal", "-check"))
    new_main, new_check = ((after / f"{name}{end}").read_bytes() for end in ("", "-check"))
    for parts, message in (
        ({"": new_main, "-wal": None, "-check": check}, f"{name}-wal is missing"),
        ({"": main, "-wal": None, "-check": check}, f"{name}-wal is missing"),
        ({"": main, "-wal": b"", "-check": check}, f"{name}-wal is missing"),
        ({"": new_main, "-wal": None, "-check": None}, f"{name}-check is missing"),
        ({"": main, "-wal": log, "-check": None}, f"{name}-check is missing"),
        ({"": main, "-wal": None, "-check": new_check}, "is damaged"),
        ({"": new_main[:-PAGE], "-wal": None, "-check": new_check}, "is damaged"),
        ({"": new_main + bytes(PAGE), "-wal": None, "-check": new_check}, "is damaged"),
        ({"": b"", "-wal": None, "-check": new_check}, "is damaged"),
        ({"": b"", "-wal": log, "-check": check}, "is damaged"),
        ({"": new_main, "-wal": log[:-4120], "-check": new_check}, "is damaged"),
        ({"": new_main, "-wal": None, "-check": b""}, "is damaged"),
        ({"": new_main, "-wal": None, "-check": new_check[:30]}, "is damaged"),
    ):
        path = put(tmp_path, parts, name)
        with pytest.raises(InputError, match=message):
            open_journal(path)


def test_who_looks_takes_nothing_away(tmp_path: Path) -> None:
    """After kill -9 the write-ahead file is all there is of the last rows; a look leaves it."""
    directory = tmp_path / "run"
    with begin(directory, people(ROWS)) as journal:
        journal.record([decided(row, Outcome.ACCEPTED) for row in list(journal.pending())[:50]])
        shutil.copytree(directory, tmp_path / "killed")
    (run,) = list_runs(tmp_path / "killed").runs
    assert run.counts == SETTLED
    log = run.path.with_name(f"{run.path.name}-wal")
    content = log.read_bytes()
    with open_view(run.path) as view, open_view(run.path):
        assert view.counts() == SETTLED
    assert log.read_bytes() == content
    open_journal(run.path).close()
    assert not log.exists()


def test_a_run_may_end_while_somebody_looks(tmp_path: Path) -> None:
    """Their connection is then the last to close: it must not undo what the check file says."""
    with begin(tmp_path, tracked(30)) as journal:
        path = path_of(tmp_path)
        with open_view(path) as view:
            connection = view._database._connection
            connection.execute("BEGIN")
            assert view.counts() == Counts(pending=30)
            rows = list(journal.pending())[:5]
            journal.mark_sending(rows)
            journal.record([decided(row, Outcome.ACCEPTED) for row in rows])
            journal.close()
            connection.execute("COMMIT")
            assert view.counts() == Counts(pending=25, accepted=5)
    with open_journal(path) as again:
        assert again.view.counts() == Counts(pending=25, accepted=5)
    assert [run.counts for run in list_runs(tmp_path).runs] == [Counts(pending=25, accepted=5)]


def test_a_long_run_is_summed_as_it_goes(tmp_path: Path) -> None:
    """The write-ahead file begins anew many times; each end of the process can be gone on from."""
    accepted = 0
    with begin(tmp_path / "run", people(6000)) as journal:
        for row in journal.pending():
            journal.record([decided(row, Outcome.ACCEPTED)])
            accepted += 1
            if accepted % 1500 == 0:
                shutil.rmtree(tmp_path / "killed", ignore_errors=True)
                shutil.copytree(tmp_path / "run", tmp_path / "killed")
                with open_journal(path_of(tmp_path / "killed")) as again:
                    counts = again.view.counts()
                    assert counts == Counts(pending=6000 - accepted, accepted=accepted)
        size = path_of(tmp_path / "run").with_name(f"{journal.path.name}-wal").stat().st_size
        assert size < 2500 * PAGE


def fill_disk_of_check_file(run: RunJournal) -> None:
    check = run._database._check
    assert check is not None
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, check._file.fileno())
    os.close(full)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is missing")
def test_where_sums_cannot_be_written_the_run_ends_and_goes_on_later(tmp_path: Path) -> None:
    """Nothing is committed behind pages that are in the main file without their sums."""
    run, accepted, told = begin(tmp_path, people(3000)), 0, ""
    for row in run.pending():
        if accepted == 500:
            fill_disk_of_check_file(run)
        try:
            run.record([decided(row, Outcome.ACCEPTED)])
        except PassingTrouble as error:
            told = error.message
            break
        accepted += 1
    assert 500 < accepted < 3000
    assert told == "cannot keep the run's journal: no space left on device"
    with pytest.raises(PassingTrouble):
        run.record([decided(row, Outcome.REJECTED)])
    with pytest.raises(PassingTrouble):
        run.close()
    with open_journal(path_of(tmp_path)) as again:
        assert again.view.counts().accepted in {accepted, accepted + 1}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is missing")
def test_sums_that_could_not_be_written_are_written_before_the_next_commit(tmp_path: Path) -> None:
    """That commit would write over the only other copy of pages whose sums are not kept yet."""
    with begin(tmp_path / "run", people(600)) as run:
        rows = list(run.pending())
        run.record([decided(row, Outcome.ACCEPTED) for row in rows[:500]])
        check = run._database._check
        assert check is not None
        kept = os.dup(check._file.fileno())
        fill_disk_of_check_file(run)
        with pytest.raises(PassingTrouble):
            run._database.sync()
        os.dup2(kept, check._file.fileno())
        os.close(kept)
        run.record([decided(row, Outcome.ACCEPTED) for row in rows[500:510]])
        shutil.copytree(tmp_path / "run", tmp_path / "killed")
    with open_journal(path_of(tmp_path / "killed")) as again:
        assert again.view.counts() == Counts(pending=90, accepted=510)


@pytest.mark.parametrize("version", [2, 3])
def test_a_check_file_is_missed_whichever_format_has_one(
    tmp_path: Path, states: tuple[Path, Path, str], version: int
) -> None:
    """Only the first format had none."""
    _, after, name = states
    main = bytearray((after / name).read_bytes())
    struct.pack_into(">I", main, 60, version)
    path = put(tmp_path, {"": bytes(main)}, name)
    with pytest.raises(InputError, match=f"{name}-check is missing"):
        open_journal(path)


def test_a_torn_transaction_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    """Frames that a killed process left behind are gone before others are counted there."""
    with begin(tmp_path / "run", tracked(3)) as journal:
        journal.mark_sending(list(journal.pending())[:1])
        shutil.copytree(tmp_path / "run", tmp_path / "killed")
    killed = path_of(tmp_path / "killed")
    log = killed.with_name(f"{killed.name}-wal")
    content = log.read_bytes()
    log.write_bytes(content + content[-4120:] * 30)
    with open_journal(killed) as again:
        assert again.reopen(State.FAILED) == 0
        shutil.copytree(tmp_path / "killed", tmp_path / "twice")
    with open_journal(path_of(tmp_path / "twice")) as once_more:
        assert once_more.view.counts() == Counts(pending=2, unknown=1)


def test_a_commit_that_changes_nothing_asks_for_no_log(tmp_path: Path) -> None:
    """All stands in the main file by then, and the write-ahead file may go."""
    with begin(tmp_path, people(1200)) as journal:
        for row in journal.pending():
            journal.record([decided(row, Outcome.ACCEPTED)])
        journal._database.sync()
        assert journal.reopen(State.FAILED) == 0
    with open_journal(path_of(tmp_path)) as again:
        assert again.view.counts() == Counts(accepted=1200)


def test_a_run_that_was_killed_while_it_was_filled_was_never_started(tmp_path: Path) -> None:
    """Nothing was sent: to ask for it is no damage, and it bars nothing."""
    directory = tmp_path / "killed"
    with create_journal(tmp_path / "run", HEADER) as journal:
        shutil.copytree(tmp_path / "run", tmp_path / "empty")
        journal.add(as_rows(people(ROWS)))
        shutil.copytree(tmp_path / "run", directory)
    for _ in range(3):
        with pytest.raises(InputError, match="was never started"):
            open_journal(path_of(directory))
    for killed in (directory, tmp_path / "empty"):
        assert list_runs(killed) == Runs(())
        forget_never_started(killed)
        assert list(killed.iterdir()) == []


def test_a_process_may_end_before_it_made_its_journal(tmp_path: Path) -> None:
    """A check file alone is taken away, unless somebody is about to make the journal."""
    directory = tmp_path / "runs"
    directory.mkdir()
    path = directory / "20261118-1106-abcd.sqlite3"
    write_check_file(path, HEADER.to_text())
    lock = RunLock(lock_path(path), path.stem)
    forget_never_started(directory)
    assert path.with_name(f"{path.name}-check").exists()
    lock.release()
    forget_never_started(directory)
    assert list(directory.iterdir()) == []


def slow_checksum(first: int, second: int, content: bytes) -> tuple[int, int]:
    """As the format's description has it, words in the order of big-endian machines."""
    for at in range(0, len(content), 8):
        one, two = struct.unpack_from(">II", content, at)
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second


def test_the_log_of_another_machine_is_read_as_sqlite_reads_it(tmp_path: Path) -> None:
    """Checksums go by the byte order of the machine that wrote it; all others do not."""
    with begin(tmp_path / "run", people(3)) as journal:
        shutil.copytree(tmp_path / "run", tmp_path / "copy")
        name = journal.path.name
    path = tmp_path / "copy" / name
    log = path.with_name(f"{name}-wal")
    here = read_log(path)
    content = bytearray(log.read_bytes())
    content[:4] = (0x377F0683).to_bytes(4, "big")
    sums = slow_checksum(0, 0, bytes(content[:24]))
    content[24:32] = struct.pack(">II", *sums)
    for at in range(32, len(content), 4120):
        sums = slow_checksum(*sums, bytes(content[at : at + 8] + content[at + 24 : at + 4120]))
        content[at + 16 : at + 24] = struct.pack(">II", *sums)
    log.write_bytes(content)
    there = read_log(path)
    assert (there.salts, there.pages) == (here.salts, here.pages)
    assert there.checksums != here.checksums
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM rows").fetchone() == (3,)


def test_a_mended_file_is_known_beside_the_first(tmp_path: Path) -> None:
    """An unreadable run bars both of them."""
    mended = replace(HEADER, source_sha256="77" * 32, source_path="/home/ana/mended.csv")
    with begin(tmp_path, people(3)) as journal:
        arrivals = journal.arrivals(as_rows(people(4)))
        arrivals.match()
        arrivals.adopt(mended)
    path = path_of(tmp_path)
    path.write_bytes(b"junk" * 4096)
    other = replace(HEADER, source_sha256="88" * 32, source_path="/home/ana/other.csv")
    assert could_be_of_same_file(path, HEADER)
    assert could_be_of_same_file(path, mended)
    assert not could_be_of_same_file(path, other)
    assert not could_be_of_same_file(path, replace(HEADER, action="track"))
    assert not could_be_of_same_file(path, replace(HEADER, origin="sandbox"))
    assert could_be_of_same_file(path, replace(other, source_sha256=HEADER.source_sha256))
    assert could_be_of_same_file(path, replace(other, source_path=HEADER.source_path))


def test_a_check_file_of_another_kind_is_none(tmp_path: Path) -> None:
    """Its first line says what it is: what stands behind another one is not believed."""
    with begin(tmp_path, people(3)) as journal:
        path = journal.path
    content = check_path(path).read_bytes()
    check_path(path).write_bytes(content.replace(b"check 1", b"check 2", 1))
    assert read_check_file(path) == Recorded()
    with pytest.raises(InputError, match="damaged"):
        open_journal(path)


def test_a_record_that_was_torn_is_cut_off(tmp_path: Path) -> None:
    """What is recorded later stands behind whole records alone."""
    with begin(tmp_path, people(3)) as journal:
        path = journal.path
    with check_path(path).open("ab") as file:
        file.write(b"S" + bytes(5_000))
    with open_journal(path) as journal:
        journal.record([decided(next(iter(journal.pending())), Outcome.ACCEPTED)])
    assert bytes(1_000) not in check_path(path).read_bytes()


def test_what_was_synced_last_is_recorded_over_the_one_before(tmp_path: Path) -> None:
    """So the file does not grow with each commit, nor with each resume after a crash."""
    path = tmp_path / "run.sqlite3"
    write_check_file(path, "{}")
    sizes = []
    for frames in (1, 2, 3):
        recorded = read_check_file(path)
        assert recorded is not None
        check = CheckFile(path, recorded)
        check.note_synced(Position(b"saltsalt", frames, b"checksum"))
        check.close()
        sizes.append(check_path(path).stat().st_size)
    recorded = read_check_file(path)
    assert recorded is not None
    assert (recorded.position, len(set(sizes))) == (Position(b"saltsalt", 3, b"checksum"), 1)


def test_a_check_file_that_was_begun_before_is_in_nobodys_way(tmp_path: Path) -> None:
    """A process that ended while it made one left it under the passing name."""
    path = tmp_path / "run.sqlite3"
    fresh = check_path(path).with_name(check_path(path).name + "-new")
    fresh.write_bytes(b"half of it")
    write_check_file(path, "{}")
    recorded = read_check_file(path)
    assert recorded is not None
    assert (recorded.headers, fresh.exists()) == (["{}"], False)


def test_a_check_file_that_cannot_be_put_in_its_place_leaves_nothing(tmp_path: Path) -> None:
    """Not under the passing name either."""
    path = tmp_path / "runs" / "run.sqlite3"
    check_path(path).mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_check_file(path, "{}")
    assert list(path.parent.iterdir()) == [check_path(path)]


def test_a_mended_file_asks_for_nothing_that_is_not_synced(tmp_path: Path) -> None:
    """Its rows are staged unsynced: a power failure that takes them leaves a journal that opens."""
    with begin(tmp_path, people(3)) as journal:
        path = path_of(tmp_path)
        sealed = read_check_file(path)
        arrivals = journal.arrivals(as_rows(people(5)))
        with pytest.raises(sqlite3.OperationalError):  # it stops amid this: nothing was matched
            arrivals.adopt(replace(HEADER, source_sha256="0"))
        noted = read_check_file(path)
    assert sealed is not None
    assert noted is not None
    assert len(noted.headers) == 2
    assert (noted.position, noted.is_required) == (sealed.position, True)


def test_a_run_whose_creation_was_cut_off_is_in_nobodys_way(tmp_path: Path) -> None:
    """SQLite would have to roll its first page back, which it cannot for a reader."""
    path = tmp_path / "runs" / "20261123-1405-abcd.sqlite3"
    path.parent.mkdir()
    write_check_file(path, HEADER.to_text())
    sqlite3.connect(path).execute("PRAGMA journal_mode = WAL").connection.close()
    # A rollback journal of a file that was empty: https://sqlite.org/fileformat2.html#rollbackjournal
    head = bytes.fromhex("d9d505f920a163d7") + struct.pack(">5I", 0, 1, 0, 512, 4096)
    path.with_name(f"{path.name}-journal").write_bytes(head.ljust(512, b"\0"))
    with pytest.raises(PassingTrouble, match="read-only"), open_view(path):
        pass
    assert list_runs(path.parent) == Runs(())
    forget_never_started(path.parent)
    assert not list(path.parent.iterdir())


def test_a_check_file_may_be_cut_off_anywhere(
    tmp_path: Path, states: tuple[Path, Path, str]
) -> None:
    """What stands whole before the cut is read, record by record, and nothing else."""
    _, after, name = states
    whole = (after / f"{name}-check").read_bytes()
    read = read_check_file(after / name)
    assert read is not None
    assert (read.whole_end, len(read.headers)) == (len(whole), 1)
    ends = set()
    for cut in range(len(whole)):
        recorded = read_check_file(put(tmp_path, {"-check": whole[:cut]}, name))
        assert recorded is not None
        assert recorded.whole_end <= cut
        assert recorded.headers in ([], read.headers)
        assert recorded.sums in ({}, read.sums)
        ends.add(recorded.whole_end)
    assert len(ends) >= 3


def test_a_journal_beyond_a_gibibyte_is_whole(tmp_path: Path) -> None:
    """There it has a page that SQLite never writes: ten million rows have a journal of 2 GB."""
    if shutil.disk_usage(tmp_path).free < 2 * GIBIBYTE:
        pytest.skip("less than 2 GiB are free for a journal")
    path = tmp_path / "large.sqlite3"
    database = create_database(path, {"header": "{}"})
    for part in range(9):
        with database.transaction() as connection:
            zeros = f"zeroblob({GIBIBYTE // 8})"
            connection.execute(f"INSERT INTO facts VALUES (?, {zeros})", (f"part {part}",))
    database.sync()
    database.close()
    assert path.stat().st_size > GIBIBYTE
    verify(path)
    with path.open("r+b") as file:
        file.seek(GIBIBYTE + 3 * PAGE)
        file.write(b"flip")
    with pytest.raises(InputError, match="damaged"):
        verify(path)
    path.unlink()


def test_a_check_file_does_not_grow_with_the_checkpoints(tmp_path: Path) -> None:
    """It is written anew now and then, with the last sum of each page and all headers."""
    path = tmp_path / "run.sqlite3"
    path.write_bytes(bytes(PAGE * 100))
    write_check_file(path, "first")
    check = CheckFile(path, read_check_file(path) or Recorded())
    check.note_header("second")
    sums: dict[int, int] = {}
    largest = 0
    for checkpoint in range(1, 3000):
        some = {1 + (checkpoint * 7 + n) % 100: checkpoint for n in range(20)}
        sums |= some
        position = Position(b"saltsalt", checkpoint, b"checksum")
        check.note_checkpoint(position, some)
        largest = max(largest, check_path(path).stat().st_size)
    synced = Position(b"saltsalt", 3001, b"checksum")
    check.note_synced(synced)
    check.close()
    recorded = read_check_file(path)
    assert recorded is not None
    assert (recorded.headers, recorded.sums) == (["first", "second"], sums)
    assert (recorded.position, recorded.is_required) == (synced, True)
    assert largest < 80_000 < 3000 * 20 * 8 / 5
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith("-new")] == []


def test_a_damaged_check_file_is_not_written_anew(tmp_path: Path) -> None:
    """What is broken in it stays, so that it is found when the journal is next opened."""
    path = tmp_path / "run.sqlite3"
    path.write_bytes(bytes(PAGE))
    write_check_file(path, "first")
    check = CheckFile(path, read_check_file(path) or Recorded())
    for checkpoint in range(1, 100):
        check.note_checkpoint(Position(b"saltsalt", checkpoint, b"checksum"), {1: checkpoint})
    content = bytearray(check_path(path).read_bytes())
    content[1000] ^= 1
    check_path(path).write_bytes(content)
    for checkpoint in range(100, 3000):
        check.note_checkpoint(Position(b"saltsalt", checkpoint, b"checksum"), {1: checkpoint})
    check.close()
    assert check_path(path).stat().st_size > 80_000
    assert read_check_file(path) != Recorded(["first"], {1: 2999})
