"""`runs undo`: a run of its own that takes another one back."""

import json
import os
from pathlib import Path

import pytest

from sendx_cli.journal.opening import open_journal
from tests.conftest import Run
from tests.runs.accounts import BROKEN, LIST, LOST, REFUSED, Account, records

ANN = {
    "email": "ann@b.co",
    "firstName": "Ann",
    "tags": ["old", "lead"],
    "customFields": {"plan": "free"},
}
BOB = {"email": "bob@b.co", "tags": ["lead"]}


def write(*rows: str, header: str = "email,tags") -> None:
    Path("p.csv").write_text("\n".join((header, *rows)) + "\n")


def identify(account: Account, *rows: str, header: str = "email,tags", **kwargs: object) -> Run:
    """Send a file, with a snapshot."""
    write(*rows, header=header)
    words = ("identify", "--from", "p.csv", "--snapshot", "--yes", "--concurrency", "1")
    return account.run(*words, **kwargs)  # type: ignore[arg-type]


def track(account: Account, *rows: str, **kwargs: object) -> Run:
    """Send a file of tags to add and to remove, with a snapshot."""
    write(*rows, header="email,add_tags,remove_tags")
    return account.run("track", "--from", "p.csv", "--snapshot", "--yes", **kwargs)  # type: ignore[arg-type]


def undo(account: Account, *words: str, **kwargs: object) -> Run:
    """Undo the first run."""
    run = first(account)
    return account.run("runs", "undo", run, "--yes", *words, **kwargs)  # type: ignore[arg-type]


def first(account: Account) -> str:
    return str(records(account.run("runs", "list"))[0]["run"])


def path_of(run: str) -> Path:
    """Return the journal of a run."""
    return Path(os.environ["XDG_STATE_HOME"]) / "sendx" / "runs" / f"{run}.sqlite3"


def last(account: Account) -> str:
    return str(records(account.run("runs", "list"))[-1]["run"])


def test_an_undo_shows_its_plan_its_results_and_its_summary(account: Account) -> None:
    """Everything that it sends, everything that stays, and what became of it."""
    account.begin(ANN, BOB)
    header = "email,first_name,company,plan,tags,lists,birthday,new_email"
    rows = (
        f"ann@b.co,Anna,Acme,pro,new,{LIST},1990-01-31,anna@b.co",
        "bob@b.co,,,,new,,,",
        "cid@b.co,Cid,,,new,,,",
    )
    assert identify(account, *rows, header=header.replace("plan", "field:plan")).code == 2
    assert account.run("runs", "list").out == ""
    write(*rows, header=header)
    words = ("identify", "--from", "p.csv", "--snapshot", "--yes", "--map", "plan=field:plan")
    assert account.run(*words).code == 0
    run = undo(account)
    expected = f"""\
plan: undo of run {first(account)}
  3 contacts to change, in 5 calls
account: owner@sandbox.invalid
tags to remove:
  3  "new"
names and companies to restore:
  1  "first name"
custom fields to restore:
  1  "plan"
addresses to restore: 1
note: 3 tag changes can trigger automations, as those of the run did
cannot be undone, as the service has no call for it:
  1  contacts that were created
     - cid@b.co: it was created by the run and stays; only its tags are removed
  1  names and companies that were empty before
     - anna@b.co: company: was empty before
  1  lists that were joined
     - anna@b.co: it stays on the list News
  1  birthdays: they cannot be read
     - anna@b.co: birthday: stays as the run set it
emails that were sent cannot be undone
5 rows in"""
    assert run.err.startswith(expected)
    assert "  accepted      5\n  irreversible  4\n" in run.err
    assert "exit 0: every row was accepted\n" in run.err
    sent = [(one["email"], one["action"], one["ok"]) for one in records(run)]
    assert sorted(sent) == [
        ("anna@b.co", "identify", True),
        ("anna@b.co", "identify", True),
        ("anna@b.co", "track", True),
        ("bob@b.co", "track", True),
        ("cid@b.co", "track", True),
    ]
    ann = account.contact("ann@b.co")
    assert (ann["first_name"], ann["fields"], ann["tags"]) == (
        "Ann",
        {"plan": "free"},
        {"old", "lead"},
    )


