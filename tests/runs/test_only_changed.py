import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sendx_cli.core.contact.address import contact_key
from sendx_cli.sandbox.messages import Request, Response, error_response
from sendx_cli.sandbox.rules import Record
from sendx_cli.sandbox.team import FieldType
from tests.conftest import Command
from tests.runs.watched_account import WatchedAccount

PEOPLE = 40


@pytest.fixture
def account(folder: Path, tmp_path: Path) -> Iterator[WatchedAccount]:
    """Forty contacts of a company each, all of them `vip`, in pages of ten."""
    assert folder.is_dir()
    watched = WatchedAccount(tmp_path / "account.sqlite3", page=10)
    with closing(watched.store):
        for n in range(PEOPLE):
            watched.identify(f"p{n}@b.co", company=f"C{n}", tags=["vip"])
        yield watched


def write(*changed: str, people: int = PEOPLE) -> None:
    """The file of all as they are, then these lines."""
    same = [f"p{n}@b.co,C{n},vip\n" for n in range(people)]
    Path("p.csv").write_text("email,company,tags\n" + "".join(same) + "".join(changed))


def identify(account: WatchedAccount, *words: str) -> tuple[int, list[str]]:
    """Run the file; return the exit code and what standard error shows."""
    run = account.sendx("identify", "--from", "p.csv", "--only-changed", *words)
    return run.code, run.err.splitlines()


def sent(account: WatchedAccount) -> list[tuple[str, str]]:
    return sorted((str(one["email"]), str(one.get("company"))) for one in account.writes)


def test_only_contacts_that_would_change_are_sent(account: WatchedAccount) -> None:
    """With all their rows, in order; the plan and the summary count the others."""
    write("p7@b.co,Other,vip\n", "new@b.co,New,\n")
    code, shown = identify(account)
    assert code == 0
    assert sent(account) == [("new@b.co", "New"), ("p7@b.co", "C7"), ("p7@b.co", "Other")]
    assert shown[:7] == [
        "sendx: 1 contact not seen in the account: sent without a comparison",
        "plan: identify from p.csv",
        "  42  rows",
        "  39  unchanged: rows of 39 contacts that would change nothing",
        "   3  to send",
        "   2  contacts",
        "   1  duplicate: an earlier row is about the same contact",
    ]
    assert shown[-4:-1] == ["  accepted    3", "  unchanged  39  (not sent)", shown[-2]]
    assert shown[-1] == "exit 0: every row was accepted, or would change nothing"


def test_rows_that_end_where_the_account_is_are_left_out_together(account: WatchedAccount) -> None:
    """They are folded in the file's order before they are compared."""
    write("p7@b.co,Other,\n", "p7@b.co,C7,vip\n", "p8@b.co,C8,\n", "p8@b.co,Other,\n")
    assert identify(account)[0] == 0
    assert [one["email"] for one in account.writes] == ["p8@b.co"] * 3


def test_tags_alone_can_be_tracked_so(account: WatchedAccount) -> None:
    """What is to be added is there, what is to be removed is not."""
    rows = [
        "p1@b.co,vip,\n",
        "p2@b.co,new,\n",
        "p3@b.co,,vip\n",
        "p4@b.co,,gone\n",
        "p5@b.co,vip,x\n",
    ]
    Path("p.csv").write_text("email,add_tags,remove_tags\n" + "".join(rows))
    account.track("p9@b.co", addTags=["new", "gone", "x"])
    account.page = 100
    run = account.sendx("track", "--from", "p.csv", "--only-changed")
    assert run.code == 0
    assert sorted(str(one["email"]) for one in account.writes) == ["p2@b.co", "p3@b.co"]


def test_what_is_sent_is_compared_not_what_the_file_says(account: WatchedAccount) -> None:
    """A list by its name, a date in the file's own order."""
    with account.store.transaction() as transaction:
        news = transaction.add_list("News", is_double_opt_in=False)
        transaction.add_field("Renewal", FieldType.DATE)
    for n in range(4):
        account.identify(f"p{n}@b.co", lists=[news], customFields={"Renewal": f"2026-12-2{n}"})
    rows = [f"p{n}@b.co,News,2{n}.12.2026\n" for n in range(3)]
    Path("p.csv").write_text("email,lists,Renewal\n" + "".join(rows) + "p3@b.co,News,24.12.2026\n")
    assert identify(account, "--custom-fields")[0] == 0
    assert account.writes == [
        {"email": "p3@b.co", "customFields": {"Renewal": "2026-12-24"}, "lists": [news]}
    ]


