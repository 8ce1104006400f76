"""`--shard K/N`: a file sent in parts, by processes that know nothing of each other."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.contact.shards import address_number
from tests.conftest import Run
from tests.runs.accounts import Account
from tests.runs.conftest import Send
from tests.runs.test_whole_outputs import steady
from tests.servers import OK, ScriptedServer, json_answer

REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
REJECTED = json_answer(422, {"status": "error", "message": "no"})
FROM = ("identify", "--from", "p.csv")


def write(rows: list[str], path: str = "p.csv", header: str = "email,company") -> None:
    Path(path).write_text("\n".join([header, *rows]) + "\n")


def people(count: int, name: str = "p") -> list[str]:
    return [f"{name}{n}@b.co,Acme" for n in range(count)]


def sent(server: ScriptedServer) -> list[tuple[str, ...]]:
    """Return what was sent, address first, in the order in which it came, and forget it."""
    found = []
    for request in server.requests:
        assert isinstance(request.json, dict)
        others = (str(value) for name, value in request.json.items() if name != "email")
        found.append((str(request.json["email"]), *others))
    server.requests.clear()
    return found


def of_shard(number: int, total: int, rows: list[str]) -> list[str]:
    """Return the rows whose address falls to a shard, by the documented rule."""
    keys = ((row, contact_key(row.partition(",")[0])) for row in rows)
    return [row for row, key in keys if address_number(key) % total + 1 == number]


def plan_of(run: Run) -> list[str]:
    lines = run.err.splitlines()
    return lines[: next(n for n, line in enumerate(lines) if line.startswith("columns"))]


def stopping_at(number: int, server: ScriptedServer) -> None:
    """Let the service take so many requests, and then refuse the key."""
    last = len(server.requests) + number
    server.script = lambda _request, count: OK if count <= last else REFUSED


def test_the_shards_of_a_file_send_all_of_it_once(send: Send, server: ScriptedServer) -> None:
    """Each the contacts that fall to it, all rows of a contact in their order."""
    rows = [f"{'P' if n % 7 else 'p'}{n % 20}@b.co,c{n}" for n in range(60)]
    write(rows)
    taken: dict[str, int] = {}
    everything = []
    for number in (1, 2, 3):
        run = send(*FROM, "--shard", f"{number}/3")
        assert run.code == 0
        expected = of_shard(number, 3, rows)
        results = [json.loads(line) for line in run.out.splitlines()]
        assert sorted(one["line"] for one in results) == [rows.index(row) + 2 for row in expected]
        assert plan_of(run)[1:3] == [
            f"shard {number} of 3: {len(expected)} rows of 60",
            f"  {len(expected)}  rows",
        ]
        assert re.search(rf"^shard {number} of 3: {len(expected)} rows in ", run.err, re.MULTILINE)
        for email, company in sent(server):
            assert taken.setdefault(email.lower(), number) == number
            everything.append((email, company))
    assert sorted(everything) == sorted(tuple(row.split(",")) for row in rows)
    by_contact = defaultdict(list)
    for email, company in everything:
        by_contact[email.lower()].append(int(company[1:]))
    assert all(found == sorted(found) for found in by_contact.values())
    assert set(taken.values()) == {1, 2, 3}


def test_addresses_that_change_stay_together(send: Send, server: ScriptedServer) -> None:
    """A to b, b to c, and a row about c: on one shard, in their order."""
    chain = [f"p{n}@b.co,p{n + 1}@b.co" for n in range(12)]
    write([*chain, "p12@b.co,", "x@b.co,", "y@b.co,"], header="email,new_email")
    counts = []
    for number in (1, 2, 3, 4):
        assert send(*FROM, "--shard", f"{number}/4", "--concurrency", "4").code == 0
        found = [one for one in sent(server) if one[0].startswith("p")]
        counts.append(len(found))
        if found:
            assert [",".join(one) for one in found] == [*chain, "p12@b.co"]
    assert sorted(counts) == [0, 0, 0, 13]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*FROM, "--shard", "0/4"), "--shard must be K/N, with K from 1 to N: 0/4"),
        ((*FROM, "--shard", "5/4"), "--shard must be K/N, with K from 1 to N: 5/4"),
        ((*FROM, "--shard", "4"), "--shard must be K/N, with K from 1 to N: 4"),
        (("track", "a@b.co", "--add-tag", "t", "--shard", "1/4"), "--shard requires --from FILE"),
        (
            ("identify", "--from", "-", "--stream", "--shard", "1/4"),
            "--shard cannot be used with --stream: it needs the whole file",
        ),
    ],
)
def test_what_is_no_shard_is_refused(
    send: Send, server: ScriptedServer, words: tuple[str, ...], message: str
) -> None:
    """Before anything is read or sent."""
    write(people(3))
    run = send(*words, stdin="email\na@b.co\n")
    assert (run.code, run.out, server.requests) == (2, "", [])
    assert run.err.splitlines()[0] == f"sendx: {message}"


def test_one_of_one_is_the_whole_file(send: Send, server: ScriptedServer) -> None:
    """In every respect: a run of the file bars it, and so does it."""
    write(people(3))
    stopping_at(1, server)
    assert send(*FROM, "--shard", "1/1").code == 255
    server.script = lambda _request, _number: OK
    run = send(*FROM)
    assert (run.code, "of this file is not finished" in run.err, "shard" in run.err) == (
        2,
        True,
        False,
    )
    assert send("runs", "resume").code == 0
    assert len(sent(server)) >= 3


def test_a_bad_row_anywhere_refuses_every_shard(send: Send, server: ScriptedServer) -> None:
    """Each lists it, whoever's it is."""
    write([*people(6), "bad,Acme"])
    for number in (1, 2, 3):
        run = send(*FROM, "--shard", f"{number}/3")
        assert (run.code, run.out) == (2, "")
        assert 'p.csv:8:email: not an address, it has no "@": bad' in run.err
        assert "sendx: p.csv: 1 of 7 rows is bad: nothing was sent" in run.err
    assert server.requests == []
    assert sorted(path.name for path in Path().iterdir()) == ["p.csv"]


