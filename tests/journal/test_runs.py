from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.errors import InputError
from sendx_cli.journal.opening import create_journal, open_journal
from sendx_cli.journal.runs import Run, Runs, delete_journal, forget_never_started, list_runs
from sendx_cli.journal.view import Counts
from tests.journal.journals import HEADER, begin, decided, path_of, people, tracked

SAME_FILE: dict[str, Any] = {
    "sha256": HEADER.source_sha256,
    "action": HEADER.action,
    "origin": HEADER.origin,
}


def make(directory: Path, started_at: float, *, accepted: int, of: int = 2) -> None:
    header = replace(HEADER, started_at=started_at)
    with begin(directory, people(of), header=header) as journal:
        rows = list(journal.pending())[:accepted]
        journal.record([decided(row, Outcome.ACCEPTED) for row in rows])


def test_runs_are_listed_in_the_order_they_began(tmp_path: Path) -> None:
    """Within one minute, too; the last one is the latest."""
    seconds = [20, 10, 30, 5, 25, 15, 35]
    for second in seconds:
        make(tmp_path, 1_795_000_000.0 + second, accepted=1)
    runs = list_runs(tmp_path).runs
    assert [run.header.started_at - 1_795_000_000 for run in runs] == sorted(seconds)
    assert list_runs(tmp_path).latest == runs[-1]


def test_a_run_is_listed_with_what_is_known_of_it(tmp_path: Path) -> None:
    """Whether it is under way as well."""
    with begin(tmp_path, people(2)):
        path = path_of(tmp_path)
        assert list_runs(tmp_path) == Runs((Run(path.stem, path, HEADER, Counts(pending=2), True),))
    assert list_runs(tmp_path) == Runs((Run(path.stem, path, HEADER, Counts(pending=2), False),))


def test_where_nothing_was_run_nothing_is_listed(tmp_path: Path) -> None:
    """The directory need not be there."""
    assert list_runs(tmp_path / "none") == Runs(())
    assert list_runs(tmp_path / "none").latest is None


def test_a_run_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    """If that is one run's alone."""
    make(tmp_path, 1_795_000_000.0, accepted=0)
    make(tmp_path, 1_795_100_000.0, accepted=0)
    runs = list_runs(tmp_path)
    first, second = runs.runs
    assert runs.find(first.id) == first
    assert runs.find("20261119") == second
    with pytest.raises(InputError) as caught:
        runs.find("2026")
    assert caught.value.message == f"several runs start with 2026: {first.id}, {second.id}"
    for day in range(5):
        make(tmp_path, 1_795_200_000.0 + day * 86_400, accepted=0)
    runs = list_runs(tmp_path)
    with pytest.raises(InputError) as caught:
        runs.find("2026")
    named = ", ".join(run.id for run in runs.runs[-5:])
    assert caught.value.message == f"several runs start with 2026: {named} and 2 more"
    for text in ("2027", ""):
        with pytest.raises(InputError, match="no such run:"):
            runs.find(text)


def test_the_same_file_s_unfinished_run_is_found(tmp_path: Path) -> None:
    """The latest one; a finished one, another command or service is none."""
    make(tmp_path, 1_795_000_000.0, accepted=1)
    make(tmp_path, 1_795_000_100.0, accepted=0)
    make(tmp_path, 1_795_000_200.0, accepted=2)
    runs = list_runs(tmp_path)
    assert runs.unfinished_run_of(**SAME_FILE) == runs.runs[1]
    for name in SAME_FILE:
        assert runs.unfinished_run_of(**{**SAME_FILE, name: "other"}) is None


def test_a_finished_run_counts_while_a_process_goes_on_with_it(tmp_path: Path) -> None:
    """A process that only looked at its lock does not: it has let go of it soon after."""
    make(tmp_path, 1_795_000_000.0, accepted=2)
    path = path_of(tmp_path)
    with open_journal(path):
        runs = list_runs(tmp_path)
        assert runs.unfinished_run_of(**SAME_FILE) == runs.latest
        assert runs.unfinished_run_of(**SAME_FILE, other_than=path.stem) is None
    assert runs.runs[0].is_under_way
    assert runs.unfinished_run_of(**SAME_FILE) is None


def test_a_damaged_journal_hides_no_other(tmp_path: Path) -> None:
    """It is named beside the runs that can be read, and when it is asked for."""
    make(tmp_path, 1_795_000_000.0, accepted=1)
    broken = tmp_path / "20250101-0000-aaaa.sqlite3"
    broken.write_bytes(b"junk" * 1000)
    runs = list_runs(tmp_path)
    assert [run.header for run in runs.runs] == [HEADER]
    assert [(e.message, e.where) for e in runs.unreadable] == [
        ("the run's journal is damaged or not a journal", str(broken))
    ]
    with pytest.raises(InputError, match="damaged"):
        runs.find("2025")


def test_a_forgotten_run_leaves_no_file(tmp_path: Path) -> None:
    """Not while it is under way."""
    directory = tmp_path / "runs"
    with begin(directory, people(1)):
        path = path_of(directory)
        with pytest.raises(InputError, match="is being sent by another sendx process"):
            delete_journal(path)
    delete_journal(path)
    assert list(directory.iterdir()) == []
    with pytest.raises(InputError, match="no such run:"):
        open_journal(path)


