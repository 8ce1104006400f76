"""`--snapshot`: how the contacts of a run were, recorded before its first write."""

from collections.abc import Sequence
from pathlib import Path

from tests.runs.accounts import REFUSED, Account

ANN = {"email": "ann@b.co", "firstName": "Ann", "tags": ["old"]}
IDENTIFY = ("identify", "--from", "p.csv", "--yes")
SNAPSHOT = (*IDENTIFY, "--snapshot")


def write(*rows: str, header: str = "email,tags") -> None:
    Path("p.csv").write_text("\n".join((header, *rows)) + "\n")


def read_first(requests: Sequence[str]) -> bool:
    """Whether all reads come before the first write."""
    first = next(at for at, one in enumerate(requests) if one.startswith("POST"))
    return not any(one.startswith("GET") for one in requests[first:])


def test_contacts_are_read_before_the_first_write(account: Account) -> None:
    """All addresses, the new ones too; the plan says what that costs at most."""
    account.begin(ANN)
    write("ann@b.co,new,anna@b.co", "bob@b.co,new,", header="email,tags,new_email")
    run = account.run(*SNAPSHOT)
    assert run.code == 0
    assert "sendx: snapshot: up to 3 calls before the first contact is sent\n" in run.err
    assert "sendx: snapshot: 1 contact recorded, 2 not found\n" in run.err
    assert account.requests.count("GET /contact") == 3
    assert read_first(account.requests)


def test_many_contacts_are_read_by_pages(account: Account) -> None:
    """A page has a hundred; what is not seen is searched for."""
    account.begin(*({"email": f"p{n}@b.co"} for n in range(150)))
    write(*(f"p{n}@b.co,new" for n in range(151)))
    run = account.run(*SNAPSHOT)
    assert "snapshot: up to 226 calls" in run.err
    assert "snapshot: 150 contacts recorded, 1 not found" in run.err
    assert account.requests.count("GET /contact") <= 5


def test_a_dry_run_says_what_it_would_cost(account: Account) -> None:
    """And records nothing."""
    write("ann@b.co,new")
    run = account.run(*SNAPSHOT, "--dry-run")
    assert "snapshot: up to 1 call before the first contact is sent" in run.err
    assert (run.code, account.writes, account.run("runs", "list").out) == (0, [], "")


def test_a_snapshot_that_was_asked_for_and_cannot_be_read_stops_the_run(account: Account) -> None:
    """Before anything is sent; no run is left."""
    write("ann@b.co,new")
    run = account.run(*SNAPSHOT, read_status=404)
    assert (run.code, account.writes) == (5, [])
    assert "sendx: no snapshot can be kept: the account could not be read: " in run.err
    assert "  hint: nothing was sent: run it again later\n" in run.err
    assert account.run("runs", "list").out == ""


def test_a_snapshot_of_the_profile_that_cannot_be_read_is_told_in_one_line(
    account: Account,
) -> None:
    """Reading is not the reason that writing fails; the run cannot be undone then."""
    account.run("config", "set", "snapshot", "true")
    write("ann@b.co,new")
    run = account.run(*IDENTIFY, read_status=404)
    assert (run.code, len(account.writes)) == (0, 1)
    assert "sendx: no snapshot is kept: the account could not be read: " in run.err
    undo = account.run("runs", "undo", "--yes")
    assert (undo.code, account.writes) == (2, [])


def test_half_a_snapshot_is_none(account: Account) -> None:
    """What was read before it failed is not kept: the other contacts would be missing."""
    account.begin(*({"email": f"p{n}@b.co"} for n in range(1100)))
    account.run("config", "set", "snapshot", "true")
    write(*(f"p{n}@b.co,new" for n in range(1101)))
    run = account.run(*IDENTIFY, "--batch", "25", read_status=404, good_reads=12)
    assert "no snapshot is kept: the contacts could not be read: " in run.err
    assert run.code == 0
    undo = account.run("runs", "undo", "--yes")
    assert (undo.code, account.requests) == (2, [])


def test_a_profile_keeps_snapshots(account: Account) -> None:
    """Of every run of a file, without an option."""
    account.run("config", "set", "snapshot", "true")
    write("ann@b.co,new")
    assert "snapshot: 0 contacts recorded, 1 not found" in account.run(*IDENTIFY).err


def test_a_snapshot_needs_the_account(account: Account) -> None:
    """Asked for where the profile leaves it out: refused. Both in the profile: told."""
    account.run("config", "set", "account", "false")
    write("ann@b.co,new")
    run = account.run(*SNAPSHOT)
    assert (run.code, account.requests) == (2, [])
    assert "--snapshot needs the account" in run.err
    account.run("config", "set", "snapshot", "true")
    run = account.run(*IDENTIFY)
    assert (run.code, account.requests) == (0, ["POST /contact/identify"])
    assert "no snapshot is kept: the account is not read" in run.err


def test_contacts_that_a_mended_file_adds_are_recorded_as_well(account: Account) -> None:
    """Before their rows are sent; those of which a row was sent stay as they were recorded."""
    account.begin(ANN, {"email": "bob@b.co", "tags": ["old"]})
    write("ann@b.co,new", "x@b.co,new")
    assert account.run(*SNAPSHOT, "--concurrency", "1", faults={1: REFUSED}).code == 255
    write("ann@b.co,new", "bob@b.co,new")
    run = account.run("runs", "resume", "--yes")
    assert run.code == 0
    assert "snapshot: 1 contact recorded" in run.err
    assert read_first(account.requests)
    assert account.run("runs", "undo", "--yes").code == 0
    assert [account.contact(email)["tags"] for email in ("ann@b.co", "bob@b.co")] == [{"old"}] * 2


def test_a_resume_without_new_contacts_reads_nothing(account: Account) -> None:
    """They are recorded already."""
    account.begin(ANN)
    write("ann@b.co,new", "bob@b.co,new")
    assert account.run(*SNAPSHOT, "--concurrency", "1", faults={1: REFUSED}).code == 255
    assert account.run("runs", "resume").code == 0
    assert account.requests == ["POST /contact/identify"]
