"""An account that cannot be read, or not to its end, and what a run does without it."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import CANARY, Command
from tests.runs.conftest import Send
from tests.servers import EMPTY_PAGE, Answering, Request, ScriptedServer, answer, json_answer

NEWS = "list_0123456789abcdefABCDEF"
OTHER_NEWS = "list_0123456789abcdefABCDEG"
TAG, FIELD, LIST, MEMBER = "/tag", "/customfield", "/list", "/team/member"
ACCOUNT: dict[str, list[object]] = {
    TAG: [{"id": "tag_1", "name": "vip"}],
    FIELD: [{"id": "custom_field_1", "name": "Seats", "type": 1}],
    LIST: [{"id": NEWS, "name": "Newsletter", "type": 0}],
    MEMBER: [{"email": "jane@acme.com"}],
}
FAST = ("--retries", "0")
FILE = "email,tags,lists,Seats\nann@b.co,trail,,3\nbob@b.co,vip,,4\n"
IDENTIFY = ("identify", "--from", "p.csv", "--custom-fields", *FAST)


def path_of(request: Request) -> str:
    return urlsplit(request.path).path.removeprefix("/api/v1/rest")


def pages_of(
    account: dict[str, list[object]], **answers: Answering
) -> Callable[[Request], Answering]:
    """Answer pages of an account; `answers` are those of a collection, by its path's last word."""

    def page(request: Request) -> Answering:
        path = path_of(request)
        word = path.rpartition("/")[2]
        if word in answers:
            return answers[word]
        offset = int(parse_qs(urlsplit(request.path).query)["offset"][0])
        return json_answer(200, account.get(path, [])[offset : offset + 100])

    return page


REFUSALS = {
    "401": json_answer(401, {"status": 401, "message": "The API Key is not valid"}),
    "403": json_answer(403, {"status": 403, "message": "Forbidden"}),
    "404": json_answer(404, {"status": 404, "message": "Not found"}),
    "500": json_answer(500, {"status": 500, "message": "Oh dear"}),
    "a page of HTML": answer(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}),
    "an object": json_answer(200, {"tags": []}),
    "texts": json_answer(200, ["vip"]),
    "no names": json_answer(200, [{"id": "x_1", "title": "vip"}]),
    "half a number": answer(200, b"[1, 2", {"Content-Type": "application/json"}),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_an_account_that_cannot_be_read_stops_nothing(
    refusal: str, send: Send, server: ScriptedServer
) -> None:
    """One line says why; nothing is said to be new, and every row is sent."""
    Path("p.csv").write_text(FILE)
    server.pages = lambda _request: REFUSALS[refusal]
    run = send(*IDENTIFY)
    assert (run.code, len(server.requests)) == (0, 2)
    lines = run.err.splitlines()
    told = [line for line in lines if line.startswith("sendx: not compared with the account: ")]
    assert len(told) == 1
    assert told[0] != "sendx: not compared with the account: "
    assert not [line for line in lines if "created" in line or line.startswith("account:")]
    assert lines[-1] == "exit 0: every row was accepted"


@pytest.mark.parametrize(
    ("collection", "noun"), [("tag", "tags"), ("customfield", "custom fields"), ("list", "lists")]
)
def test_what_can_be_read_is_compared(
    collection: str, noun: str, send: Send, server: ScriptedServer
) -> None:
    """Each collection by itself: the line names the one that is missing."""
    Path("p.csv").write_text(FILE.replace("Seats", "Seat"))
    server.pages = pages_of(ACCOUNT, **{collection: REFUSALS["404"]})
    lines = send(*IDENTIFY).err.splitlines()
    (told,) = [line for line in lines if "not compared" in line]
    assert told.startswith(f"sendx: not compared with the account: {noun}: ")
    assert told.endswith("(HTTP 404)")
    assert ('  1  "trail": new' in lines) == (collection != "tag")
    assert ('  2  "Seat": new; near "Seats" (exists)' in lines) == (collection != "customfield")


def test_a_collection_of_no_matter_is_not_missed(send: Send, server: ScriptedServer) -> None:
    """A track has no lists or fields, and who the team is need not be known."""
    Path("p.csv").write_text("email\nann@b.co\n")
    unread = dict.fromkeys(("customfield", "list", "member"), REFUSALS["403"])
    server.pages = pages_of(ACCOUNT, **unread)
    run = send("track", "--from", "p.csv", "--add-tag", "vip", *FAST)
    assert run.code == 0
    assert "not compared" not in run.err
    assert "account: 1 tag\n" in run.err


