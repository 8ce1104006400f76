"""`runs reconcile`: unknown rows, looked up in the account."""

import re
from pathlib import Path

import pytest

from tests.clocks import ShiftedClock
from tests.conftest import Run
from tests.runs.accounts import BROKEN, LOST, Account, records

PEOPLE = [{"email": f"{name}@b.co", "tags": ["old"]} for name in ("ann", "bob", "cid")]


def steady(text: str) -> str:
    text = re.sub(r"\d{8}-\d{4}-[a-z0-9]{4}", "RUN", text)
    return re.sub(r"\b\d\d:\d\d\b", "HH:MM", text)


@pytest.fixture
def later(account: Account) -> ShiftedClock:
    """The clock of the commands: a call is settled a minute later."""
    account.clock = clock = ShiftedClock()
    return clock


def track(account: Account, faults: dict[int, str], *rows: str) -> Run:
    Path("t.csv").write_text("email,add_tags,remove_tags\n" + "".join(f"{r}\n" for r in rows))
    return account.run("track", "--from=t.csv", "--yes", "--concurrency=1", faults=faults)


def reconcile(account: Account, *words: str, **kwargs: object) -> Run:
    run = account.run("runs", "reconcile", *words, **kwargs)  # type: ignore[arg-type]
    return Run(run.code, run.out, steady(run.err))


def states(account: Account) -> list[str]:
    run = account.run("runs", "show", "--rows")
    return ["accepted" if one["ok"] else one["error"]["kind"] for one in records(run)]


def test_a_run_with_unknown_rows_says_how_to_go_on(account: Account, later: ShiftedClock) -> None:
    """By the account, which nobody else can read."""
    assert later.seconds == 0.0
    account.begin(*PEOPLE)
    run = track(account, {1: LOST}, "ann@b.co,vip,", "bob@b.co,vip,")
    assert run.code == 6
    assert steady(run.err).splitlines()[-1] == "next: sendx runs reconcile RUN"


def test_what_the_account_shows_was_accepted(account: Account, later: ShiftedClock) -> None:
    """Then the run is what it would have been: its summary, its rows, its exit code."""
    account.begin(*PEOPLE)
    track(account, {0: LOST, 1: BROKEN}, "ann@b.co,vip,old", "bob@b.co,vip,", "cid@b.co,vip,")
    later.seconds += 61
    run = reconcile(account)
    assert run.code == 6
    assert run.err.splitlines()[0] == "sendx: 1 of 2 unknown rows were found in the account"
    shown = records(account.run("runs", "show", "--rows"))
    assert [one["ok"] for one in shown] == [True, False, True]
    assert shown[0]["message"] == "reconciled: seen in the account"
    assert steady(shown[1]["message"]) == "at HH:MM: tag vip is not there"
    account.post("/contact/track", {"email": "bob@b.co", "addTags": ["vip"]})
    run = reconcile(account)
    assert run.code == 0
    assert run.err.splitlines()[0] == "sendx: 1 of 1 unknown rows were found in the account"
    assert run.err.splitlines()[-1] == "exit 0: every row was accepted"


def test_no_row_is_settled_before_a_minute_has_passed(
    account: Account, later: ShiftedClock
) -> None:
    """A call can still take effect late."""
    account.begin(*PEOPLE)
    track(account, {0: LOST}, "ann@b.co,vip,")
    later.seconds += 30
    run = reconcile(account)
    assert run.code == 6
    assert run.err.startswith(
        "sendx: warning: sent less than a minute ago: 1 row, which can still take effect\n"
        "  hint: reconcile again at HH:MM\n"
    )
    assert account.requests == []


def test_a_counting_row_is_never_settled(account: Account, later: ShiftedClock) -> None:
    """Nor is it offered to be sent again; what is left is to look at it."""
    account.begin(*PEOPLE)
    Path("i.csv").write_text("email,points\nann@b.co,++5\n")
    words = ("identify", "--from=i.csv", "--yes", "--map=points=field:points")
    run = account.run(*words, faults={0: LOST})
    assert steady(run.err).splitlines()[-1] == "next: sendx runs show RUN --state unknown"
    later.seconds += 61
    run = reconcile(account, "--resend", "--yes")
    assert (run.code, account.requests) == (6, [])
    assert (
        "counting a custom field up or down: 1 row, which reading the account cannot settle"
        in run.err
    )


def change(account: Account, fault: str, new_email: str = "x@b.co") -> Run:
    account.begin(*PEOPLE)
    Path("n.csv").write_text(f"email,new_email,company\nann@b.co,{new_email},Acme\n")
    return account.run("identify", "--from=n.csv", "--yes", faults={0: fault})


def test_a_change_of_address_whose_answer_is_lost_is_not_sent_again(account: Account) -> None:
    """It would be refused, for the address is taken: by the contact itself."""
    assert change(account, LOST).code == 6
    assert account.writes == ["POST /contact/identify"]
    assert states(account) == ["unknown"]