def test_tags_that_were_removed_are_put_back(account: Account) -> None:
    """And a tag that was there before stays, though the run added it, too."""
    account.begin(ANN, BOB)
    assert track(account, "ann@b.co,old,lead", "bob@b.co,new,").code == 0
    assert undo(account).code == 0
    assert account.contact("ann@b.co")["tags"] == {"old", "lead"}
    assert account.contact("bob@b.co")["tags"] == {"lead"}
    assert account.writes == ["POST /contact/track"] * 2


def test_a_dry_run_shows_the_plan_as_json(account: Account) -> None:
    """Nothing is sent, no run is made, and the run can be undone afterwards."""
    account.begin(ANN)
    assert identify(account, "ann@b.co,new", "cid@b.co,new").code == 0
    run = undo(account, "--dry-run", "-o", "json")
    assert json.loads(run.out) == {
        "action": "undo",
        "run": first(account),
        "members": ["owner@sandbox.invalid"],
        "contacts": 2,
        "calls": 2,
        "tags_away": {"names": [{"name": "new", "rows": 2}], "further": 0},
        "tags_back": {"names": [], "further": 0},
        "values": {"names": [], "further": 0},
        "custom_fields": {"names": [], "further": 0},
        "addresses": 0,
        "not_undone": [],
        "irreversible": [
            {
                "why": "contacts that were created",
                "count": 1,
                "first": [
                    {
                        "email": "cid@b.co",
                        "message": "it was created by the run and stays; only its tags are removed",
                    }
                ],
            }
        ],
    }
    assert (run.code, account.writes) == (0, [])
    assert len(records(account.run("runs", "list"))) == 1
    shown = records(undo(account, "--dry-run"))
    assert [one["body"] for one in shown] == [
        {"email": "ann@b.co", "removeTags": ["new"]},
        {"email": "cid@b.co", "removeTags": ["new"]},
    ]
    assert undo(account).code == 0


def test_an_undo_is_a_run_like_any_other(account: Account) -> None:
    """It is listed and shown, and the run that it took back says by which it was."""
    account.begin(ANN)
    identify(account, "ann@b.co,new", "cid@b.co,new")
    undo(account)
    listed = records(account.run("runs", "list"))
    assert [(one["action"], one["state"]) for one in listed] == [
        ("identify", "undone"),
        ("undo", "finished"),
    ]
    assert listed[1]["source"] == f"undo of {first(account)}"
    shown = account.run("runs", "show", "-o", "table").out
    assert shown.startswith(f"run {last(account)}: undo of {first(account)}, finished\n")
    shown = account.run("runs", "show", first(account), "-o", "table").out
    assert f"p.csv, undone\nundone by run {last(account)}\n" in shown
    (irreversible,) = records(account.run("runs", "show", "--state", "irreversible"))
    assert (irreversible["email"], irreversible["action"], irreversible["line"]) == (
        "cid@b.co",
        "undo",
        None,
    )
    rows = records(account.run("runs", "show", "--state", "accepted"))
    assert [one["action"] for one in rows] == ["track", "track"]


def test_without_a_snapshot_there_is_no_undo(account: Account) -> None:
    """It says how tags alone can be taken back."""
    write("ann@b.co,new")
    account.run("identify", "--from", "p.csv")
    run = undo(account)
    assert (run.code, account.writes) == (2, [])
    assert run.err == (
        f"sendx: run {first(account)} has no snapshot: how its contacts were is not known\n"
        "  hint: --assume-new removes the tags that it added, as if none of them had been there "
        "before; --snapshot records a snapshot of the next run\n"
    )


def test_a_run_that_sent_nothing_has_nothing_to_take_back(account: Account) -> None:
    """Snapshot or not: all of its rows were bad."""
    write("ann,new")
    account.run("identify", "--from", "p.csv", "--skip-invalid")
    run = undo(account)
    assert (run.code, account.writes) == (0, [])
    assert f"run {first(account)}: nothing to undo" in run.err


