from collections.abc import Sequence
from pathlib import Path

from sendx_cli.core.account.courses import SentRow
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.delivery.rows import Row
from sendx_cli.journal.rows import content_of
from sendx_cli.journal.store import RunJournal
from tests.clocks import HandClock
from tests.journal.journals import HEADER, as_rows, begin, decided


def record(journal: RunJournal, rows: Sequence[Contact], **outcomes: Outcome) -> None:
    """Record outcomes by `r` and the row's number."""
    for name, outcome in outcomes.items():
        number = int(name[1:])
        journal.record([decided(Row(number, rows[number], number + 2), outcome)])


def ann(name: str) -> Identify:
    return Identify(email="ann@b.co", first_name=name)


def test_rows_come_contact_by_contact(tmp_path: Path) -> None:
    """In the order in which they were sent; those that share an address are one contact's."""
    rows = [
        Identify(email="bob@b.co"),
        Identify(email="ann@b.co", new_email="anna@b.co"),
        Identify(email="BOB@b.co", first_name="Bob"),
        Identify(email="cid@b.co", new_email="ann@b.co"),
        Identify(email="anna@b.co", first_name="Anna"),
    ]
    with begin(tmp_path, rows) as journal:
        record(journal, rows, **{f"r{n}": Outcome.ACCEPTED for n in range(5)})
        sent = journal.view.sent_rows()
        groups = [[row.contact for row in of_contact] for of_contact in sent.by_contact()]
        assert sorted(groups, key=len) == [[rows[0], rows[2]], [rows[1], rows[3], rows[4]]]
        assert sent.addresses() == ["BOB@b.co", "ann@b.co", "anna@b.co", "cid@b.co"]


def test_what_was_rejected_was_not_taken_and_what_failed_may_have_been(tmp_path: Path) -> None:
    """As may what is unknown, and a change of address that found its address taken."""
    rows = [ann(str(n)) for n in range(4)]
    rows.append(Identify(email="ann@b.co", new_email="anna@b.co"))
    with begin(tmp_path, rows) as journal:
        record(
            journal,
            rows,
            r0=Outcome.ACCEPTED,
            r1=Outcome.REJECTED,
            r2=Outcome.FAILED,
            r3=Outcome.UNKNOWN,
            r4=Outcome.REJECTED,
        )
        (found,) = journal.view.sent_rows().by_contact()
        assert found == [
            SentRow(rows[0], is_certain=True),
            SentRow(rows[2], is_certain=False),
            SentRow(rows[3], is_certain=False),
            SentRow(rows[4], is_certain=False),
        ]


def test_of_pending_rows_a_contacts_first_may_have_been_sent(tmp_path: Path) -> None:
    """Unless it is marked before: then it was not."""
    rows = [ann("A"), ann("B"), Identify(email="bob@b.co", fields=(("n", "++1"),))]
    with begin(tmp_path, rows) as journal:
        assert list(journal.view.sent_rows().by_contact()) == [[SentRow(rows[0], is_certain=False)]]
    tracks = [Track(email="ann@b.co", add_tags=("x",))]
    with begin(tmp_path / "tracks", tracks) as journal:
        assert list(journal.view.sent_rows().by_contact()) == []


def test_rows_that_left_the_file_were_sent_all_the_same(tmp_path: Path) -> None:
    """In the order of their outcomes: before those that a mended file has in their place."""
    clock = HandClock()
    rows = [ann("A"), ann("B"), ann("C")]
    with begin(tmp_path, rows, clock) as journal:
        record(journal, rows, r0=Outcome.ACCEPTED, r1=Outcome.ACCEPTED, r2=Outcome.ACCEPTED)
        mended = [ann("C"), ann("D")]
        arrivals = journal.arrivals(())
        arrivals.add(map(content_of, as_rows(mended)))
        arrivals.match()
        arrivals.adopt(HEADER)
        clock.seconds += 2.0
        record(journal, mended, r1=Outcome.ACCEPTED)
        (found,) = journal.view.sent_rows().by_contact()
        assert [row.contact for row in found] == [*rows, ann("D")]


def test_a_run_says_by_which_run_it_was_undone(tmp_path: Path) -> None:
    """And nothing where it was not."""
    with begin(tmp_path, [ann("A")]) as journal:
        assert journal.view.undone_by is None
        journal.note_undone("20261124-1945-v8mg")
        assert journal.view.undone_by == "20261124-1945-v8mg"


def test_a_pending_row_comes_behind_those_that_were_decided(tmp_path: Path) -> None:
    """Whatever its place in the file: it was sent last, if it was."""
    rows = [ann("A"), ann("B"), ann("C")]
    with begin(tmp_path, rows) as journal:
        record(journal, rows, r1=Outcome.ACCEPTED, r2=Outcome.FAILED)
        (found,) = journal.view.sent_rows().by_contact()
        assert found == [
            SentRow(rows[1], is_certain=True),
            SentRow(rows[2], is_certain=False),
            SentRow(rows[0], is_certain=False),
        ]


def test_a_pending_row_that_waits_hides_none_of_another_address(tmp_path: Path) -> None:
    """Contacts that share a history wait for rows of their own addresses alone."""
    rows = [
        Identify(email="ann@b.co", new_email="anna@b.co"),
        ann("A"),
        ann("B"),
        Identify(email="anna@b.co", first_name="Anna"),
    ]
    with begin(tmp_path, rows) as journal:
        record(journal, rows, r0=Outcome.ACCEPTED)
        (found,) = journal.view.sent_rows().by_contact()
        assert [row.contact for row in found] == [rows[0], rows[1], rows[3]]