def test_the_first_shard_hands_bad_rows_back(send: Send, server: ScriptedServer) -> None:
    """With `--skip-invalid`: in its file, its results and its exit code; the others count them."""
    write([*people(6), "bad,Acme", "worse,Acme"])
    words = (*FROM, "--skip-invalid")
    first = send(*words, "--shard", "1/2", "--report", "r.jsonl")
    second = send(*words, "--shard", "2/2", "--report", "r.jsonl")
    assert (first.code, second.code) == (4, 0)
    assert "  2  bad" in plan_of(first)
    assert "  2  bad, in another shard" in plan_of(second)
    assert "worse" not in second.err + second.out
    assert "\nsendx: results of shard 2 of 2: r.2-of-2.jsonl\n" in second.err
    assert Path("p.1-of-2.failed.csv").read_text().splitlines()[1:] == [
        'bad,Acme,8,bad_row,"email: not an address, it has no ""@"": bad"',
        'worse,Acme,9,bad_row,"email: not an address, it has no ""@"": worse"',
    ]
    lines = [
        sorted(
            json.loads(line)["line"] for line in Path(f"r.{k}-of-2.jsonl").read_text().splitlines()
        )
        for k in (1, 2)
    ]
    assert sorted(lines[0] + lines[1]) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert {8, 9} <= set(lines[0])
    assert sorted(path.name for path in Path().iterdir()) == [
        "p.1-of-2.failed.csv",
        "p.csv",
        "r.1-of-2.jsonl",
        "r.2-of-2.jsonl",
    ]
    assert len(sent(server)) == 6


