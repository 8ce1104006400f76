"""`sendx lookup`: contacts as the service has them."""

import csv
import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from sendx_cli.account.name_cache import kept_names
from sendx_cli.runtime import Runtime
from tests.conftest import CANARY, Command, Run
from tests.servers import Answering, Request, ScriptedServer, answer, json_answer

Lookup = Callable[..., Run]

NAMES: dict[str, list[dict[str, object]]] = {
    "/tag": [{"id": "tag_1", "name": "vip"}, {"id": "tag_2", "name": "trial"}],
    "/customfield": [{"id": "custom_field_1", "name": "Plan", "type": 0}],
    "/list": [{"id": "list_1", "name": "Newsletter", "type": 1}],
    "/team/member": [{"email": "owner@example.com"}],
}
JANE = {
    "id": "contact_1",
    "email": "Jane@example.com",
    "firstName": "Jane",
    "lastName": "Doe",
    "company": "",
    "customFields": {"field_1": "gold", "field_9": "odd"},
    "tags": ["tag_1", "tag_9"],
    "lists": ["list_1", "list_9"],
    "unsubscribed": True,
    "bounced": False,
    "created": "2026-01-02T03:04:05Z",
    "updated": "2026-01-03T03:04:05Z",
    "somethingNew": {"a": 1},
}
JANE_SHOWN = {
    "id": "contact_1",
    "email": "Jane@example.com",
    "first_name": "Jane",
    "last_name": "Doe",
    "company": "",
    "fields": {"Plan": "gold", "field_9": "odd"},
    "tags": ["vip", "tag_9"],
    "lists": ["Newsletter", "list_9"],
    "opt_outs": ["unsubscribed"],
    "created": "2026-01-02T03:04:05Z",
    "updated": "2026-01-03T03:04:05Z",
}
FOUND = {
    "email": "jane@example.com",
    "ok": True,
    "found": True,
    "contact": JANE_SHOWN,
    "error": None,
}
ABSENT = {
    "email": "bob@example.com",
    "ok": False,
    "found": False,
    "contact": None,
    "error": {"kind": "no_such_contact", "message": "no such contact", "hint": None},
}


def account(people: list[dict[str, object]], **odd: Answering) -> Callable[[Request], Answering]:
    """Serve an account; `odd` says what comes in place of a collection, by its last word."""

    def serve(request: Request) -> Answering:
        parts = urlsplit(request.path)
        path = parts.path.removeprefix("/api/v1/rest")
        if (word := path.rpartition("/")[2]) in odd:
            return odd[word]
        query = dict(parse_qsl(parts.query))
        term = query.get("search", "").lower()
        members = NAMES.get(path, people if path == "/contact" else [])
        hits = [one for one in members if term in str(one.get("email", "")).lower()]
        return json_answer(200, hits[int(query["offset"]) :][: int(query["limit"])])

    return serve


@pytest.fixture
def lookup(sendx: Command, server: ScriptedServer) -> Lookup:
    """Runs `sendx lookup` against the scripted server, with a key."""
    server.pages = account([{"id": "contact_0", "email": "mary-jane@example.com"}, JANE])

    def run(*words: str, stdin: str | None = None) -> Run:
        settings = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url, "COLUMNS": "200"}
        return sendx("lookup", *words, env=settings, stdin=stdin)

    return run


def test_one_contact_is_one_object_with_names_for_ids(lookup: Lookup) -> None:
    """The one whose address is equal; an unknown id stays an id."""
    run = lookup("jane@example.com", "--json")
    assert (run.code, json.loads(run.out), run.err) == (0, FOUND, "")


def test_one_that_is_not_there_is_told_and_ends_with_4(lookup: Lookup) -> None:
    """As a result, and on standard error."""
    run = lookup("bob@example.com", "-o", "jsonl")
    assert (run.code, json.loads(run.out)) == (4, ABSENT)
    assert run.err == "sendx: bob@example.com: no such contact\n"


