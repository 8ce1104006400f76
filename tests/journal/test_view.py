from dataclasses import replace
from pathlib import Path

from sendx_cli.core.contact.contact import Track
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.timeline import Slot
from sendx_cli.delivery.rows import Decided
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import InputRead, JournalRow, LeftOut, LeftOutKind, State
from sendx_cli.journal.runs import open_view
from sendx_cli.journal.view import Counts, FailureGroup
from tests.clocks import HandClock
from tests.journal.journals import HEADER, VERDICTS, begin, decided, path_of, people, tracked

OK, REFUSED = VERDICTS[Outcome.ACCEPTED], VERDICTS[Outcome.REJECTED]


def test_a_run_under_way_can_be_looked_at(tmp_path: Path) -> None:
    """By another connection, without its lock, while rows are settled."""
    with begin(tmp_path, people(3)) as journal, open_view(path_of(tmp_path)) as view:
        rows = list(journal.pending())
        assert view.counts() == Counts(pending=3)
        journal.record([decided(rows[0], Outcome.ACCEPTED)])
        assert view.counts() == Counts(pending=2, accepted=1)


def test_troubles_are_told_by_kind_with_the_first_row_each(tmp_path: Path) -> None:
    """The most frequent first; what was accepted is no trouble."""
    contacts = people(5)
    fates = [Outcome.FAILED, Outcome.REJECTED, Outcome.ACCEPTED, Outcome.REJECTED]
    with begin(tmp_path, contacts) as journal:
        rows = list(journal.pending())
        journal.record([decided(rows[n], outcome) for n, outcome in enumerate(fates)])
        rejected = JournalRow(
            1, 3, contacts[1], State.REJECTED, 400, 1, "rejected", "bad birthday", 125.0
        )
        failed = JournalRow(
            0, 2, contacts[0], State.FAILED, 500, 1, "server_error", "HTTP 500", 125.0
        )
        assert journal.view.failure_groups() == [
            FailureGroup(State.REJECTED, "rejected", 2, rejected),
            FailureGroup(State.FAILED, "server_error", 1, failed),
        ]


def test_percentiles_are_those_of_the_rows_that_were_sent(tmp_path: Path) -> None:
    """By nearest rank, in milliseconds."""
    with begin(tmp_path, people(101)) as journal:
        assert journal.view.elapsed_ms([0.5]) == []
        rows = list(journal.pending())[:100]
        journal.record([Decided(r, Outcome.ACCEPTED, OK, 1, (100 - r.number) / 1000) for r in rows])
        assert journal.view.elapsed_ms([0.5, 0.95, 0.99, 1.0]) == [50.0, 95.0, 99.0, 100.0]


def test_what_happened_is_told_by_time(tmp_path: Path) -> None:
    """In each second in which any row was decided: accepted, decided, and how long they took."""
    clock = HandClock()
    with begin(tmp_path, people(6), clock) as journal:
        for row in journal.pending():
            outcome = Outcome.ACCEPTED if row.number != 2 else Outcome.REJECTED
            journal.record([decided(row, outcome)])
            clock.seconds += 4
        assert journal.view.seconds() == {
            1_800_000_000 + 4 * number: Slot(int(number != 2), 1, 125.0) for number in range(6)
        }


def test_rows_that_a_killed_process_left_tell_nothing_of_time(tmp_path: Path) -> None:
    """They were decided when the run was next opened, however much later."""
    clock = HandClock()
    with begin(tmp_path, [Track(email="ann@b.co", add_tags=("x",))], clock) as journal:
        journal.mark_sending(list(journal.pending()))
    clock.seconds += 86_400
    with open_journal(path_of(tmp_path), clock) as journal:
        assert journal.view.counts() == Counts(unknown=1)
        assert (journal.view.seconds(), journal.view.elapsed_ms([0.5])) == ({}, [])


def test_when_a_run_was_sent_is_noted(tmp_path: Path) -> None:
    """By each process: when it began and how long it took, by a clock that never jumps."""
    clock = HandClock()
    with begin(tmp_path, people(1), clock) as journal:
        assert journal.view.sending_times == []
        journal.note_sending()
        assert journal.view.sending_times == [(1_800_000_000.0, None)]
        clock.seconds += 86_400
        journal.note_sending()
        journal.note_sent(1.25)
        assert journal.view.sending_times == [
            (1_800_000_000.0, None),
            (1_800_086_400.0, 1_800_086_401.25),
        ]


