import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.errors import InputError, PassingTrouble
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.rows import JournalRow, State
from sendx_cli.journal.view import Counts
from tests.journal.journals import (
    as_rows,
    begin,
    decided,
    path_of,
    pending,
    people,
    states,
    tracked,
)

OUTCOMES = [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.FAILED, Outcome.UNKNOWN]


def test_rows_come_back_as_they_went_in(tmp_path: Path) -> None:
    """All of them, in order, more than are read at a time."""
    contacts = people(2500)
    with begin(tmp_path, contacts) as journal:
        assert pending(journal) == as_rows(contacts)


def test_each_outcome_is_kept(tmp_path: Path) -> None:
    """With all that is told of it, when the run is opened again."""
    contacts = people(5)
    with begin(tmp_path, contacts) as journal:
        rows = list(journal.pending())
        journal.mark_sending(rows[:4])
        journal.record([decided(rows[n], outcome) for n, outcome in enumerate(OUTCOMES)])
    with open_journal(path_of(tmp_path)) as journal:
        assert list(journal.view.rows(list(State))) == [
            JournalRow(0, 2, contacts[0], State.ACCEPTED, 200, 1, "accepted", "OK", 125.0),
            JournalRow(
                1, 3, contacts[1], State.REJECTED, 400, 1, "rejected", "bad birthday", 125.0
            ),
            JournalRow(2, 4, contacts[2], State.FAILED, 500, 1, "server_error", "HTTP 500", 125.0),
            JournalRow(
                3, 5, contacts[3], State.UNKNOWN, None, 1, "timeout", "no answer in 30 s", 125.0
            ),
            JournalRow(4, 6, contacts[4], State.PENDING),
        ]


def test_rows_are_read_while_others_are_settled(tmp_path: Path) -> None:
    """Each row is handed out once, however the journal changes meanwhile."""
    with begin(tmp_path, people(2300)) as journal:
        seen = []
        for row in journal.pending():
            seen.append(row.number)
            journal.record([decided(row, Outcome.ACCEPTED)] if row.number % 2 else [])
        assert seen == list(range(2300))
        assert journal.view.counts() == Counts(pending=1150, accepted=1150)


def test_a_skipped_row_is_pending_again(tmp_path: Path) -> None:
    """It was not come to, or was surely not acted upon: the next run sends it."""
    with begin(tmp_path, tracked(2)) as journal:
        rows = list(journal.pending())
        journal.mark_sending(rows)
        journal.record([decided(rows[0], Outcome.SKIPPED), decided(rows[1], Outcome.ACCEPTED)])
        assert states(journal) == [State.PENDING, State.ACCEPTED]


def test_a_row_that_is_put_back_is_not_in_doubt_after_a_crash(tmp_path: Path) -> None:
    """The service said that it did nothing; the row waits to be sent again."""
    with begin(tmp_path, tracked(2)) as journal:
        rows = list(journal.pending())
        journal.mark_sending(rows)
        journal.put_back(rows[:1])
    with open_journal(path_of(tmp_path)) as journal:
        assert states(journal) == [State.PENDING, State.UNKNOWN]


def test_after_a_crash_only_what_may_not_be_repeated_is_unknown(tmp_path: Path) -> None:
    """An identify is sent again, unless it counts."""
    contacts = [
        Identify(email="a@example.com", first_name="Ana"),
        Identify(email="b@example.com", fields=(("Visits", "++1"),)),
        Identify(email="c@example.com", fields=(("Visits", "++1"),)),
    ]
    with begin(tmp_path, contacts) as journal:
        journal.mark_sending(list(journal.pending())[:2])
    with open_journal(path_of(tmp_path)) as journal:
        assert [row.number for row in journal.pending()] == [0, 2]
        assert list(journal.view.rows([State.UNKNOWN])) == [
            JournalRow(
                1,
                3,
                contacts[1],
                State.UNKNOWN,
                None,
                1,
                "crashed",
                "sendx or the machine ended while the request was under way",
                0.0,
            )
        ]


