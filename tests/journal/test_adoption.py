from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.rows import Row
from sendx_cli.journal.adoption import Adoption
from sendx_cli.journal.check_file import read_check_file
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import LeftOut, LeftOutKind, State
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.view import Counts
from tests.journal.journals import (
    HEADER,
    as_rows,
    begin,
    decided,
    path_of,
    pending,
    people,
    states,
)

MENDED = replace(HEADER, source_sha256="77" * 32)
A, B, C, D, E = people(5)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[RunJournal]:
    """A accepted, B rejected, C unknown, D pending."""
    with begin(tmp_path, [A, B, C, D]) as run:
        rows = list(run.pending())
        fates = [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.UNKNOWN]
        run.record([decided(rows[n], outcome) for n, outcome in enumerate(fates)])
        yield run


def adopt(journal: RunJournal, contacts: list[Contact]) -> Adoption:
    arrivals = journal.arrivals(as_rows(contacts))
    adoption = arrivals.match()
    arrivals.adopt(MENDED)
    return adoption


def test_a_sorted_file_goes_on_where_the_run_stopped(journal: RunJournal) -> None:
    """Each row keeps its outcome in its new place."""
    adoption = adopt(journal, [D, C, B, A])
    assert adoption == Adoption(Counts(pending=1, accepted=1, rejected=1, unknown=1), Counts())
    assert states(journal) == [State.PENDING, State.UNKNOWN, State.REJECTED, State.ACCEPTED]
    assert pending(journal) == [Row(0, D, 2)]
    assert journal.view.header == MENDED


def test_of_equal_rows_the_accepted_one_is_kept(tmp_path: Path) -> None:
    """Where fewer of them stand in the new file: an unknown one would be in doubt for nothing."""
    with begin(tmp_path, [A, B, A]) as journal:
        first, _, last = journal.pending()
        journal.record([decided(first, Outcome.UNKNOWN), decided(last, Outcome.ACCEPTED)])
        adoption = adopt(journal, [B, A])
        assert adoption == Adoption(Counts(pending=1, accepted=1), Counts(unknown=1))
        assert states(journal) == [State.PENDING, State.ACCEPTED]


def test_what_a_run_was_and_is_stays_known_without_its_database(tmp_path: Path) -> None:
    """The check file has the header of the first file and of the mended one."""
    with begin(tmp_path, [A, B]) as journal:
        first = journal.view.header
        adopt(journal, [B])
        recorded = read_check_file(journal.path)
        assert recorded is not None
        assert recorded.headers == [first.to_text(), MENDED.to_text()]


def test_a_mended_row_is_a_new_one(journal: RunJournal) -> None:
    """It is sent; its refused form is gone from the counts."""
    mended = Identify(email="p1@example.com", tags=("mended",))
    adoption = adopt(journal, [A, mended, C, D, E])
    assert adoption == Adoption(Counts(pending=3, accepted=1, unknown=1), Counts(rejected=1))
    assert pending(journal) == [Row(1, mended, 3), Row(3, D, 5), Row(4, E, 6)]
    assert journal.view.counts() == adoption.rows


def test_a_row_that_stands_twice_is_done_as_often_as_it_was_done(journal: RunJournal) -> None:
    """Once accepted, wanted three times: two remain."""
    assert adopt(journal, [A, A, A]).rows == Counts(pending=2, accepted=1)
    assert [row.number for row in journal.pending()] == [1, 2]


def test_the_accepted_ones_of_equal_rows_count_first(tmp_path: Path) -> None:
    """Where fewer stand in the new file, none of them is sent again."""
    with begin(tmp_path, [A, A, A]) as journal:
        rows = list(journal.pending())
        journal.record([decided(rows[1], Outcome.REJECTED), decided(rows[2], Outcome.ACCEPTED)])
        assert adopt(journal, [A]) == Adoption(Counts(accepted=1), Counts(rejected=1))


def test_what_left_the_file_is_known_when_it_comes_back(journal: RunJournal) -> None:
    """The failed rows alone are mended and sent, then the whole file: A stays accepted."""
    mended = Identify(email="p1@example.com", tags=("mended",))
    assert adopt(journal, [mended]).left == Counts(accepted=1, rejected=1, unknown=1)
    journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
    assert adopt(journal, [E, A]) == Adoption(Counts(pending=1, accepted=1), Counts(accepted=1))
    assert adopt(journal, [A, mended, C, D]).rows == Counts(pending=1, accepted=2, unknown=1)


def test_fields_in_another_order_make_no_other_row(tmp_path: Path) -> None:
    """Columns may change their places."""
    one = Identify(email="a@example.com", fields=(("Plan", "x"), ("City", "y")))
    same = one._replace(fields=(("City", "y"), ("Plan", "x")))
    other = one._replace(fields=(("City", "x"), ("Plan", "y")))
    with begin(tmp_path, [one]) as journal:
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
        assert adopt(journal, [other, same]).rows == Counts(pending=1, accepted=1)