def test_tags_that_are_assumed_to_be_new_are_taken_back(account: Account) -> None:
    """All that the run added and that is there; the rest is listed."""
    account.begin(ANN, BOB)
    write("ann@b.co,old,Anna", "bob@b.co,new,", header="email,tags,first_name")
    account.run("identify", "--from", "p.csv")
    assert undo(account, "--assume-new").code == 0
    assert account.contact("ann@b.co")["tags"] == {"lead"}
    assert account.contact("bob@b.co")["tags"] == {"lead"}
    assert account.contact("ann@b.co")["first_name"] == "Anna"
    (irreversible,) = records(account.run("runs", "show", "--state", "irreversible"))
    assert irreversible["message"] == "names, fields, lists and address stay as the run set them"


def test_tags_that_were_removed_may_have_been_there(account: Account) -> None:
    """Without a snapshot nobody knows: they are listed, not put back."""
    account.begin(ANN)
    write("ann@b.co,new,lead", header="email,add_tags,remove_tags")
    account.run("track", "--from", "p.csv")
    assert undo(account, "--assume-new").code == 0
    assert account.contact("ann@b.co")["tags"] == {"old"}
    (irreversible,) = records(account.run("runs", "show", "--state", "irreversible"))
    assert irreversible["message"] == "tag lead: was removed, but may have been there before"


def test_a_contact_that_others_changed_is_left_alone(account: Account) -> None:
    """The others are taken back; --force would take back this one, too."""
    account.begin(ANN, BOB)
    identify(account, "ann@b.co,new", "bob@b.co,new")
    account.post("/contact/identify", {"email": "ann@b.co", "company": "Acme"})
    run = undo(account)
    assert run.code == 4
    assert account.contact("ann@b.co")["tags"] == {"old", "lead", "new"}
    assert account.contact("bob@b.co")["tags"] == {"lead"}
    assert (
        """\
not undone, unless with --force (a run can be undone only once):
  1  changed by others since
     - ann@b.co: it was changed by others since the run
"""
        in run.err
    )
    assert "  not undone  1\n" in run.err
    assert "exit 4: some contacts were not undone: check them\n" in run.err
    assert run.err.endswith(f"next: sendx runs show {last(account)} --state not_undone\n")
    (alone,) = records(account.run("runs", "show", "--state", "not_undone"))
    assert alone["error"]["kind"] == "not_undone"


@pytest.mark.parametrize(
    "change", [{"lists": [LIST]}, {"customFields": {"plan": "pro"}}, {"lastName": "Lee"}]
)
def test_any_change_by_others_counts(account: Account, change: dict[str, object]) -> None:
    """Also of what the run did not write: it may have been made because of what it wrote."""
    account.begin(ANN)
    identify(account, "ann@b.co,new")
    assert account.post("/contact/identify", {"email": "ann@b.co", **change}) == 200
    assert (undo(account).code, account.writes) == (4, [])


def test_force_takes_back_what_others_changed_since(account: Account) -> None:
    """Of what the run wrote: what others wrote beside it stays."""
    account.begin(ANN)
    identify(account, "ann@b.co,Anna,new", header="email,first_name,tags")
    body = {"email": "ann@b.co", "company": "Acme", "firstName": "Anne", "tags": ["theirs"]}
    account.post("/contact/identify", body)
    assert undo(account, "--force").code == 0
    ann = account.contact("ann@b.co")
    assert (ann["first_name"], ann["company"]) == ("Ann", "Acme")
    assert ann["tags"] == {"old", "lead", "theirs"}


def test_force_finds_a_contact_whose_address_others_changed(account: Account) -> None:
    """By its id."""
    account.begin(ANN)
    identify(account, "ann@b.co,new,anna@b.co", header="email,tags,new_email")
    body = {"email": "anna@b.co", "newEmail": "ann@b.co"}
    assert account.post("/contact/identify", body) == 200
    assert undo(account, "--force").code == 0
    assert account.contact("ann@b.co")["tags"] == {"old", "lead"}