def test_counts_sum_up() -> None:
    """Open, decided, and whether there is anything to go on with."""
    counts = Counts(pending=1, in_flight=2, accepted=3, rejected=4, failed=5, unknown=6)
    assert (counts.total, counts.to_come, counts.is_finished) == (21, 3, False)
    assert not Counts(accepted=3, failed=1).is_finished
    assert Counts(accepted=3, rejected=1, unknown=1).is_finished


def test_retried_rows_are_those_with_more_than_one_attempt(tmp_path: Path) -> None:
    """Of all requests made, told beside how many rows needed more than one."""
    with begin(tmp_path, people(4)) as journal:
        rows = list(journal.pending())
        assert journal.view.attempts() == (0, 0)
        journal.record([decided(rows[0], Outcome.ACCEPTED), decided(rows[1], Outcome.ACCEPTED)])
        journal.record([decided(rows[2], Outcome.FAILED)._replace(attempts=5)])
        journal.record([decided(rows[3], Outcome.ACCEPTED)._replace(attempts=2)])
        assert journal.view.attempts() == (9, 2)


def test_how_far_an_input_was_read_is_inferred_where_it_was_not_recorded(tmp_path: Path) -> None:
    """An earlier sendx did not: then to the last row it had, and its end counts as not seen."""
    stream = replace(HEADER, source_sha256="", source_path=None)
    with begin(tmp_path / "old", people(3), header=stream) as journal:
        assert journal.view.input_read == InputRead(4, has_ended=False, first_row_line=1)
        assert journal.view.has_input_left
        journal.leave_out([LeftOut(9, LeftOutKind.BAD, None, "not an address")])
        assert journal.view.input_read == InputRead(9, has_ended=False, first_row_line=1)
    with begin(tmp_path / "now", people(3), header=stream) as journal:
        journal.add_read([], [], InputRead(12, has_ended=True, first_row_line=2))
        assert journal.view.input_read == InputRead(12, has_ended=True, first_row_line=2)
        assert not journal.view.has_input_left
    with begin(tmp_path / "file", people(3)) as journal:
        assert (journal.view.input_read, journal.view.has_input_left) == (None, False)


def test_a_run_is_finished_when_it_was_said_so_last(tmp_path: Path) -> None:
    """Not by its rows alone: those that failed must have been handed back."""
    with begin(tmp_path, people(1)) as journal:
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
        assert not journal.view.was_finished
        for is_finished in (True, False):
            journal.note_finished(is_finished=is_finished)
            assert journal.view.was_finished is is_finished


def test_rows_that_were_not_sent_have_no_part_in_percentiles(tmp_path: Path) -> None:
    """Nor have those that are in flight."""
    with begin(tmp_path, tracked(12)) as journal:
        rows = list(journal.pending())
        journal.record([Decided(row, Outcome.REJECTED, OK, 0, 0.0) for row in rows[:5]])
        journal.record([Decided(row, Outcome.ACCEPTED, OK, 1, 0.1) for row in rows[5:9]])
        journal.record([Decided(rows[9], Outcome.ACCEPTED, OK, 1, 0.9)])
        journal.mark_sending(rows[10:])
        assert journal.view.elapsed_ms([0.01, 0.5, 0.8, 1.0]) == [100.0, 100.0, 100.0, 900.0]
        assert journal.view.seconds() == {1_800_000_000: Slot(5, 5, 1300.0)}


def test_a_group_of_failures_has_an_example_of_its_own(tmp_path: Path) -> None:
    """Not the row before it, which failed for another reason."""
    with begin(tmp_path, people(4)) as journal:
        rows = list(journal.pending())
        codes = ["rejected", "conflict", "conflict", "rejected"]
        journal.record(
            [
                decided(row, Outcome.REJECTED)._replace(verdict=REFUSED._replace(code=code))
                for row, code in zip(rows, codes, strict=True)
            ]
        )
        examples = {one.code: one.example.number for one in journal.view.failure_groups()}
        assert examples == {"rejected": 0, "conflict": 1}