def test_failed_rows_of_two_shards_are_two_files(send: Send, server: ScriptedServer) -> None:
    """And the command for one of them names it, and no shard."""
    write(people(8))
    server.script = lambda _request, _number: REJECTED
    for number in (1, 2):
        run = send(*FROM, "--shard", f"{number}/2")
        assert run.code == 4
        name = f"p.{number}-of-2.failed.csv"
        assert run.err.splitlines()[-2:] == [
            f"next: fix the rows in {name}, then run:",
            f"  sendx identify --from {name}",
        ]
    found = [Path(f"p.{n}-of-2.failed.csv").read_text().splitlines()[1:] for n in (1, 2)]
    kept = [[",".join(line.split(",")[:2]) for line in part] for part in found]
    assert kept == [of_shard(number, 2, people(8)) for number in (1, 2)]
    stdin = "\n".join(["email,company", *people(8)])
    assert send("identify", "--from", "-", "--shard", "2/2", stdin=stdin).code == 4
    assert Path("standard-input.2-of-2.failed.csv").exists()


def test_people_who_left_are_counted_by_one_shard_each(send: Send, server: ScriptedServer) -> None:
    """One without anybody to send is done; a file of nobody but them is refused by all."""
    rows = [f"p{n}@b.co,unsubscribed" for n in range(9)]
    write([*rows, "ann@b.co,active"], header="email,status")
    held, codes = [], []
    for number in (1, 2, 3):
        run = send(*FROM, "--shard", f"{number}/3")
        codes.append(run.code)
        held.append(len(of_shard(number, 3, rows)))
        assert f"  {held[-1]}  held back" in plan_of(run)
        if not of_shard(number, 3, ["ann@b.co"]):
            assert run.err.splitlines()[-1] == f"sendx: p.csv, shard {number} of 3: no rows to send"
    assert (codes, sum(held), len(sent(server))) == ([0, 0, 0], 9, 1)
    write(rows, header="email,status")
    for number in (1, 2, 3):
        run = send(*FROM, "--shard", f"{number}/3")
        assert (run.code, "everybody in it unsubscribed" in run.err) == (2, True)
    assert server.requests == []


@pytest.mark.parametrize(
    ("second", "is_barred"),
    [("1/3", True), ("2/3", False), ("3/3", False), ("1/4", True), ("2/4", True), (None, True)],
)
def test_an_unfinished_shard_bars_what_has_contacts_in_common(
    send: Send, server: ScriptedServer, second: str | None, *, is_barred: bool
) -> None:
    """The same one, others of another number, the whole; other shards of as many go beside it."""
    write(people(20))
    stopping_at(2, server)
    assert send(*FROM, "--shard", "1/3", "--concurrency", "1").code == 255
    to_come = len(of_shard(1, 3, people(20))) - 2
    sent(server)
    server.script = lambda _request, _number: OK
    run = send(*FROM, *(("--shard", second) if second else ()))
    assert (run.code, bool(server.requests)) == ((2, False) if is_barred else (0, True))
    if is_barred:
        beside = (
            ""
            if second == "1/3"
            else "; meanwhile only other shards of 3 can be sent: they share no contacts"
        )
        what, hint = steady(run.err)[-2:]
        assert what == (
            "sendx: p.csv: run RUN of shard 1 of 3 of this file is not finished: "
            f"{to_come} rows to come"
        )
        assert hint == (
            "  hint: `sendx runs resume RUN` continues it; `sendx runs forget RUN` lets you "
            f"start over{beside}"
        )


def test_an_unfinished_run_of_the_whole_file_bars_its_shards(
    send: Send, server: ScriptedServer
) -> None:
    """Whichever."""
    write(people(6))
    stopping_at(2, server)
    assert send(*FROM).code == 255
    sent(server)
    run = send(*FROM, "--shard", "2/3")
    assert (run.code, server.requests) == (2, [])
    assert "of this file is not finished" in run.err
    assert run.err.endswith("; its contacts would be sent by both\n")