def test_where_nothing_would_change_nothing_is_sent(account: WatchedAccount) -> None:
    """The run is recorded as finished, and its report has a result for each row."""
    write()
    code, shown = identify(account, "--report", "r.jsonl")
    assert (code, account.writes) == (0, [])
    assert "sendx: p.csv: nothing to send: no row would change anything" in shown
    (run,) = json.loads(account.sendx("runs", "list", "-o", "json").out)
    counted = {name: run[name] for name in ("state", "rows", "accepted", "unchanged", "to_come")}
    assert counted == {
        "state": "finished",
        "rows": 40,
        "accepted": 0,
        "unchanged": 40,
        "to_come": 0,
    }
    results = list(map(json.loads, Path("r.jsonl").read_text().splitlines()))
    assert [(one["line"], one["ok"], one["attempts"], one["error"]) for one in results] == [
        (line, True, 0, None) for line in range(2, 42)
    ]
    assert {one["message"] for one in results} == {
        "unchanged: the contact is as its rows would leave it"
    }


def test_what_was_left_out_can_be_looked_at(account: WatchedAccount) -> None:
    """By its state, and in the run's totals."""
    write("p7@b.co,Other,\n")
    identify(account)
    shown = account.sendx("runs", "show", "--state", "unchanged", "-o", "jsonl").out
    assert len(shown.splitlines()) == 39
    record = json.loads(account.sendx("runs", "show", "-o", "json").out)
    totals = record["totals"]
    assert (record["unchanged"], totals["unchanged"], totals["accepted"]) == (39, 39, 2)
    assert (totals["rows"], totals["attempts"]) == (41, 2)


def test_the_plan_counts_tags_and_fields_of_what_is_sent_alone(account: WatchedAccount) -> None:
    """For these start mails; as JSON it also has how many rows and contacts are left out."""
    write("p7@b.co,C7,new\n")
    run = account.sendx("identify", "--from", "p.csv", "--only-changed", "--dry-run", "-o", "json")
    plan = json.loads(run.out)
    assert (plan["rows"], plan["to_send"], plan["contacts"], plan["duplicates"]) == (41, 2, 1, 1)
    assert plan["unchanged"] == {"rows": 39, "contacts": 39}
    assert plan["tags_added"]["names"] == [{"name": "new", "rows": 1}, {"name": "vip", "rows": 1}]


def test_a_dry_run_shows_the_requests_that_would_be_made(account: WatchedAccount) -> None:
    """It keeps no journal and sends nothing."""
    write("p7@b.co,Other,\n")
    run = account.sendx("identify", "--from", "p.csv", "--only-changed", "--dry-run", "-o", "jsonl")
    assert run.code == 0
    assert [
        (one["line"], one["body"]["company"]) for one in map(json.loads, run.out.splitlines())
    ] == [
        (9, "C7"),
        (42, "Other"),
    ]
    assert account.writes == []
    assert json.loads(account.sendx("runs", "list", "-o", "json").out) == []


def test_a_dry_run_without_a_key_shows_all(sendx: Command, folder: Path) -> None:
    """It could not look; nothing is wrong with the file."""
    assert folder.is_dir()
    write(people=2)
    run = sendx("identify", "--from", "p.csv", "--only-changed", "--dry-run", "-o", "jsonl")
    assert (run.code, len(run.out.splitlines())) == (0, 2)
    assert "sendx: not compared with the account: " in run.err


def refusing(*paths: str) -> Callable[[Request], Response | None]:
    return lambda asked: error_response(403) if asked.path.endswith(paths) else None


def test_an_account_that_cannot_be_read_is_no_reason_not_to_write(account: WatchedAccount) -> None:
    """It is said in one line, and all rows are sent."""
    write()
    account.instead = refusing("/contact")
    code, shown = identify(account)
    assert (code, len(account.writes)) == (0, 40)
    assert shown[0] == (
        "sendx: contacts not compared with the account: Forbidden (HTTP 403): all rows are sent"
    )
    assert shown[1] == "plan: identify from p.csv"