def test_several_are_an_array_in_the_order_given(lookup: Lookup) -> None:
    """Whichever is found first; one that is named twice is shown once."""
    run = lookup("bob@example.com", "jane@example.com", "BOB@example.com", "--json")
    assert (run.code, json.loads(run.out)) == (4, [ABSENT, FOUND])


def test_csv_has_the_same_members(lookup: Lookup) -> None:
    """Members that hold members are compact JSON."""
    run = lookup("jane@example.com", "bob@example.com", "-o", "csv")
    header, found, absent = csv.reader(io.StringIO(run.out))
    assert header == ["email", "ok", "found", "contact", "error"]
    assert (found[1], json.loads(found[3]), found[4]) == ("true", JANE_SHOWN, "")
    assert absent[:4] == ["bob@example.com", "false", "false", ""]


def test_a_table_has_a_row_for_each(lookup: Lookup) -> None:
    """With what people look for."""
    run = lookup("jane@example.com", "bob@example.com", "-o", "table")
    absent = next(line for line in run.out.splitlines() if "bob@example.com" in line)
    assert "Jane Doe" in run.out
    assert "Newsletter" in run.out
    assert "no" in absent.split()


def test_a_table_of_one_has_a_line_for_each_member(lookup: Lookup) -> None:
    """Custom fields by name."""
    run = lookup("jane@example.com", "-o", "table")
    assert "contact.fields.Plan" in run.out
    assert "gold" in run.out


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_an_error(
    lookup: Lookup, server: ScriptedServer, status: int
) -> None:
    """Reading is what was asked for: 255, so that `xargs` stops, and the reason for programs."""
    body = {"message": "Invalid API key"}
    server.pages = lambda _: json_answer(status, body)
    run = lookup("jane@example.com", "bob@example.com", "--json")
    assert (run.code, json.loads(run.out)["error"]["kind"]) == (255, "key_refused")
    assert run.err.startswith(f"sendx: Invalid API key (HTTP {status})\n  hint: ")
    assert CANARY not in run.err


def test_contacts_that_cannot_be_read_there_are_an_error(
    lookup: Lookup, server: ScriptedServer
) -> None:
    """Most likely the base URL is another service's."""
    server.pages = account([], contact=answer(404))
    run = lookup("jane@example.com")
    assert (run.code, run.out) == (255, "")
    assert run.err == (
        "sendx: contacts cannot be read there: HTTP 404 Not Found\n"
        "  hint: check the base URL (`sendx config get base_url`)\n"
    )


def test_what_could_not_be_found_out_ends_with_5(lookup: Lookup, server: ScriptedServer) -> None:
    """It is neither found nor said not to be there."""
    server.pages = account([], contact=json_answer(500, {"message": "trouble"}))
    run = lookup("jane@example.com", "--retries", "0", "--json")
    error = {
        "kind": "not_read",
        "message": "could not be looked up: trouble (HTTP 500)",
        "hint": "run it again later",
    }
    assert run.code == 5
    assert json.loads(run.out) == {
        "email": "jane@example.com", "ok": False, "found": None, "contact": None, "error": error,
    }  # fmt: skip
    assert run.err == "sendx: jane@example.com: could not be looked up: trouble (HTTP 500)\n"


def test_tags_that_cannot_be_read_are_shown_as_ids(lookup: Lookup, server: ScriptedServer) -> None:
    """And it is said why."""
    server.pages = account([JANE], tag=answer(404))
    run = lookup("jane@example.com", "--json")
    assert (run.code, json.loads(run.out)["contact"]["tags"]) == (0, ["tag_1", "tag_9"])
    assert run.err == (
        "sendx: warning: not all tags could be read: HTTP 404 Not Found\n"
        "  hint: ids are shown instead of names\n"
    )