def test_a_service_that_says_nothing_is_not_waited_for_longer_than_an_outage(
    send: Send, server: ScriptedServer
) -> None:
    """Then the rows are sent."""
    Path("p.csv").write_text(FILE)
    server.pages = lambda _request: None
    run = send(*IDENTIFY, "--max-outage", "1")
    assert (run.code, len(server.requests)) == (0, 2)
    assert "sendx: not compared with the account: it returned no page for 1 s\n" in run.err


@pytest.mark.parametrize(
    ("words", "collection", "message", "hint"),
    [
        (
            ("--list", "Newsletter"),
            "list",
            'list "Newsletter" cannot be looked up, as lists could not be read: ',
            "run it again, or use the id of the list",
        ),
        (
            ("--existing-only",),
            "tag",
            "--existing-only: tags could not be read: ",
            "run it again, or remove --existing-only",
        ),
        (
            ("--existing-only",),
            "customfield",
            "--existing-only: custom fields could not be read: ",
            "run it again, or remove --existing-only",
        ),
    ],
)
@pytest.mark.parametrize("of_file", [True, False], ids=["a file", "a contact"])
def test_what_needs_the_account_is_refused_without_it(
    of_file: bool,
    words: tuple[str, ...],
    collection: str,
    message: str,
    hint: str,
    send: Send,
    server: ScriptedServer,
    journals: Callable[[], list[Path]],
) -> None:
    """For now, which is exit 5: nothing is sent, and nothing is left of the run."""
    Path("p.csv").write_text("email\nann@b.co\n")
    server.pages = pages_of(ACCOUNT, **{collection: REFUSALS["404"]})
    contacts = ("--from", "p.csv") if of_file else ("ann@b.co",)
    run = send("identify", *contacts, *words, *FAST)
    assert (run.code, run.out, server.requests) == (5, "", [])
    *_, error, told_hint = run.err.splitlines()
    assert error.startswith(f"sendx: {message}")
    assert told_hint == f"  hint: {hint}"
    assert [path for path in journals() if path.suffix == ".sqlite3"] == []


def test_a_name_in_a_column_of_lists_needs_them_all(send: Send, server: ScriptedServer) -> None:
    """Ids are sent as they are; a dry run says the same."""
    Path("p.csv").write_text(f"email,lists\nann@b.co,{OTHER_NEWS}\n")
    server.pages = pages_of(ACCOUNT, list=REFUSALS["404"])
    assert send(*IDENTIFY).code == 0
    assert server.requests[0].json == {"email": "ann@b.co", "lists": [OTHER_NEWS]}
    Path("n.csv").write_text(f"email,lists\nann@b.co,{OTHER_NEWS}\nbob@b.co,Newsletter\n")
    for more in ((), ("--dry-run",)):
        run = send("identify", "--from", "n.csv", *FAST, *more)
        assert (run.code, len(server.requests)) == (5, 1)
        assert 'list "Newsletter" cannot be looked up' in run.err


def test_two_lists_of_one_name_are_told_by_their_ids(send: Send, server: ScriptedServer) -> None:
    """A guess would put people on a list that they did not join."""
    Path("p.csv").write_text(f"email,lists\nann@b.co,Newsletter\nbob@b.co,{NEWS}\n")
    twins: list[object] = [
        {"id": one, "name": "Newsletter", "type": 1} for one in (NEWS, OTHER_NEWS)
    ]
    server.pages = pages_of({LIST: twins})
    run = send(*IDENTIFY)
    assert (run.code, server.requests) == (2, [])
    assert (
        "p.csv:2:lists: several lists have this name: Newsletter "
        f"(use one of their ids: {NEWS} or {OTHER_NEWS})\n"
    ) in run.err


def test_a_single_call_reads_nothing_that_it_does_not_need(
    send: Send, server: ScriptedServer
) -> None:
    """Nothing at all, the lists for a list's name, and what can be new for --existing-only."""
    server.pages = pages_of(ACCOUNT)
    assert send("track", "ann@b.co", "--add-tag", "new").code == 0
    assert send("identify", "ann@b.co", "--tag", "new", "--list", OTHER_NEWS).code == 0
    assert (len(server.requests), server.reads) == (2, [])
    assert send("identify", "ann@b.co", "--list", "Newsletter").code == 0
    assert server.requests[-1].json == {"email": "ann@b.co", "lists": [NEWS]}
    assert set(map(path_of, server.reads)) == {LIST}
    assert send("identify", "ann@b.co", "--tag", "vip", "--existing-only").code == 0
    assert set(map(path_of, server.reads)) == {LIST, TAG, FIELD}