def test_a_run_that_was_never_started_is_forgotten(tmp_path: Path) -> None:
    """It ended before its rows were all in; one that is being filled is left alone."""
    make(tmp_path, 1_795_000_000.0, accepted=1)
    create_journal(tmp_path, replace(HEADER, source="gone.csv")).close()
    (tmp_path / "20250101-0000-aaaa.sqlite3").touch()
    with create_journal(tmp_path, replace(HEADER, source="filling.csv")) as filling:
        assert [run.header for run in list_runs(tmp_path).runs] == [HEADER]
        forget_never_started(tmp_path)
        filling.seal()
        sources = sorted(run.header.source for run in list_runs(tmp_path).runs)
        assert sources == ["filling.csv", "people.csv"]
        assert len(list(tmp_path.glob("*.sqlite3"))) == 2


def test_a_killed_run_is_listed_with_no_row_in_flight(tmp_path: Path) -> None:
    """A row that may not be repeated is unknown from then on; while it is sent it is in flight."""
    with begin(tmp_path, tracked(2)) as journal:
        journal.mark_sending(list(journal.pending())[:1])
        (under_way,) = list_runs(tmp_path).runs
        assert (under_way.is_under_way, under_way.counts) == (True, Counts(pending=1, in_flight=1))
    (killed,) = list_runs(tmp_path).runs
    assert (killed.is_under_way, killed.counts) == (False, Counts(pending=1, unknown=1))


def test_a_journal_that_is_deleted_while_runs_are_listed_is_none(tmp_path: Path) -> None:
    """Nothing beside it says that rows were sent: it must not bar any file."""
    (tmp_path / "20261118-1106-abcd.sqlite3").symlink_to(tmp_path / "gone")
    assert list_runs(tmp_path) == Runs(())


def test_finished_runs_of_the_same_file_are_found_the_latest_first(tmp_path: Path) -> None:
    """Those that accepted rows, for the same account and with columns that meant the same."""
    for seconds, accepted in ((0, 2), (100, 2), (200, 1), (300, 2)):
        make(tmp_path, 1_795_000_000.0 + seconds, accepted=accepted)
    with begin(tmp_path, people(1), header=replace(HEADER, started_at=1_795_000_400.0)) as journal:
        journal.record([decided(row, Outcome.REJECTED) for row in journal.pending()])
    with open_journal(list_runs(tmp_path).runs[3].path) as undone:
        undone.note_undone("20261124-1945-v8mg")
    runs = list_runs(tmp_path)
    assert list(runs.finished_runs_like(HEADER)) == [runs.runs[1], runs.runs[0]]
    for other in (
        replace(HEADER, source_sha256="other"),
        replace(HEADER, mapping="other"),
        replace(HEADER, action="other"),
        replace(HEADER, origin="other"),
        replace(HEADER, key_fingerprint="other"),
    ):
        assert list(runs.finished_runs_like(other)) == []


def test_streams_are_not_taken_for_the_same_file(tmp_path: Path) -> None:
    """What they held nobody knows: that of neither is known is no likeness."""
    stream = replace(HEADER, source_sha256="", source_path=None)
    with begin(tmp_path, people(1), header=stream) as journal:
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
    assert list(list_runs(tmp_path).finished_runs_like(stream)) == []


def test_the_unfinished_run_of_a_file_of_that_name_is_found(tmp_path: Path) -> None:
    """The latest with rows to come, whatever the file held then."""
    path = HEADER.source_path or ""
    make(tmp_path, 1_795_000_000.0, accepted=1)
    make(tmp_path, 1_795_000_100.0, accepted=0)
    make(tmp_path, 1_795_000_200.0, accepted=2)
    runs = list_runs(tmp_path)
    there: dict[str, Any] = {"path": path, "action": HEADER.action, "origin": HEADER.origin}
    assert runs.unfinished_run_at(**there) == runs.runs[1]
    for name in there:
        assert runs.unfinished_run_at(**{**there, name: "other"}) is None


def test_what_was_never_started_is_forgotten_wherever_it_stands(tmp_path: Path) -> None:
    """Among journals that are being filled, damaged or sound, in whatever order they come."""
    make(tmp_path, 1_795_000_000.0, accepted=1)
    damaged = tmp_path / "20250101-0000-aaaa.sqlite3"
    damaged.write_bytes(b"junk" * 1000)
    with create_journal(tmp_path, replace(HEADER, source="filling.csv")) as filling:
        for _ in range(6):
            create_journal(tmp_path, replace(HEADER, source="gone.csv")).close()
        kept = {path.name for path in (damaged, filling.path, list_runs(tmp_path).runs[0].path)}
        for number in range(4):  # of which only the first file was made
            orphan = tmp_path / f"20250101-0000-bbb{number}.sqlite3-check"
            orphan.write_bytes((tmp_path / f"{filling.path.name}-check").read_bytes())
        forget_never_started(tmp_path)
        assert {path.name for path in tmp_path.glob("*.sqlite3")} == kept
        assert {path.name.removesuffix("-check") for path in tmp_path.glob("*-check")} <= kept