def test_what_was_read_before_it_failed_is_left_out(account: WatchedAccount) -> None:
    """Each contact is decided by itself."""
    write()
    failing = refusing("/contact")
    early = ("offset=0&", "offset=10&")
    account.instead = lambda asked: None if asked.query.startswith(early) else failing(asked)
    code, shown = identify(account, "--concurrency", "1")
    assert (code, len(account.writes)) == (0, 20)
    assert re.fullmatch(
        r"sendx: 20 contacts not seen in \d pages of the account \(Forbidden \(HTTP 403\)\): "
        "sent without a comparison",
        shown[0],
    )


def test_tags_that_nothing_explains_are_sent(account: WatchedAccount) -> None:
    """Their names could not be read: whether a contact has them is not known."""
    write()
    account.instead = refusing("/tag")
    assert identify(account)[0] == 0
    assert len(account.writes) == 40


def test_it_never_costs_more_than_half_again(account: WatchedAccount) -> None:
    """No more pages than half the rows are read, however large the account is."""
    for n in range(300):
        account.identify(f"stranger{n}@b.co")
    write(people=20)
    code, shown = identify(account)
    assert (code, account.pages, len(account.writes)) == (0, 10, 20)
    assert shown[0] == (
        "sendx: 20 contacts not seen in 10 pages of the account: sent without a comparison"
    )


def test_it_reads_no_further_than_the_last_contact_of_the_file(account: WatchedAccount) -> None:
    """The most recently changed come first."""
    for n in range(300):
        account.identify(f"stranger{n}@b.co")
    write()
    Path("p.csv").write_text("email\n" + "".join(f"stranger{n}@b.co\n" for n in range(290, 300)))
    assert identify(account, "--concurrency", "1")[0] == 0
    assert account.pages <= 2
    assert account.writes == []


def test_rows_that_are_sent_in_any_case_are_not_looked_up(account: WatchedAccount) -> None:
    """A birthday cannot be read."""
    Path("p.csv").write_text(
        "email,birthday\n" + "".join(f"p{n}@b.co,1990-02-03\n" for n in range(9))
    )
    assert identify(account)[0] == 0
    assert (account.pages, len(account.writes)) == (0, 9)


def test_a_change_of_address_is_sent_with_all_rows_of_both(account: WatchedAccount) -> None:
    """Also those of a contact that another row's new address names, and so on along a chain."""
    rows = [
        "a@b.co,p1@b.co,\n",
        "p1@b.co,p2@b.co,\n",
        "p1@b.co,,C1\n",
        "p2@b.co,,C2\n",
        *(f"p{n}@b.co,,C{n}\n" for n in range(3, 9)),
    ]
    Path("p.csv").write_text("email,new_email,company\n" + "".join(rows))
    account.page = 100
    identify(account)
    assert {str(one["email"]) for one in account.writes} == {"a@b.co", "p1@b.co", "p2@b.co"}
    assert len(account.writes) == 4


def test_a_file_that_is_refused_costs_no_page(account: WatchedAccount) -> None:
    """Its bad rows are known before the account is read."""
    write("nobody,,\n")
    code, shown = identify(account)
    assert (code, account.pages, account.writes) == (2, 0, [])
    assert any(line.startswith("p.csv:42") for line in shown)
    assert identify(account, "--skip-invalid")[0] == 4
    assert account.writes == []


def test_two_contacts_of_one_address_are_in_doubt(account: WatchedAccount) -> None:
    """Whichever of them the service takes it for: its rows are sent."""
    write()

    def doubled(asked: Request) -> Response | None:
        if not asked.path.endswith("/contact"):
            return None
        twins = [
            {
                "id": f"contact_{n}",
                "email": address,
                "firstName": "",
                "lastName": "",
                "company": "C7",
                "customFields": {},
                "tags": [],
                "lists": [],
            }
            for n, address in enumerate(["p7@b.co", "P7@b.co", "p8@b.co"])
        ]
        return Response(200, json.dumps(twins if "offset=0" in asked.query else []).encode())

    account.instead = doubled
    Path("p.csv").write_text("email,company\np7@b.co,C7\np8@b.co,C7\np9@b.co,C9\n")
    identify(account)
    assert [one["email"] for one in account.writes] == ["p7@b.co", "p9@b.co"]