def test_members_that_the_answer_leaves_out_are_null(
    lookup: Lookup, server: ScriptedServer
) -> None:
    """Nobody knows whether they are empty."""
    server.pages = account([{"id": "contact_1", "email": "jane@example.com"}])
    contact = json.loads(lookup("jane@example.com", "--json").out)["contact"]
    assert (contact["tags"], contact["fields"], contact["first_name"]) == (None, None, None)


def test_what_the_service_says_is_harmless_on_a_terminal(
    lookup: Lookup, server: ScriptedServer
) -> None:
    """Escape codes and halves of characters in names and values."""
    text = answer(
        200, b'[{"id":"contact_1","email":"jane@example.com","company":"\\u001b[31m\\ud800"}]'
    )
    server.pages = account([], contact=text)
    for output in ("table", "json", "jsonl", "csv"):
        run = lookup("jane@example.com", "-o", output)
        assert (run.code, "\x1b" in run.out) == (0, False)


def people_in(rows: int) -> list[dict[str, object]]:
    return [
        {"id": f"contact_{n}", "email": f"p{n}@example.com", "firstName": f"P{n}"}
        for n in range(rows)
    ]


def test_a_files_contacts_are_found_by_pages(
    lookup: Lookup, server: ScriptedServer, tmp_path: Path
) -> None:
    """In the file's order, with their lines; other columns, and who left, do not matter."""
    server.pages = account(people_in(600))
    path = tmp_path / "people.csv"
    rows = [f"whatever,{(n % 2 and 'unsubscribed') or ''},P{n}@example.com" for n in range(700)]
    path.write_text("Odd column,Status,E-Mail\n" + "\n".join(reversed(rows)), "utf-8")
    run = lookup("--from", str(path), "-o", "jsonl")
    results = [json.loads(line) for line in run.out.splitlines()]
    assert run.code == 4
    assert [one["email"] for one in results] == [f"P{n}@example.com" for n in range(699, -1, -1)]
    assert [one["line"] for one in results] == list(range(2, 702))
    assert {one["source"] for one in results} == {str(path)}
    assert [one["found"] for one in results] == [False] * 100 + [True] * 600
    assert run.err == "sendx: 700 contacts looked up: 600 found, 100 not found\n"
    assert len(server.reads) < 130


def test_a_files_results_as_json_are_one_array(lookup: Lookup, tmp_path: Path) -> None:
    """Also where there is one."""
    path = tmp_path / "results.jsonl"
    path.write_text(json.dumps({**FOUND, "response": {"x": [1]}}) + "\n", "utf-8")
    run = lookup("--from", str(path), "--json")
    assert (run.code, json.loads(run.out)) == (0, [{**FOUND, "source": str(path), "line": 1}])


def test_standard_input_is_read_as_a_file(lookup: Lookup) -> None:
    """Which column has the addresses can be said."""
    run = lookup(
        "--from",
        "-",
        "--map",
        "Who=email",
        "-o",
        "jsonl",
        stdin="Who,x\nJane <jane@example.com>,1\n",
    )
    assert (run.code, json.loads(run.out)["line"]) == (0, 2)


def test_a_file_without_addresses_is_refused(lookup: Lookup, server: ScriptedServer) -> None:
    """Before any request."""
    run = lookup("--from", "-", stdin="Who,x\nJane,1\n")
    assert (run.code, run.out, server.reads) == (2, "", [])
    assert "no column contains addresses" in run.err


def test_bad_rows_are_listed_before_any_request(lookup: Lookup, server: ScriptedServer) -> None:
    """By line and column; --skip-invalid looks the others up, and the exit is 4 at least."""
    rows = "email\njane@example.com\nnobody\n"
    run = lookup("--from", "-", stdin=rows)
    assert (run.code, server.reads) == (2, [])
    assert 'standard input:3:email: not an address, it has no "@": nobody\n' in run.err
    run = lookup("--from", "-", "--skip-invalid", "-o", "jsonl", stdin=rows)
    assert (run.code, json.loads(run.out)["ok"]) == (4, True)


