from pathlib import Path

import pytest

from sendx_cli.core.contact.contact import Contact, Identify
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.rows import Row
from sendx_cli.journal.rows import JournalRow, State
from tests.journal.journals import as_rows, begin, decided, states

OLDER = Identify(email="ann@b.co", tags=("older",))
THROTTLED = Identify(email="Ann@B.co", tags=("later",))
RENAMED = Identify(email="old@b.co", new_email="ANN@b.co")
BEING_RENAMED = Identify(email="ann@b.co", new_email="new@b.co")
OTHER = Identify(email="bob@b.co", tags=("later",))


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.UNKNOWN])
@pytest.mark.parametrize(
    ("older", "later"),
    [(OLDER, THROTTLED), (OLDER, RENAMED), (RENAMED, THROTTLED), (BEING_RENAMED, THROTTLED)],
)
def test_a_row_is_not_sent_behind_a_later_one_of_its_contact(
    tmp_path: Path, older: Contact, later: Contact, outcome: Outcome
) -> None:
    """It would undo what the later one said, or may have said; an address that changes is two."""
    with begin(tmp_path, [older, OTHER, later]) as journal:
        journal.record([decided(list(journal.pending())[2], outcome)])
        assert journal.stop_overtaken() == 1
        assert states(journal) == [State.REJECTED, State.PENDING, State(outcome)]
        (recorded,) = journal.view.rows([State.REJECTED])
        assert recorded == JournalRow(
            0,
            2,
            older,
            State.REJECTED,
            code="overtaken",
            message="not sent: a later row of this contact was already sent, line 4",
        )


@pytest.mark.parametrize(
    ("contacts", "outcome"),
    [
        ([OLDER, THROTTLED], Outcome.REJECTED),
        ([OLDER, THROTTLED], Outcome.FAILED),
        ([OLDER, OTHER], Outcome.ACCEPTED),
        ([RENAMED, OTHER], Outcome.ACCEPTED),
    ],
)
def test_nothing_else_overtakes_a_row(
    tmp_path: Path, contacts: list[Contact], outcome: Outcome
) -> None:
    """Not a later row that was not accepted, nor one of another contact."""
    with begin(tmp_path, contacts) as journal:
        journal.record([decided(list(journal.pending())[1], outcome)])
        assert journal.stop_overtaken() == 0
        assert states(journal) == [State.PENDING, State(outcome)]


def test_a_later_row_is_sent_behind_an_earlier_one(tmp_path: Path) -> None:
    """As the file has them."""
    with begin(tmp_path, [OLDER, THROTTLED]) as journal:
        journal.record([decided(next(iter(journal.pending())), Outcome.ACCEPTED)])
        assert journal.stop_overtaken() == 0
        assert states(journal) == [State.ACCEPTED, State.PENDING]


def test_a_row_between_two_that_were_sent_is_overtaken_by_the_last(tmp_path: Path) -> None:
    """And what was sent keeps its outcome, though it was overtaken as well."""
    with begin(tmp_path, [OLDER, THROTTLED, OLDER]) as journal:
        first, _, last = journal.pending()
        journal.record([decided(first, Outcome.ACCEPTED), decided(last, Outcome.ACCEPTED)])
        assert journal.stop_overtaken() == 1
        assert states(journal) == [State.ACCEPTED, State.REJECTED, State.ACCEPTED]


def test_a_row_without_a_line_overtakes_all_the_same(tmp_path: Path) -> None:
    """The message then names no line."""
    with begin(tmp_path, [OLDER]) as journal:
        journal.add([Row(1, THROTTLED)])
        journal.record([decided(list(journal.pending())[1], Outcome.ACCEPTED)])
        assert journal.stop_overtaken() == 1
        (noted,) = journal.view.rows([State.REJECTED])
        assert noted.message == "not sent: a later row of this contact was already sent"


def test_rows_of_a_mended_file_go_in_its_order(tmp_path: Path) -> None:
    """Whatever the order in which they were taken in, and wherever accepted ones stand."""
    contacts: list[Contact] = [OLDER, OTHER, THROTTLED]
    with begin(tmp_path, contacts) as journal:
        journal.record([decided(list(journal.pending())[1], Outcome.ACCEPTED)])
        arrivals = journal.arrivals(reversed(as_rows([THROTTLED, OTHER, OLDER, RENAMED])))
        arrivals.match()
        arrivals.adopt(journal.view.header)
        assert [row.contact for row in journal.pending()] == [THROTTLED, OLDER, RENAMED]