def test_a_run_reads_its_account_in_few_calls(send: Send, server: ScriptedServer) -> None:
    """Two of each collection at most, and one of the team; a resume without a new file none."""
    Path("p.csv").write_text(FILE)
    server.pages = pages_of(ACCOUNT)
    assert send(*IDENTIFY).code == 0
    assert len(server.reads) <= 7
    server.reads.clear()
    assert send("runs", "resume").code == 0
    assert server.reads == []


def test_many_names_are_read_to_their_end(send: Send, server: ScriptedServer) -> None:
    """A tag of the last page is not new."""
    Path("p.csv").write_text("email,tags\nann@b.co,t349;other\n")
    tags: list[object] = [{"id": f"tag_{n}", "name": f"t{n}"} for n in range(350)]
    server.pages = pages_of({TAG: tags})
    lines = send(*IDENTIFY).err.splitlines()
    assert "account: 350 tags, 0 custom fields" in lines
    assert [line for line in lines if ": new" in line] == ['  1  "other": new']


def test_a_dry_run_without_a_key_says_nothing_of_the_account(
    sendx: Command, folder: Path, server: ScriptedServer
) -> None:
    """As ever; what needs the account says that there is no key."""
    (folder / "p.csv").write_text("email,tags\nann@b.co,vip\n")
    words = ("identify", "--from", "p.csv", "--base-url", server.url, "--dry-run", "-o", "json")
    run = sendx(*words)
    assert (run.code, server.reads) == (0, [])
    assert "account" not in run.err
    assert json.loads(run.out)["account"] is None
    named = sendx(*words, "--list", "Newsletter")
    assert (named.code, server.reads) == (2, [])
    assert "not a list id: Newsletter" in named.err
    assert "there is no key to read it with" in named.err
    fenced = sendx(*words, "--existing-only")
    assert (fenced.code, server.reads) == (255, [])
    assert "has no API key" in fenced.err


def test_a_dry_run_with_a_key_compares(send: Send, server: ScriptedServer) -> None:
    """It only reads."""
    Path("p.csv").write_text(FILE)
    server.pages = pages_of(ACCOUNT)
    run = send(*IDENTIFY, "--dry-run", "-o", "json", "-q")
    assert (run.code, server.requests) == (0, [])
    record = json.loads(run.out)["account"]
    assert record["members"] == ["jane@acme.com"]
    assert record["tags"]["new"] == [{"name": "trail", "rows": 1, "near": None}]


def test_the_key_is_shown_nowhere(send: Send, server: ScriptedServer) -> None:
    """Not even if the service answers with it."""
    Path("p.csv").write_text(FILE)
    server.pages = lambda _request: json_answer(403, {"message": f"no {CANARY} here"})
    run = send(*IDENTIFY, "-vv")
    assert "not compared with the account: " in run.err
    assert CANARY not in run.err + run.out


def test_a_list_that_is_gone_meanwhile_is_found_by_a_resume(
    send: Send, server: ScriptedServer
) -> None:
    """Rows that were accepted are known by what the file says, whatever the account has by now."""
    Path("p.csv").write_text("email,lists\nann@b.co,Newsletter\n")
    server.pages = pages_of(ACCOUNT)
    assert send(*IDENTIFY).code == 0
    renamed: list[object] = [{"id": OTHER_NEWS, "name": "Newsletter", "type": 0}]
    server.pages = pages_of({**ACCOUNT, LIST: renamed})
    Path("p.csv").write_text("email,lists\nbob@b.co,Newsletter\nann@b.co,Newsletter\n")
    server.requests.clear()
    run = send("runs", "resume")
    assert run.code == 0, run.err
    assert [request.json for request in server.requests] == [
        {"email": "bob@b.co", "lists": [OTHER_NEWS]}
    ]
    server.pages = lambda _request: EMPTY_PAGE
    Path("p.csv").write_text("email,lists\ncid@b.co,Newsletter\n")
    gone = send("runs", "resume")
    assert gone.code == 2
    assert "p.csv:2:lists: no such list: Newsletter\n" in gone.err


def test_a_stream_ends_at_a_list_that_cannot_be_looked_up(
    send: Send, server: ScriptedServer
) -> None:
    """For now: what was read before it is sent, and how to send the rest is said."""
    server.pages = pages_of(ACCOUNT, list=REFUSALS["404"])
    rows = f"email,lists\nann@b.co,{NEWS}\nbob@b.co,Newsletter\ncid@b.co,{NEWS}\n"
    run = send("identify", "--from", "-", "--stream", *FAST, stdin=rows)
    assert run.code == 5
    assert (
        'sendx: standard input:3: list "Newsletter" cannot be looked up, as lists could not be read'
    ) in run.err
    assert "line 2" in run.err
    assert [request.json for request in server.requests] == [{"email": "ann@b.co", "lists": [NEWS]}]