def test_a_contact_that_left_is_left_alone(account: Account) -> None:
    """One that unsubscribed before the run is not: that is as it was."""
    account.begin(ANN, {**BOB, "unsubscribed": True})
    identify(account, "ann@b.co,new", "bob@b.co,new")
    account.leave("ann@b.co")
    run = undo(account)
    assert run.code == 4
    assert "     - ann@b.co: opted out since: unsubscribed\n" in run.err
    assert account.contact("ann@b.co")["tags"] == {"old", "lead", "new"}
    assert account.contact("bob@b.co")["tags"] == {"lead"}


def test_a_contact_that_left_is_taken_back_by_force(account: Account) -> None:
    """Its tags, as those of any other."""
    account.begin(ANN)
    identify(account, "ann@b.co,new")
    account.leave("ann@b.co")
    assert undo(account, "--force").code == 0
    assert account.contact("ann@b.co")["tags"] == {"old", "lead"}


def test_an_address_goes_back_only_where_the_old_one_is_free(account: Account) -> None:
    """It now belongs to another contact: the rest goes back, the address is listed."""
    account.begin(ANN)
    identify(account, "ann@b.co,new,anna@b.co", header="email,tags,new_email")
    account.post("/contact/identify", {"email": "ann@b.co", "firstName": "Another"})
    run = undo(account)
    assert run.code == 0
    assert "anna@b.co: its address stays: ann@b.co now belongs to another contact" in run.err
    assert account.contact("anna@b.co")["tags"] == {"old", "lead"}


def test_counters_get_their_old_value(account: Account) -> None:
    """The value, never a counting one; and one that would count itself is listed."""
    account.begin(
        {"email": "ann@b.co", "customFields": {"points": "10"}},
        {"email": "bob@b.co", "customFields": {"note": "++5"}},
        points="number",
        note="text",
    )
    write("ann@b.co,++5,", "ann@b.co,--1.5,", "bob@b.co,,7", header="email,points,note")
    maps = ("--map", "points=field:points", "--map", "note=field:note")
    assert account.run("identify", "--from", "p.csv", "--snapshot", *maps).code == 0
    assert undo(account).code == 0
    assert account.contact("ann@b.co")["fields"] == {"points": "10"}
    assert account.contact("bob@b.co")["fields"] == {"note": "7"}
    (irreversible,) = records(account.run("runs", "show", "--state", "irreversible"))
    assert irreversible["message"] == "custom field note: its previous value would count: ++5"


def test_where_nothing_can_be_taken_back_no_run_is_made(account: Account) -> None:
    """All that stays is shown as results, and the run can be undone later."""
    account.begin(ANN)
    identify(account, "ann@b.co,new", "cid@b.co,")
    account.post("/contact/track", {"email": "ann@b.co", "addTags": ["theirs"]})
    run = undo(account, "--report", "stays.jsonl")
    assert (run.code, account.writes) == (4, [])
    assert f"run {first(account)}: nothing to undo" in run.err
    assert Path("stays.jsonl").read_text() == run.out
    assert [(one["email"], one["error"]["kind"]) for one in records(run)] == [
        ("ann@b.co", "not_undone"),
        ("cid@b.co", "irreversible"),
    ]
    assert len(records(account.run("runs", "list"))) == 1
    assert undo(account, "--force").code == 0


def test_a_run_is_undone_once(account: Account) -> None:
    """A second undo names the first, and an undo is not undone itself."""
    account.begin(ANN)
    identify(account, "ann@b.co,new")
    undo(account)
    again = undo(account)
    assert (again.code, account.requests) == (2, [])
    assert again.err.startswith(
        f"sendx: run {first(account)} was already undone by run {last(account)}\n"
    )
    back = account.run("runs", "undo", last(account), "--yes")
    assert (back.code, account.requests) == (2, [])
    assert f"run {last(account)} is an undo" in back.err
    account.run("runs", "forget", last(account))
    again = undo(account)
    assert (again.code, again.err.splitlines()[1]) == (2, "  hint: that run has been forgotten")


