from pathlib import Path

import pytest

from sendx_cli.core.account.unchanged import is_always_sent
from sendx_cli.core.contact.contact import Contact, Identify
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.rows import Row
from sendx_cli.journal.adoption import Adoption
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import State
from sendx_cli.journal.store import RunJournal
from sendx_cli.journal.view import Counts
from tests.journal.journals import begin, decided, path_of, pending, people, states
from tests.journal.test_adoption import MENDED, adopt

A, B, C = people(3)
SAME_A, OTHER_A = A._replace(company="Acme"), A._replace(company="Other")
UNCHANGED, PENDING = State.UNCHANGED, State.PENDING


def key(contact: Contact) -> str:
    return contact.contact_keys[0]


def leave_out(journal: RunJournal, *contacts: Contact) -> tuple[int, int]:
    """Leave out the rows of these contacts."""
    compared = journal.compared(is_always_sent)
    compared.decide((one, True) for one in {key(contact) for contact in contacts})
    return compared.leave_out()


def test_rows_are_left_out_by_contact(tmp_path: Path) -> None:
    """They stay so when the run is resumed, and were not attempted."""
    with begin(tmp_path, [A, B, SAME_A, C]) as journal:
        assert leave_out(journal, A, C) == (3, 2)
        assert states(journal) == [UNCHANGED, PENDING, UNCHANGED, UNCHANGED]
        assert journal.view.counts() == Counts(pending=1, unchanged=3)
        assert journal.view.attempts() == (0, 0)
        assert journal.view.seconds() == {}
    with open_journal(path_of(tmp_path)) as again:
        assert pending(again) == [Row(1, B, 3)]
        assert not again.view.counts().is_finished
        again.record([decided(Row(1, B, 3), Outcome.ACCEPTED)])
        assert again.view.counts() == Counts(accepted=1, unchanged=3)
        assert (again.view.counts().total, again.view.counts().is_finished) == (4, True)


def test_the_rows_of_a_contact_are_told_in_their_order(tmp_path: Path) -> None:
    """However many they are, and however its address is spelled."""
    rows = [Identify(email="P1@example.com", company=f"C{n}") for n in range(2500)]
    with begin(tmp_path, [A, *rows, C]) as journal:
        compared = journal.compared(is_always_sent)
        assert (compared.rows, compared.contacts) == (2502, 3)
        assert list(compared.rows_of("p1@example.com")) == rows


def test_what_was_not_decided_is_sent(tmp_path: Path) -> None:
    """As is what was decided twice, and what is no contact of the file at all."""
    with begin(tmp_path, [A, B, C]) as journal:
        compared = journal.compared(is_always_sent)
        assert key(A) in compared
        assert "nobody@example.com" not in compared
        compared.decide([(key(A), True), (key(B), True), ("nobody@example.com", True)])
        compared.decide([(key(A), True)])
        assert compared.seen == 2
        assert compared.leave_out() == (1, 1)
        assert states(journal) == [PENDING, UNCHANGED, PENDING]


def test_contacts_with_a_change_of_address_are_not_compared(tmp_path: Path) -> None:
    """Nor is any that such a row names."""
    moving = A._replace(new_email=B.email)
    with begin(tmp_path, [A, B, C, moving]) as journal:
        compared = journal.compared(is_always_sent)
        assert (compared.rows, compared.contacts) == (1, 1)
        compared.decide([(key(one), True) for one in (A, B, C)])
        assert compared.leave_out() == (1, 1)
        assert states(journal) == [PENDING, PENDING, UNCHANGED, PENDING]


def adopted(folder: Path, before: list[Contact], after: list[Contact]) -> list[State]:
    """The states after a mended file, where all rows before it would change nothing."""
    with begin(folder, before) as journal:
        leave_out(journal, *before)
        assert set(states(journal)) == {UNCHANGED}
        adopt(journal, after)
        return states(journal)


def test_a_mended_file_keeps_what_would_still_change_nothing(tmp_path: Path) -> None:
    """Contacts whose rows are the same, wherever these stand among those of others."""
    after: list[Contact] = [C, SAME_A, B._replace(company="New"), A]
    assert adopted(tmp_path, [SAME_A, A, B, C], after) == [UNCHANGED, UNCHANGED, PENDING, UNCHANGED]


@pytest.mark.parametrize(
    "after",
    [
        [SAME_A, OTHER_A],
        [OTHER_A],
        [SAME_A],
        [OTHER_A, SAME_A, A],
        [OTHER_A, SAME_A, SAME_A],
        [OTHER_A, SAME_A, B._replace(new_email=A.email)],
        [B, SAME_A],
    ],
    ids=[
        "moved",
        "last removed",
        "first removed",
        "added",
        "doubled",
        "named by a new address",
        "first replaced by another's",
    ],
)
def test_a_contact_with_other_rows_is_sent_again(tmp_path: Path, after: list[Contact]) -> None:
    """With all of them: that they change nothing was said of other ones."""
    assert set(adopted(tmp_path, [OTHER_A, SAME_A], after)) == {PENDING}


def test_a_row_that_is_sent_as_something_else_now_is_pending(tmp_path: Path) -> None:
    """Such as a list's name for which the account has another id by now."""
    with begin(tmp_path, []) as journal:
        journal.add([Row(0, B, 2, original=A)])
        leave_out(journal, B)
        assert states(journal) == [UNCHANGED]
        arrivals = journal.arrivals([Row(0, C, 2, original=A)])
        assert arrivals.match().rows == Counts(pending=1)
        arrivals.adopt(MENDED)
        assert states(journal) == [PENDING]


def test_what_left_the_file_is_not_unchanged_when_it_comes_back(tmp_path: Path) -> None:
    """Another row of its contact may have been sent in between."""
    with begin(tmp_path, [SAME_A, B]) as journal:
        leave_out(journal, A)
        assert adopt(journal, [OTHER_A, B]) == Adoption(Counts(pending=2), Counts())
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
        assert adopt(journal, [SAME_A, B]).rows == Counts(pending=1, accepted=1)
        assert states(journal) == [PENDING, State.ACCEPTED]


def test_an_accepted_row_stays_so_whatever_rows_its_contact_gets(tmp_path: Path) -> None:
    """Only what was left out depends on the other rows: sent again, it would count twice."""
    with begin(tmp_path, [SAME_A, B]) as journal:
        leave_out(journal, A)
        journal.record([decided(row, Outcome.ACCEPTED) for row in journal.pending()])
        adopt(journal, [OTHER_A, B, B._replace(company="New")])
        assert states(journal) == [PENDING, State.ACCEPTED, PENDING]