def test_tags_added_and_tags_removed_are_not_the_same_row(tmp_path: Path) -> None:
    """Equal in all but what is done with them."""
    with begin(tmp_path, [Track(email="a@example.com", add_tags=("x",))]) as journal:
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
        removed: Contact = Track(email="a@example.com", remove_tags=("x",))
        assert adopt(journal, [removed]).rows == Counts(pending=1)


def test_nothing_changes_before_it_is_taken(tmp_path: Path) -> None:
    """A run that ends between weighing and taking continues with its own rows."""
    with begin(tmp_path, [A, B]) as journal:
        journal.record([decided(Row(0, A, 2), Outcome.ACCEPTED)])
        before = list(journal.view.rows(list(State)))
        journal.arrivals(as_rows([E, A])).match()
    with open_journal(path_of(tmp_path)) as again:
        assert list(again.view.rows(list(State))) == before
        arrivals = again.arrivals(as_rows([E]))
        arrivals.match()
        arrivals.drop()
        assert list(again.view.rows(list(State))) == before


def test_what_may_have_arrived_counts_before_what_did_not(tmp_path: Path) -> None:
    """Of equal rows of which one stands in the new file, the unknown one is not sent again."""
    with begin(tmp_path, [A, A, A]) as journal:
        rows = list(journal.pending())
        journal.record([decided(rows[0], Outcome.FAILED), decided(rows[2], Outcome.UNKNOWN)])
        assert adopt(journal, [A]) == Adoption(Counts(unknown=1), Counts(failed=1))
        assert list(journal.pending()) == []


def test_equal_rows_keep_their_order(tmp_path: Path) -> None:
    """The first of them stays the first."""
    with begin(tmp_path, [A, B, A]) as journal:
        rows = list(journal.pending())
        journal.record([decided(rows[2], Outcome.REJECTED), decided(rows[0], Outcome.FAILED)])
        adopt(journal, [B, A, A])
        assert states(journal) == [State.PENDING, State.FAILED, State.REJECTED]


def test_rows_left_out_are_those_of_the_new_file(journal: RunJournal) -> None:
    """What was bad in the earlier one is told no more."""
    bad = LeftOut(9, LeftOutKind.BAD, None, "not an address")
    journal.leave_out([LeftOut(3, LeftOutKind.BAD, "x", "was mended"), bad])
    arrivals = journal.arrivals(as_rows([A, B]))
    arrivals.leave_out([bad])
    arrivals.match()
    arrivals.adopt(MENDED)
    assert list(journal.view.left_out()) == [bad]


def test_what_left_the_file_is_no_part_of_its_account(tmp_path: Path) -> None:
    """Neither in numbers nor in what can be sent again."""
    with begin(tmp_path, [A, B, C, D]) as journal:
        rows = list(journal.pending())
        fates = [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.FAILED, Outcome.UNKNOWN]
        journal.record([decided(rows[n], outcome) for n, outcome in enumerate(fates)])
        adopt(journal, [E])
        view = journal.view
        assert view.counts() == Counts(pending=1)
        assert view.failure_groups() == []
        assert view.elapsed_ms([0.5]) == []
        assert view.seconds() == {}
        assert view.attempts() == (0, 0)
        assert view.seconds() == {}
        assert journal.reopen(State.FAILED) == 0
        assert adopt(journal, [C]).rows == Counts(failed=1)


@pytest.mark.parametrize(
    ("outcome", "is_kept"),
    [
        (Outcome.ACCEPTED, True),
        (Outcome.REJECTED, True),
        (Outcome.UNKNOWN, True),
        (Outcome.FAILED, False),
    ],
)
def test_what_was_sent_of_a_row_stays_recorded(
    outcome: Outcome,
    is_kept: bool,
    tmp_path: Path,
) -> None:
    """Its account may make another contact of it by now; one that failed is sent as it is then."""
    was = Identify(email="p0@example.com", lists=("list_1",))
    now = was._replace(lists=("list_2",))
    original = was._replace(lists=("Newsletter",))
    with begin(tmp_path, []) as journal:
        journal.add([Row(0, was, 2, original=original), Row(1, B, 3)])
        first, second = journal.pending()
        journal.record([decided(first, outcome), decided(second, Outcome.ACCEPTED)])
        arrivals = journal.arrivals([Row(0, B, 2), Row(1, now, 3, original=original)])
        arrivals.match()
        arrivals.adopt(MENDED)
        contacts = [row.contact for row in journal.view.rows(list(State))]
        assert contacts == [B, was if is_kept else now]


def test_what_leaves_the_file_later_stands_beside_what_left_it_before(tmp_path: Path) -> None:
    """However often it is mended, each row that was sent is known when it comes back."""
    with begin(tmp_path, [A, B, C]) as journal:
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
        for left in ([B, C], [C], [D]):
            adopt(journal, left)
        journal.record([decided(row, Outcome.REJECTED) for row in journal.pending()])
        adopt(journal, [E])
        assert adopt(journal, [E, D, C, B, A]).rows == Counts(pending=1, accepted=3, rejected=1)
