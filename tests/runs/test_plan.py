import json
from pathlib import Path

from tests.conftest import Command
from tests.runs.conftest import Send
from tests.servers import ScriptedServer

RICH = """Email;First Name;Tags;new_email;Plan;Status
ann@b.co;Ann;"VIP, trial";;pro;active
bob@b.co;Bob;vip;ann@b.co;Pro;active
ann@b.co;Anna;trial;;pro;active
cid@b.co;;;;;unsubscribed
"""


def test_the_plan_tells_all_that_is_about_to_happen(sendx: Command, folder: Path) -> None:
    """Counts, layout, each column and why, tags, fields, look-alikes, held back, collisions."""
    (folder / "people.csv").write_text(RICH)
    words = ("identify", "--from", "people.csv", "--map", "Plan=field:Plan", "--sandbox")
    run = sendx(*words, "--dry-run", "-o", "table")
    assert (run.code, run.out) == (0, "")
    assert run.err.splitlines() == [
        "plan: identify from people.csv",
        "  4  rows",
        "  1  held back",
        "  3  to send",
        "  2  contacts",
        "  1  duplicate: an earlier row is about the same contact",
        "account: owner@sandbox.invalid, 0 tags, 0 custom fields",
        'file: found ";" as the delimiter',
        "columns:",
        '  email: "Email" (by its name)',
        '  first_name: "First Name" (by its name)',
        '  tags: "Tags" (by its name)',
        '  new_email: "new_email" (by its name)',
        '  custom field "Plan": "Plan" (--map)',
        '  not sent: "Status" (says who opted out)',
        "tags to add:",
        '  2  "trial"',
        '  1  "VIP"',
        '  1  "vip"',
        "custom fields to write:",
        '  3  "Plan"',
        "held back, as they opted out:",
        "  1  Status is unsubscribed",
        'note: tags "VIP", "vip" differ only in case or spacing',
        *[line for line in run.err.splitlines() if line.startswith("note: line")],
        "tags that would be created:",
        '  2  "trial": new',
        '  1  "VIP": new',
        '  1  "vip": new',
        "custom fields that would be created:",
        '  3  "Plan": new',
    ]
    assert any(line.startswith("note: line 3 changes") for line in run.err.splitlines())


def test_a_dry_run_shows_the_plan_or_each_request(sendx: Command, folder: Path) -> None:
    """`json` is the plan, `jsonl` and `csv` the requests; nothing is sent or kept."""
    (folder / "p.csv").write_text("email,first name\nann@b.co,Ann\nbob@b.co,\n")
    words = ("identify", "--from", "p.csv", "--sandbox", "--dry-run", "-q", "-o")
    plan = json.loads(sendx(*words, "json").out)
    assert (plan["rows"], plan["to_send"], plan["action"]) == (2, 2, "identify")
    requests = [json.loads(line) for line in sendx(*words, "jsonl").out.splitlines()]
    url = "https://sandbox.invalid/api/v1/rest/contact/identify"
    assert requests[0] == {
        "action": "identify",
        "method": "POST",
        "url": url,
        "body": {"email": "ann@b.co", "firstName": "Ann"},
        "line": 2,
    }
    assert [request["line"] for request in requests] == [2, 3]
    assert sendx(*words, "csv").out.splitlines()[0] == "action,method,url,body,line"
    assert sendx("runs", "list").out == ""


def test_a_file_without_rows_is_no_failure(sendx: Command, folder: Path) -> None:
    """Nothing is to be sent, and nothing is kept."""
    (folder / "p.csv").write_text("email,first name\n")
    run = sendx("identify", "--from", "p.csv", "--sandbox", "-o", "json")
    assert (run.code, run.out) == (0, "[]\n")
    assert "p.csv: no rows to send" in run.err
    assert sendx("runs", "list").out == ""


def test_a_column_nothing_explains_stops_the_run(send: Send, server: ScriptedServer) -> None:
    """The nearest known names are named; no request is made."""
    Path("p.csv").write_text("email,frist name\nann@b.co,Ann\n")
    run = send("identify", "--from", "p.csv")
    assert (run.code, run.out, server.requests) == (2, "", [])
    assert "frist name" in run.err
    assert "first" in run.err


def test_a_file_of_people_who_left_is_refused(send: Send, server: ScriptedServer) -> None:
    """Sent, they could be mailed again; --include-unsubscribed means it."""
    Path("p.csv").write_text("email,status\nann@b.co,unsubscribed\n")
    run = send("identify", "--from", "p.csv")
    assert (run.code, server.requests) == (2, [])
    assert "--include-unsubscribed" in run.err
    assert send("identify", "--from", "p.csv", "--include-unsubscribed").code == 0
    assert len(server.requests) == 1


def test_a_mapping_is_kept_for_the_next_file(sendx: Command, folder: Path) -> None:
    """What --save-map writes, --map-file reads."""
    (folder / "p.csv").write_text("Kunde,Plan,Junk\nann@b.co,pro,x\n")
    words = ("identify", "--from", "p.csv", "--sandbox", "-o", "jsonl", "-q")
    options = ("--map", "Kunde=email", "--map", "Plan=field:Plan", "--ignore", "Junk")
    assert sendx(*words, *options, "--save-map", "map.toml").code == 0
    said = sendx(*words, *options, "--dry-run")
    again = sendx(*words, "--map-file", "map.toml", "--dry-run")
    assert (said.code, again.code) == (0, 0)
    assert json.loads(again.out)["body"] == {"email": "ann@b.co", "customFields": {"Plan": "pro"}}
    assert again.out == said.out


def test_options_hold_for_every_row_that_does_not_say_otherwise(
    sendx: Command, folder: Path
) -> None:
    """Tags are added, a row's own value wins."""
    (folder / "p.csv").write_text("email,company,tags\nann@b.co,Own,a\nbob@b.co,,\n")
    words = ("identify", "--from", "p.csv", "--company", "Usual", "--tag", "b", "--sandbox")
    run = sendx(*words, "--dry-run", "-o", "jsonl")
    assert [json.loads(line)["body"] for line in run.out.splitlines()] == [
        {"email": "ann@b.co", "company": "Own", "tags": ["a", "b"]},
        {"email": "bob@b.co", "company": "Usual", "tags": ["b"]},
    ]


def test_a_track_takes_its_tags_from_columns(sendx: Command, folder: Path) -> None:
    """add_tags and remove_tags, and the options' beside them."""
    (folder / "p.csv").write_text("email,add_tags,remove_tags\nann@b.co,a,b\nbob@b.co,,c\n")
    run = sendx("track", "--from", "p.csv", "--add-tag", "x", "--dry-run", "-o", "jsonl")
    assert [json.loads(line)["body"] for line in run.out.splitlines()] == [
        {"email": "ann@b.co", "addTags": ["a", "x"], "removeTags": ["b"]},
        {"email": "bob@b.co", "addTags": ["x"], "removeTags": ["c"]},
    ]