def test_rows_of_a_state_can_be_sent_again(tmp_path: Path) -> None:
    """Those alone, when they are asked for."""
    with begin(tmp_path, people(4)) as journal:
        rows = list(journal.pending())
        journal.record([decided(rows[n], outcome) for n, outcome in enumerate(OUTCOMES)])
        assert journal.reopen(State.UNKNOWN) == 1
        assert [row.number for row in journal.pending()] == [3]
        assert journal.reopen(State.FAILED) == 1
        assert [row.number for row in journal.pending()] == [2, 3]


def test_what_was_accepted_is_never_opened_again(tmp_path: Path) -> None:
    """To ask for it is a bug."""
    with begin(tmp_path, people(1)) as journal, pytest.raises(ValueError, match="accepted"):
        journal.reopen(State.ACCEPTED)


def test_a_row_is_settled_anew_when_it_was_sent_again(tmp_path: Path) -> None:
    """The last outcome is the one that holds."""
    with begin(tmp_path, tracked(1)) as journal:
        (row,) = journal.pending()
        journal.mark_sending([row])
        journal.record([decided(row, Outcome.FAILED)])
        journal.reopen(State.FAILED)
        journal.mark_sending([row])
        journal.record([decided(row, Outcome.ACCEPTED)])
        assert journal.view.counts() == Counts(accepted=1)


def test_a_full_disk_is_named_as_such(tmp_path: Path) -> None:
    """With what to do next."""
    with begin(tmp_path, people(10)) as journal:
        pages = journal.view._database.read("PRAGMA page_count")[0][0]
        journal.view._database.read(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(PassingTrouble) as caught:
            journal.add(as_rows(people(5000))[10:])
        assert caught.value.message == "cannot keep the run's journal: the disk is full"
        assert caught.value.hint == (
            f"fix that, then `sendx runs resume {journal.id}`: no row is lost"
        )


def test_who_writes_waits_for_another(tmp_path: Path) -> None:
    """Somebody may hold the file for a while, such as a backup: that ends no run."""
    with begin(tmp_path, tracked(1)) as journal, ThreadPoolExecutor() as pool:
        holding = Event()
        backup = pool.submit(hold_to_write, path_of(tmp_path), holding)
        assert holding.wait(60)
        journal.mark_sending(list(journal.pending()))
        backup.result(60)
        assert states(journal) == [State.IN_FLIGHT]


def hold_to_write(path: Path, holding: Event) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("BEGIN IMMEDIATE")
        holding.set()
        time.sleep(0.2)
        connection.execute("COMMIT")


def test_a_row_that_was_damaged_since_the_run_was_opened_is_not_sent(tmp_path: Path) -> None:
    """Its payload no longer is what its digest says: somebody else would get it."""
    with begin(tmp_path, people(3)) as journal:
        with journal._database.transaction() as connection:
            connection.execute("UPDATE rows SET payload = replace(payload, 'p1@', 'p0@')")
        rows = journal.pending()
        assert next(rows).number == 0
        with pytest.raises(InputError, match="damaged"):
            next(rows)


@pytest.mark.parametrize("outcome", [None, Outcome.FAILED, Outcome.SKIPPED])
def test_a_row_that_is_sent_again_is_marked_again(tmp_path: Path, outcome: Outcome | None) -> None:
    """Else an end of the process meanwhile would leave it pending, and it would be sent twice."""
    with begin(tmp_path, tracked(1)) as journal:
        (row,) = journal.pending()
        journal.mark_sending([row])
        assert states(journal) == [State.IN_FLIGHT]
        if outcome is None:
            journal.put_back([row])
        else:
            journal.record([decided(row, outcome)])
        if outcome is Outcome.FAILED:
            assert journal.reopen(State.FAILED) == 1
        assert states(journal) == [State.PENDING]
        journal.mark_sending([row])
        assert states(journal) == [State.IN_FLIGHT]