def test_an_undo_that_stopped_goes_on(account: Account) -> None:
    """A second one says so; the resume sends what is left, and ends as any run."""
    account.begin(ANN, BOB)
    identify(account, "ann@b.co,new", "bob@b.co,new")
    assert undo(account, faults={1: REFUSED}, SENDX_CONCURRENCY="1").code == 255
    again = undo(account)
    assert again.code == 2
    assert f"it is not finished: `sendx runs resume {last(account)}` continues it" in again.err
    run = account.run("runs", "resume")
    assert (run.code, len(account.writes)) == (0, 1)
    assert "is gone" not in run.err
    assert account.contact("ann@b.co")["tags"] == {"old", "lead"}
    assert account.contact("bob@b.co")["tags"] == {"lead"}
    assert account.run("runs", "resume", "--from", "p.csv").code == 2


def test_an_address_that_was_changed_back_unnoticed_is_not_sent_again(account: Account) -> None:
    """Its answer was lost: the resume looks, for the service would refuse it as taken."""
    account.begin(ANN)
    identify(account, "ann@b.co,new,anna@b.co", header="email,tags,new_email")
    assert undo(account, faults={1: LOST}).code == 6
    assert account.run("runs", "resume").code == 0
    assert account.writes == []
    assert account.contact("ann@b.co")["tags"] == {"old", "lead"}


@pytest.mark.parametrize(("fault", "code"), [(REFUSED, 255), (BROKEN, 6)])
def test_an_address_that_was_not_changed_back_is_changed_by_the_resume(
    account: Account, fault: str, code: int
) -> None:
    """What the account does not show to be done is sent."""
    account.begin(ANN)
    identify(account, "ann@b.co,new,anna@b.co", header="email,tags,new_email")
    assert undo(account, faults={1: fault}).code == code
    assert account.run("runs", "resume").code == 0
    assert account.writes == ["POST /contact/identify"]
    assert account.contact("ann@b.co")["tags"] == {"old", "lead"}


def test_what_was_under_way_in_a_crash_is_looked_up(account: Account) -> None:
    """What the account shows to be done is not sent again; what it does not show is."""
    account.begin(ANN, BOB)
    identify(account, "ann@b.co,new", "bob@b.co,new")
    assert undo(account, faults={0: REFUSED}, SENDX_CONCURRENCY="1").code == 255
    with open_journal(path_of(last(account))) as journal:
        rows = list(journal.pending())
        journal.mark_sending(rows)
    assert [row.contact.email for row in rows] == ["ann@b.co", "bob@b.co"]
    assert account.post("/contact/track", rows[0].contact.payload) == 200
    assert account.run("runs", "resume").code == 0
    assert account.writes == ["POST /contact/track"]
    assert account.contact("bob@b.co")["tags"] == {"lead"}
    shown = records(account.run("runs", "show", "--rows"))
    assert [one["message"] for one in shown] == ["reconciled: seen in the account", "OK"]


def test_a_run_that_stopped_is_undone_as_far_as_it_went(account: Account) -> None:
    """What is left of it is not sent any more; its file can be begun anew."""
    account.begin(ANN, BOB)
    assert identify(account, "ann@b.co,new", "bob@b.co,new", faults={1: REFUSED}).code == 255
    assert undo(account).code == 0
    assert account.writes == ["POST /contact/track"]
    assert account.contact("ann@b.co")["tags"] == {"old", "lead"}
    resume = account.run("runs", "resume", first(account))
    assert (resume.code, account.writes) == (2, [])
    assert f"run {first(account)} was undone by {last(account)}" in resume.err
    assert "next: " not in account.run("runs", "show", first(account), "-o", "table").out
    assert identify(account, "ann@b.co,new", "bob@b.co,new").code == 0