def test_a_shard_is_resumed_as_it_was_begun(send: Send, server: ScriptedServer) -> None:
    """Its own rows, its own files; the list, the page of a run and its record name it."""
    rows = people(30)
    write(rows)
    mine = of_shard(2, 3, rows)
    stopping_at(3, server)
    stopped = send(*FROM, "--shard", "2/3", "--concurrency", "1", "--report", "r.csv")
    assert stopped.code == 255
    assert stopped.err.splitlines()[-1].endswith("--report r.2-of-3.csv")
    assert send(*FROM, "--shard", "3/3").code == 255
    first = [",".join(one) for one in sent(server)]
    server.script = lambda _request, _number: OK
    shown = [json.loads(line) for line in send("runs", "list").out.splitlines()]
    assert [one["shard"] for one in shown] == ["2/3", "3/3"]
    id_ = shown[0]["run"]
    assert "p.csv 2/3" in send("runs", "list", "-o", "table").out
    table = send("runs", "show", id_, "-o", "table").out
    assert table.startswith(f"run {id_}: identify from p.csv, shard 2 of 3, stopped\n")
    resumed = send("runs", "resume", id_, "--report", "r.csv")
    assert resumed.code == 0
    assert f"shard 2 of 3: {len(mine)} rows in " in resumed.err
    again = [",".join(one) for one in sent(server)]
    assert set(again) <= set(mine)
    assert {*first[:3], *again} >= set(mine)
    assert len(Path("r.2-of-3.csv").read_text().splitlines()) == len(mine) + 1
    assert not Path("r.csv").exists()
    assert send("runs", "show", id_, "--html", "run.html").code == 0
    assert f"shard 2 of 3: {len(mine)} rows in " in Path("run.html").read_text()


def test_a_shard_takes_over_its_rows_of_a_file_that_was_fixed(
    send: Send, server: ScriptedServer
) -> None:
    """Sorted, with rows added and removed: what falls to it is sent once, the rest is others'."""
    rows = people(30)
    write(rows)
    stopping_at(4, server)
    assert send(*FROM, "--shard", "1/2", "--concurrency", "1").code == 255
    first = [",".join(one) for one in sent(server)[:4]]
    server.script = lambda _request, _number: OK
    changed = [*people(6, "new"), *reversed(rows[:25])]
    write(changed)
    assert send("runs", "resume").code == 0
    second = [",".join(one) for one in sent(server)]
    assert sorted({*first, *second}) == sorted({*first, *of_shard(1, 2, changed)})
    assert not set(first) & set(second)


def test_a_shard_takes_no_file_whose_changes_of_address_are_others(
    send: Send, server: ScriptedServer
) -> None:
    """A contact that another shard has sent could fall to this one by now."""
    rows = [f"p{n}@b.co,," for n in range(20)]
    write([*rows, "a@b.co,b@b.co,"], header="email,new_email,company")
    stopping_at(1, server)
    assert send(*FROM, "--shard", "1/2").code == 255
    sent(server)
    server.script = lambda _request, _number: OK
    write([*rows, "a@b.co,b@b.co,", "b@b.co,p3@b.co,"], header="email,new_email,company")
    run = send("runs", "resume")
    assert (run.code, server.requests) == (2, [])
    what, hint = run.err.splitlines()[-2:]
    assert what == (
        "sendx: p.csv: its changes of address are not those that shard 1 of 2 was started with, "
        "so contacts would be in other shards"
    )
    assert "resume it with the file as it was" in hint
    write(["q@b.co,,", *rows, "a@b.co,b@b.co,Acme"], header="email,new_email,company")
    assert send("runs", "resume").code == 0