def test_a_file_without_rows_asks_for_nothing(lookup: Lookup, server: ScriptedServer) -> None:
    """There is nothing to find out."""
    run = lookup("--from", "-", "--json", stdin="email\n")
    assert (run.code, run.out, server.reads) == (0, "[]\n", [])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no contact given"),
        (["jane@example.com", "--from", "x.csv"], "use either EMAIL or --from FILE, not both"),
        (["jane@example.com", "--ragged"], "--ragged requires --from FILE"),
        (["jane"], 'not an address, it has no "@": jane'),
        (["--from", "-", "--format", "xls"], "--format: no such choice: xls"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    lookup: Lookup, server: ScriptedServer, words: list[str], message: str
) -> None:
    """Before any request."""
    run = lookup(*words)
    assert (run.code, run.out, server.reads) == (2, "", [])
    assert message in run.err


def test_a_lookup_sends_nothing_but_reads(lookup: Lookup, server: ScriptedServer) -> None:
    """It cannot change anything."""
    lookup("jane@example.com", "bob@example.com")
    assert {request.method for request in server.reads} == {"GET"}
    assert server.requests == []


def test_a_lookup_leaves_the_accounts_names_for_completions(
    lookup: Lookup, server: ScriptedServer
) -> None:
    """They are kept for the service and the key that they were read with."""
    lookup("jane@example.com")
    environ = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    names = kept_names(Runtime(environ=environ).settings({}))
    assert names == (("trial", "vip"), ("Plan",), ("Newsletter",))


def test_the_sandbox_shows_what_was_sent_to_it(sendx: Command) -> None:
    """Without a key or a network."""
    sendx("identify", "jane@example.com", "--tag", "vip", "--field", "Plan=gold", "--sandbox")
    run = sendx("lookup", "jane@example.com", "--sandbox", "--json")
    contact = json.loads(run.out)["contact"]
    assert (run.code, contact["tags"], contact["fields"]) == (0, ["vip"], {"Plan": "gold"})


def test_an_interrupt_ends_a_lookup_by_the_signal(
    program: str, server: ScriptedServer, home: Path
) -> None:
    """As every command; a service that says nothing holds nobody up."""
    server.pages = lambda _: None
    environ = {"HOME": str(home), "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    with subprocess.Popen(
        [program, "lookup", "jane@example.com"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ,
    ) as running:
        while not server.reads:
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (-signal.SIGINT, b"", b"")


def test_many_addresses_take_bounded_memory(
    server: ScriptedServer, tmp_path: Path, home: Path
) -> None:
    """Found by pages that come in another order than the file's."""
    if not Path("/proc/self/status").exists():
        # The system's own account of a peak counts that of the process that started this one.
        pytest.skip("no /proc here")
    members = people_in(3000)
    pages = {
        offset: json_answer(
            200,
            [
                {**one, "id": f"contact_{offset}_{n}", "email": f"p{offset + n}@example.com"}
                for n, one in enumerate(members[:100])
            ],
        )
        for offset in range(0, 20_000, 100)
    }

    def serve(request: Request) -> Answering:
        query = dict(parse_qsl(urlsplit(request.path).query))
        if "/contact?" not in request.path:
            return json_answer(200, [])
        return pages.get(int(query["offset"]), json_answer(200, []))

    server.pages = serve
    path = tmp_path / "people.csv"
    path.write_text("email\n" + "".join(f"p{n}@example.com\n" for n in range(19_999, -1, -1)))
    code = (
        "import sys; from sendx_cli.cli import app\n"
        "try: app(['lookup', '--from', sys.argv[1], '-o', 'jsonl'])\n"
        "except SystemExit as end: code = end.code\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "print(code, status['VmHWM'].split()[0], file=sys.stderr)"
    )
    environ = {"HOME": str(home), "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, env=environ, check=False
    )
    exit_code, peak_kib = run.stderr.decode().splitlines()[-1].split()
    assert (exit_code, run.stdout.count(b'"found": true')) == ("0", 20_000)
    assert int(peak_kib) < 150 * 1024