def test_a_row_whose_answer_was_lost_is_taken_back(account: Account) -> None:
    """Whether it was applied shows in the account."""
    account.begin(ANN, BOB)
    assert track(account, "ann@b.co,new,", "bob@b.co,new,", faults={0: LOST}).code == 6
    assert undo(account).code == 0
    assert account.contact("ann@b.co")["tags"] == {"old", "lead"}
    assert account.contact("bob@b.co")["tags"] == {"lead"}


def test_a_contact_in_doubt_that_is_neither_as_before_nor_as_after_is_left_alone(
    account: Account,
) -> None:
    """What somebody else did to it cannot be told from what the run did."""
    account.begin(ANN)
    assert track(account, "ann@b.co,new,", faults={0: LOST}).code == 6
    account.post("/contact/track", {"email": "ann@b.co", "addTags": ["theirs"]})
    run = undo(account)
    assert (run.code, account.writes) == (4, [])
    assert "one of its rows has an unknown outcome, and it is neither as before nor as" in run.err


def test_a_run_stays_undone_where_a_kill_kept_it_from_being_noted(account: Account) -> None:
    """Its undo had begun: what is left of it is not sent, and resuming the undo notes it."""
    account.begin(ANN, BOB)
    assert identify(account, "ann@b.co,new", "bob@b.co,new", faults={1: REFUSED}).code == 255
    run, folder = first(account), path_of("").parent
    before = {path: path.read_bytes() for path in folder.glob(f"{run}*")}
    assert undo(account, faults={0: REFUSED}).code == 255
    for path in folder.glob(f"{run}*"):
        path.unlink()
    for path, content in before.items():
        path.write_bytes(content)
    resume = account.run("runs", "resume", run)
    assert (resume.code, account.writes) == (2, [])
    assert f"run {run} was undone by {last(account)}" in resume.err
    assert account.run("runs", "resume", last(account)).code == 0
    assert next(one["state"] for one in records(account.run("runs", "list"))) == "undone"


def test_a_run_that_is_under_way_is_not_undone(account: Account) -> None:
    """It would go on changing what the undo puts back."""
    identify(account, "ann@b.co,new")
    with open_journal(path_of(first(account))):
        run = undo(account)
    assert (run.code, account.requests) == (2, [])
    assert "is being sent by another sendx process" in run.err


def test_an_undo_is_for_the_same_account(account: Account) -> None:
    """Another key opens another one."""
    identify(account, "ann@b.co,new")
    run = undo(account, SENDX_API_KEY="another0key")
    assert (run.code, account.requests) == (255, [])
    assert "the API key: a different one" in run.err
    assert "undo it with the same --profile and --base-url" in run.err


def test_an_undo_reads_the_account_or_does_nothing(account: Account) -> None:
    """It has nothing to go by otherwise, and leaves no run."""
    identify(account, "ann@b.co,new")
    run = undo(account, read_status=404)
    assert (run.code, account.writes) == (5, [])
    assert "the account could not be read: " in run.err
    assert undo(account).code == 0


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_an_undo_reports_each_row_and_what_stays(account: Account, ending: str) -> None:
    """In the report as in any run's."""
    identify(account, "ann@b.co,new")
    assert undo(account, "--report", f"r.{ending}").code == 0
    report = Path(f"r.{ending}").read_text()
    assert report.count("ann@b.co") == 2
    assert "it was created by the run" in report


def test_an_undo_of_batches_is_sent_in_batches(account: Account) -> None:
    """What identify can write back; tags go one by one."""
    account.begin(*({"email": f"p{n}@b.co", "firstName": f"N{n}"} for n in range(5)))
    write(*(f"p{n}@b.co,Other" for n in range(5)), header="email,first_name")
    account.run("identify", "--from", "p.csv", "--snapshot", "--batch", "5", "--yes")
    assert undo(account).code == 0
    assert account.writes == ["POST /contact/identify/bulk"]
    assert {one["first_name"] for one in account.contacts().values()} == {f"N{n}" for n in range(5)}