def test_quiet_says_nothing_of_it(account: WatchedAccount) -> None:
    """As of all else that is no error."""
    write()
    assert identify(account, "-q") == (0, [])


def test_a_nightly_export_costs_little_more_than_what_changed(
    account: WatchedAccount,
) -> None:
    """A hundredth of it changed: a page for a hundred contacts, a write for each change."""
    account.page = 100
    many = 5000
    with account.store.transaction() as transaction:
        transaction.clear()
        for n in range(many):
            record = Record(email=f"p{n}@b.co", texts={"company": f"C{n}"}, tags=("vip",))
            transaction.add(contact_key(record.email), record)
    lines = [f"p{n}@b.co,{'New' if n % 100 == 0 else f'C{n}'},vip\n" for n in range(many)]
    Path("p.csv").write_text("email,company,tags\n" + "".join(lines))
    assert identify(account, "--concurrency", "4", "-q") == (0, [])
    assert len(account.writes) == 50
    assert len(account.requests) <= 110
    assert {one["company"] for one in account.state().values()} >= {"New", "C1", "C4999"}


def test_a_resume_does_not_send_what_was_left_out(account: WatchedAccount) -> None:
    """Nor reads the account again; its exit code and numbers are those of the whole."""
    write("p7@b.co,Other,\n", "p8@b.co,Other,\n")
    account.instead = lambda asked: error_response(401) if asked.method == "POST" else None
    assert identify(account)[0] == 255
    account.instead = lambda _asked: None
    account.requests.clear()
    resumed = account.sendx("runs", "resume")
    assert (resumed.code, account.pages, len(account.writes)) == (0, 0, 4)
    assert "  unchanged  38  (not sent)" in resumed.err.splitlines()
    assert not list(Path().glob("*.failed*"))


def test_a_mended_file_sends_all_rows_of_a_contact_or_none(account: WatchedAccount) -> None:
    """Of one that has another row now, also those that would have changed nothing."""
    write("p7@b.co,Other,\n")
    account.instead = lambda asked: error_response(401) if asked.method == "POST" else None
    identify(account)
    account.instead = lambda _asked: None
    account.requests.clear()
    write("p8@b.co,Other,\n")
    resumed = account.sendx("runs", "resume")
    assert resumed.code == 0
    assert sent(account) == [("p7@b.co", "C7"), ("p8@b.co", "C8"), ("p8@b.co", "Other")]
    assert (
        "sendx: 0 of 41 rows were already accepted, 38 would change nothing, 3 are to send"
        in resumed.err.splitlines()
    )


def test_rejected_rows_alone_are_handed_back(account: WatchedAccount) -> None:
    """What was left out is nothing to mend, in GitHub Actions nothing to point at."""
    write("p7@b.co,Other,\n")
    account.instead = lambda asked: error_response(422) if b"Other" in asked.body else None
    code, _ = identify(account)
    assert code == 4
    (failed,) = Path().glob("*.failed*")
    assert [line.split(",")[0] for line in failed.read_text().splitlines()] == ["email", "p7@b.co"]


def test_a_profile_that_does_without_the_account_is_named(account: WatchedAccount) -> None:
    """What was asked for could not be done; nothing is sent."""
    write()
    assert account.sendx("config", "set", "account", "false").code == 0
    code, shown = identify(account)
    assert (code, account.requests) == (2, [])
    reason, hint = shown
    assert reason.endswith(" needs the account, which is not read: account is false (profile main)")
    assert hint == "  hint: to read it: sendx config unset account"


def test_a_build_servers_page_counts_what_was_left_out(
    account: WatchedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside what was accepted."""
    write("p7@b.co,Other,\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "page.md")
    assert identify(account)[0] == 0
    page = Path("page.md").read_text().splitlines()
    assert {"| accepted | 2 |", "| unchanged | 39  (not sent) |"} <= set(page)