def test_a_shard_that_was_sent_is_pointed_out(send: Send, server: ScriptedServer) -> None:
    """To who sends any of its contacts again, and to nobody else."""
    write(people(9))
    count = len(of_shard(1, 3, people(9)))
    assert send(*FROM, "--shard", "1/3").code == 0
    sent(server)
    assert "was sent as run" not in send(*FROM, "--shard", "2/3").err
    for words in (("--shard", "1/3"), ("--shard", "2/2"), ()):
        lines = [line for line in send(*FROM, *words).err.splitlines() if "was sent as run" in line]
        assert len(lines) == 1
        if words == ("--shard", "1/3"):
            assert lines[0].startswith("sendx: warning: shard 1 of 3 of this file was sent as run ")
            assert lines[0].endswith(f": {count} accepted")


def test_a_dry_run_shows_the_shards_own_requests(send: Send, server: ScriptedServer) -> None:
    """And the plan as JSON has the shard."""
    rows = [*people(12), "bad,Acme"]
    write(rows)
    words = (*FROM, "--shard", "2/2", "--skip-invalid", "--dry-run", "--no-account")
    run = send(*words)
    assert run.code == 0
    mine = of_shard(2, 2, people(12))
    bodies = [json.loads(line)["body"]["email"] for line in run.out.splitlines()]
    assert bodies == [row.partition(",")[0] for row in mine]
    plan = json.loads(send(*words, "-o", "json").out)
    assert plan["shard"] == {"number": 2, "total": 2, "rows_of_file": 13, "bad_elsewhere": 1}
    assert (plan["rows"], plan["bad_rows"]["rows"]) == (len(mine), 0)
    assert server.requests == []


def test_batches_are_of_the_shards_own_contacts(account: Account) -> None:
    """As few calls as it takes for them."""
    write(people(40))
    taken: list[set[str]] = [set()]
    for number in (1, 2):
        assert account.run(*FROM, "--batch", "25", "--shard", f"{number}/2").code == 0
        assert len(account.writes) == 1
        taken.append({one["email"] for one in account.contacts().values()})
    mine = {row.partition(",")[0] for row in of_shard(1, 2, people(40))}
    assert taken[1] == mine
    assert taken[2] == {row.partition(",")[0] for row in people(40)}


def test_only_changed_and_a_snapshot_are_of_the_shards_own_contacts(account: Account) -> None:
    """What would change nothing is left out; what is undone is what the shard changed."""
    rows = people(12)
    write(rows)
    assert account.run(*FROM).code == 0
    fixed = [row.replace("Acme", "New") if n % 2 else row for n, row in enumerate(rows)]
    write(fixed)
    for number in (1, 2):
        run = account.run(*FROM, "--shard", f"{number}/2", "--only-changed", "--snapshot", "--yes")
        changed, same = (of_shard(number, 2, part) for part in (fixed[1::2], fixed[::2]))
        assert run.code == 0
        assert re.search(rf"\nsendx: snapshot: {len(changed)} contacts? recorded", run.err)
        assert f"  unchanged  {len(same)}  (not sent)" in run.err
        assert len(account.writes) == len(changed)
    assert account.run("runs", "undo", "--yes").code == 0
    companies = {one["email"]: one["company"] for one in account.contacts().values()}
    expected = dict(row.split(",") for row in fixed)
    expected |= {row.partition(",")[0]: "Acme" for row in of_shard(2, 2, fixed)}
    assert companies == expected


def test_two_shards_of_an_unreadable_run_do_not_bar_each_other(
    send: Send, server: ScriptedServer, home: Path
) -> None:
    """What is known of it, its shard, is enough; its own shard is barred."""
    write(people(9))
    assert send(*FROM, "--shard", "1/3").code == 0
    (journal,) = (home / "state" / "sendx" / "runs").glob("*.sqlite3")
    journal.write_bytes(b"no journal" * 500)
    sent(server)
    barred = send(*FROM, "--shard", "1/3")
    assert (barred.code, server.requests) == (2, [])
    assert "may have sent rows of this file, and cannot be read" in barred.err
    assert send(*FROM, "--shard", "2/3").code == 0