def test_a_change_of_address_that_the_account_shows_was_accepted(
    account: Account, later: ShiftedClock
) -> None:
    """The contact is at the new address, with what the row said, and nobody at the old one."""
    change(account, LOST)
    later.seconds += 61
    run = reconcile(account)
    assert (run.code, states(account)) == (0, ["accepted"])


def test_a_change_of_address_that_was_not_made_can_be_sent_again(
    account: Account, later: ShiftedClock
) -> None:
    """The contact is still at the old address; a resume then makes the change."""
    change(account, BROKEN)
    later.seconds += 61
    run = reconcile(account)
    assert run.code == 6
    (shown,) = records(account.run("runs", "show", "--rows"))
    assert steady(shown["message"]) == "ann@b.co is still a contact at HH:MM"
    reconcile(account, "--resend", "--yes")
    assert account.run("runs", "resume").code == 0
    assert account.contact("x@b.co")["company"] == "Acme"


def test_a_change_to_an_address_that_another_contact_has_was_not_made(
    account: Account, later: ShiftedClock
) -> None:
    """The other has the company by chance."""
    change(account, BROKEN, "bob@b.co")
    account.post("/contact/identify", {"email": "bob@b.co", "company": "Acme"})
    later.seconds += 61
    assert reconcile(account).code == 6


def test_a_changed_contact_that_is_otherwise_not_as_sent_stays_unknown(
    account: Account, later: ShiftedClock
) -> None:
    """Somebody else may have made the change; to send it again could create a contact."""
    change(account, LOST)
    account.post("/contact/identify", {"email": "x@b.co", "company": "Other"})
    later.seconds += 61
    run = reconcile(account, "--resend", "--yes")
    assert (run.code, account.writes) == (6, [])
    assert "no rows to send again" in run.err
    (shown,) = records(account.run("runs", "show", "--rows"))
    assert steady(shown["message"]) == "at HH:MM: company is Other"


def test_what_is_not_shown_can_be_sent_again(account: Account, later: ShiftedClock) -> None:
    """Only where the contact was read; a resume then sends it, once."""
    account.begin(*PEOPLE)
    track(account, {0: BROKEN, 1: LOST}, "ann@b.co,vip,", "bob@b.co,vip,")
    later.seconds += 61
    run = reconcile(account, "--resend", "--yes")
    assert run.code == 5
    assert "1 row to be sent again: `sendx runs resume RUN` sends them" in run.err
    assert account.run("runs", "resume").code == 0
    assert account.writes == ["POST /contact/track"]
    assert "vip" in account.contact("ann@b.co")["tags"]


def test_a_row_that_a_later_one_has_overtaken_is_not_sent_again(
    account: Account, later: ShiftedClock
) -> None:
    """It would undo the later one."""
    account.begin(*PEOPLE)
    track(account, {0: BROKEN}, "ann@b.co,vip,", "ann@b.co,,vip")
    later.seconds += 61
    run = reconcile(account, "--resend", "--yes")
    assert run.code == 6
    assert "not sent again, because a later row of the contact was sent: 1 row" in run.err
    assert "no rows to send again" in run.err
    assert states(account) == ["unknown", "accepted"]


def test_what_cannot_be_looked_up_stays_unknown(account: Account, later: ShiftedClock) -> None:
    """Nothing is claimed of an account that nobody can read."""
    account.begin(*PEOPLE)
    track(account, {0: LOST}, "ann@b.co,vip,")
    later.seconds += 61
    run = reconcile(account, "--resend", "--yes", read_status=500)
    assert (run.code, run.out) == (5, "")
    assert run.err.startswith("sendx: the account could not be read: ")
    assert states(account) == ["unknown"]


def test_a_contact_that_is_not_there_stays_unknown(account: Account, later: ShiftedClock) -> None:
    """The tool says what it saw."""
    account.begin(*PEOPLE)
    track(account, {0: BROKEN}, "ann@b.co,vip,")
    account.post("/contact/identify", {"email": "ann@b.co", "newEmail": "x@b.co"})
    later.seconds += 61
    assert reconcile(account).code == 6
    (shown,) = records(account.run("runs", "show", "--rows"))
    assert steady(shown["message"]) == "no such contact at HH:MM"


def test_a_run_without_unknown_rows_is_left_as_it_is(account: Account, later: ShiftedClock) -> None:
    """It says so, and no request is made."""
    assert later.seconds == 0.0
    account.begin(*PEOPLE)
    track(account, {}, "ann@b.co,vip,")
    run = reconcile(account)
    assert (run.code, account.requests) == (0, [])
    assert run.err.startswith("sendx: run RUN: no row has an unknown outcome\n")
