"""`runs verify`: a run's contacts, read back."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.runs.accounts import LIST, Account, records

ANN = {"email": "ann@b.co", "firstName": "Ann", "tags": ["old"]}


def send(account: Account, content: str, *words: str, action: str = "identify") -> None:
    Path("p.csv").write_text(content)
    assert account.run(action, "--from", "p.csv", "--yes", *words).code == 0


def verify(account: Account, *words: str, **kwargs: object) -> Run:
    run = account.run("runs", "verify", *words, **kwargs)  # type: ignore[arg-type]
    return Run(run.code, run.out, re.sub(r"\d{8}-\d{4}-[a-z0-9]{4}", "RUN", run.err))


def test_a_run_whose_contacts_are_as_sent(account: Account) -> None:
    """Names, fields, tags and lists; birthdays cannot be read, and it says so once."""
    account.begin(ANN)
    header = "email,first_name,company,plan,tags,lists,birthday"
    row = f"ann@b.co,Anna,Acme,pro,new,{LIST},1990-01-31"
    send(account, f"{header}\n{row}\nbob@b.co,Bob,,,,,\n", "--map", "plan=field:plan")
    assert verify(account) == Run(
        0,
        '{"email": "ann@b.co", "ok": true, "outcome": "as_sent", "message": "as sent", '
        '"differences": [], "not_compared": ["birthday"]}\n'
        '{"email": "bob@b.co", "ok": true, "outcome": "as_sent", "message": "as sent", '
        '"differences": [], "not_compared": []}\n',
        "sendx: run RUN: 2 contacts: 2 as sent\n"
        "sendx: not compared, because it cannot be read or counts: birthday (1)\n",
    )


def test_what_others_changed_differs(account: Account) -> None:
    """Both values are shown, and the exit code is 4."""
    account.begin(ANN)
    send(account, "email,first_name,plan,tags\nann@b.co,Anna,pro,new\n", "--map=plan=field:plan")
    body = {"email": "ann@b.co", "firstName": "Hanna", "customFields": {"plan": "free"}}
    assert account.post("/contact/identify", body) == 200
    assert account.post("/contact/track", {"email": "ann@b.co", "removeTags": ["new"]}) == 200
    run = verify(account)
    assert (run.code, run.err) == (4, "sendx: run RUN: 1 contact: 1 differs\n")
    assert records(run)[0]["differences"] == [
        {"member": "first_name", "sent": "Anna", "found": "Hanna"},
        {"member": "field plan", "sent": "pro", "found": "free"},
        {"member": "tag new", "sent": "there", "found": "not there"},
    ]
    table = verify(account, "-o", "table").out.splitlines()
    assert [line.replace("│", " ").split() for line in table if "first_name" in line] == [
        ["ann@b.co", "first_name", "Anna", "Hanna"]
    ]


def test_only_the_last_value_counts(account: Account) -> None:
    """Of several rows of a contact, also across a change of its address."""
    account.begin(ANN)
    rows = "ann@b.co,Anna,\nann@b.co,Hanna,anna@b.co\nanna@b.co,Johanna,\n"
    send(account, f"email,first_name,new_email\n{rows}", "--concurrency", "1")
    run = verify(account)
    assert (run.code, [one["email"] for one in records(run)]) == (0, ["anna@b.co"])


def test_a_tag_that_was_removed_must_not_be_there(account: Account) -> None:
    """Of a track both directions are looked at."""
    account.begin(ANN)
    send(account, "email,add_tags,remove_tags\nann@b.co,vip,old\n", action="track")
    assert verify(account).code == 0
    account.post("/contact/track", {"email": "ann@b.co", "addTags": ["old"]})
    run = verify(account)
    assert run.code == 4
    assert records(run)[0]["differences"] == [
        {"member": "tag old", "sent": "not there", "found": "there"}
    ]


def test_what_counts_is_not_compared(account: Account) -> None:
    """Nobody knows what `++5` should have led to."""
    account.begin(ANN)
    send(account, "email,points\nann@b.co,++5\n", "--map", "points=field:points")
    run = verify(account)
    assert (run.code, records(run)[0]["not_compared"]) == (0, ["field points"])


def test_a_contact_that_is_not_there(account: Account) -> None:
    """It changed its address since, or was deleted."""
    account.begin(ANN)
    send(account, "email,first_name\nann@b.co,Anna\n")
    account.post("/contact/identify", {"email": "ann@b.co", "newEmail": "x@b.co"})
    run = verify(account, "-o", "json")
    assert run.code == 4
    assert [one["outcome"] for one in json.loads(run.out)] == ["not_there"]


def test_a_sample_looks_at_some(account: Account) -> None:
    """Drawn at random, and no more calls than that needs."""
    account.begin()
    send(account, "email\n" + "".join(f"c{n}@b.co\n" for n in range(200)))
    run = verify(account, "--sample", "5")
    assert (run.code, len(records(run))) == (0, 5)
    assert len([one for one in account.requests if one == "GET /contact"]) == 5


@pytest.mark.parametrize(("status", "code"), [(401, 5), (404, 5), (500, 5)])
def test_an_account_that_cannot_be_read(account: Account, status: int, code: int) -> None:
    """It is said in one line, and nothing is claimed."""
    account.begin(ANN)
    send(account, "email,first_name\nann@b.co,Anna\n")
    run = verify(account, read_status=status)
    assert (run.code, run.out) == (code, "")
    assert run.err.startswith("sendx: the account could not be read: ")


def test_a_run_for_another_key_is_not_verified(account: Account) -> None:
    """It would compare with another account."""
    account.begin(ANN)
    send(account, "email,first_name\nann@b.co,Anna\n")
    run = verify(account, SENDX_API_KEY="another0key1of2somebody3")
    assert (run.code, run.out) == (255, "")
    assert "the API key: a different one" in run.err
