import json
from collections.abc import Callable

import pytest

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.results import exit_code
from sendx_cli.errors import ExitCode
from tests.conftest import CANARY, Command, Run
from tests.servers import OK, Answering, Request, Reset, ScriptedServer, answer, json_answer

Send = Callable[..., Run]
TRACK = ("track", "jane@example.com", "--add-tag", "vip")
IDENTIFY = ("identify", "jane@example.com")
DOCUMENTED = [
    "email",
    "action",
    "ok",
    "status",
    "message",
    "response",
    "error",
    "attempts",
    "elapsed_ms",
]


@pytest.fixture
def send(sendx: Command, server: ScriptedServer) -> Send:
    """Runs a command against the scripted server, with a key."""

    def run(*words: str, stdin: str | None = None, **env: str) -> Run:
        settings = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
        return sendx(*words, env={**settings, **env}, stdin=stdin)

    return run


def result_in(run: Run) -> dict[str, object]:
    """Return the only result, without the time it took."""
    (line,) = run.out.splitlines()
    record: dict[str, object] = json.loads(line)
    assert isinstance(record.pop("elapsed_ms"), float)
    return record


def test_an_identify_goes_out_exactly_as_documented(send: Send, server: ScriptedServer) -> None:
    """Method, path, headers and JSON are the API's own; the key is in its header."""
    run = send(
        "identify",
        "Jane@Example.com",
        "--first-name=Jane",
        "--field=Plan=pro",
        "--tag=a",
        "--add-tag=b",
        SENDX_API_KEY_PREFIX="Token",
    )
    assert (run.code, run.err) == (0, "")
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/api/v1/rest/contact/identify")
    assert request.body == (
        b'{"email":"Jane@example.com","firstName":"Jane",'
        b'"customFields":{"Plan":"pro"},"tags":["a","b"]}'
    )
    assert request.headers["x-team-apikey"] == f"Token {CANARY}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"


def test_a_track_goes_out_exactly_as_documented(send: Send, server: ScriptedServer) -> None:
    """Tags on both sides, in the order given."""
    run = send("track", "a@b.co", "--add-tag=x", "--add-tag=y", "--remove-tag=z")
    assert (run.code, run.err) == (0, "")
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/api/v1/rest/contact/track")
    assert request.body == b'{"email":"a@b.co","addTags":["x","y"],"removeTags":["z"]}'


def test_a_result_has_the_documented_members_and_the_whole_response(
    send: Send, server: ScriptedServer
) -> None:
    """Members that nobody knows yet are kept."""
    body = {"status": "200", "message": "OK", "data": {"encryptedId": "x"}, "new": [1, None]}
    server.script = lambda _request, _number: json_answer(200, body)
    run = send(*IDENTIFY)
    assert list(json.loads(run.out)) == DOCUMENTED
    assert result_in(run) == {
        "email": "jane@example.com",
        "action": "identify",
        "ok": True,
        "status": 200,
        "message": "OK",
        "response": body,
        "error": None,
        "attempts": 1,
    }


def test_json_is_an_object_for_one_contact_and_an_array_for_several(send: Send) -> None:
    """So that a script knows what it gets from what it asked."""
    assert json.loads(send(*IDENTIFY, "--json").out)["email"] == "jane@example.com"
    several = json.loads(send("identify", "a@b.co", "c@d.co", "-o", "json").out)
    assert [record["email"] for record in several] == ["a@b.co", "c@d.co"]


def test_csv_has_the_same_members_as_columns(send: Send) -> None:
    """What holds members itself is compact JSON."""
    header, first, second = send("identify", "a@b.co", "c@d.co", "-o", "csv").out.splitlines()
    assert header == ",".join(DOCUMENTED)
    assert first.startswith(
        'a@b.co,identify,true,200,OK,"{""status"":""200"",""message"":""OK""}",,1,'
    )
    assert second.startswith("c@d.co,identify,true,200,OK,")


def test_a_table_shows_one_contact_as_members_and_several_as_rows(send: Send) -> None:
    """Both fit 80 columns."""
    one = send(*IDENTIFY, "-o", "table").out
    assert "│ email            │ jane@example.com │" in one
    assert "│ response.message │ OK               │" in one
    several = send("identify", "a@b.co", "c@d.co", "-o", "table").out
    assert several == (
        "email   ok   status  message\n"
        "────────────────────────────\n"
        "a@b.co  yes     200  OK\n"
        "c@d.co  yes     200  OK\n"
    )


@pytest.mark.parametrize("columns", [20, 40, 59, 80, 200])
def test_a_table_fits_the_terminal(send: Send, columns: int) -> None:
    """However narrow it is."""
    emails = [f"{'long' * 10}{n}@example.com" for n in range(3)]
    for words in (emails, emails[:1]):
        run = send("identify", *words, "-o", "table", COLUMNS=str(columns))
        assert run.code == 0
        assert max(len(line) for line in run.out.splitlines()) <= columns


def test_several_contacts_go_out_together_and_come_back_in_the_order_given(
    send: Send, server: ScriptedServer
) -> None:
    """A handful at a time, over connections that are kept."""
    emails = [f"p{n}@example.com" for n in range(40)]
    run = send("track", *emails, "--add-tag", "x")
    assert run.code == 0
    assert [json.loads(line)["email"] for line in run.out.splitlines()] == emails
    assert len(server.requests) == 40
    assert server.connections <= 8


@pytest.mark.parametrize(
    ("status", "body", "code", "error"),
    [
        (400, {"status": "error", "message": "Email is required"}, 4, "rejected"),
        (404, {"status": "error", "message": "Resource not found"}, 4, "no_such_contact"),
        (409, {"status": "error", "message": "in use"}, 4, "conflict"),
        (422, {"status": "error", "message": "not in proper format"}, 4, "rejected"),
        (200, {"status": "error", "message": "no"}, 4, "rejected"),
        (429, {"status": "error", "message": "Please upgrade your plan."}, 5, "quota"),
        (500, {"status": "error", "message": "Internal server error occurred"}, 6, "unknown"),
        (503, {"status": "error", "message": "busy"}, 6, "unknown"),
        (
            401,
            {"status": 401, "message": "The Team ID or API Key is not valid"},
            255,
            "key_refused",
        ),
        (403, {"status": "error", "message": "not allowed"}, 255, "key_refused"),
        (302, {}, 255, "redirect"),
    ],
)
def test_each_answer_to_a_track_has_its_exit_code_and_is_asked_for_once(
    send: Send, server: ScriptedServer, status: int, body: object, code: int, error: str
) -> None:
    """A tag that may have been added is never added again unasked."""
    server.script = lambda _request, _number: json_answer(status, body)
    run = send(*TRACK)
    result = result_in(run)
    assert isinstance(result["error"], dict)
    assert (run.code, result["error"]["kind"]) == (code, error)
    assert (result["ok"], result["status"], result["response"]) == (False, status, body)
    assert len(server.requests) == 1


def test_an_identify_is_repeated_after_passing_trouble(send: Send, server: ScriptedServer) -> None:
    """Once it was accepted, that it took several attempts is all that is left to see."""
    answers: list[Answering] = [Reset(), json_answer(500, {}), answer(200, b""), OK]
    server.script = lambda _request, number: answers[number - 1]
    run = send(*IDENTIFY)
    assert run.code == 0
    assert result_in(run)["attempts"] == 4


def test_a_counting_identify_is_not_repeated_once_it_could_have_arrived(
    send: Send, server: ScriptedServer
) -> None:
    """`++1` sent twice would count twice; --retry-unknown takes that risk."""
    server.script = lambda _request, number: json_answer(500, {}) if number % 2 else OK
    run = send(*IDENTIFY, "--field", "visits=++1")
    assert (run.code, result_in(run)["attempts"]) == (6, 1)
    server.requests.clear()
    run = send(*IDENTIFY, "--field", "visits=++1", "--retry-unknown")
    assert (run.code, result_in(run)["attempts"]) == (0, 2)


def test_a_call_that_surely_did_not_arrive_is_repeated_and_then_given_up(sendx: Command) -> None:
    """Nothing listens there: exit 5, so that it can be run again."""
    env = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": "http://127.0.0.1:9"}
    run = sendx(*TRACK, "--retries", "1", env=env)
    result = result_in(run)
    assert (run.code, result["attempts"], result["status"]) == (5, 2, None)
    assert run.err == (
        "sendx: jane@example.com: failed: cannot connect to 127.0.0.1:9\n"
        "  hint: check the network and the base URL, then run it again\n"
    )


def test_retry_after_is_obeyed_in_seconds_and_as_a_date(send: Send, server: ScriptedServer) -> None:
    """A track that was turned away with 429 did nothing, so it is sent again."""
    date = {"Date": "Wed, 21 Oct 2015 07:28:00 GMT"}
    turned_away = [
        json_answer(429, {"message": "slow down"}, {"Retry-After": "1"}),
        json_answer(429, {}, {**date, "Retry-After": "Wed, 21 Oct 2015 07:28:01 GMT"}),
        OK,
    ]
    server.script = lambda _request, number: turned_away[number - 1]
    run = send(*TRACK)
    result = json.loads(run.out)
    assert (run.code, result["attempts"]) == (0, 3)
    assert result["elapsed_ms"] >= 2000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed_with_the_key(
    send: Send, server: ScriptedServer, status: int
) -> None:
    """The other place sees no request at all."""
    with ScriptedServer() as other:
        server.script = lambda _request, _number: answer(status, b"", {"Location": other.url})
        assert send(*TRACK).code == 255
        assert (len(server.requests), other.requests) == (1, [])


def test_a_login_page_is_not_a_success(send: Send, server: ScriptedServer) -> None:
    """A 200 with a web page stops everything before more harm is done."""
    page = answer(200, b"<!doctype html><title>Log in</title>", {"Content-Type": "text/html"})
    server.script = lambda _request, _number: page
    run = send(*IDENTIFY)
    assert run.code == 255
    assert run.err == (
        "sendx: jane@example.com: skipped: received a web page instead of an answer of the "
        "contact API (HTTP 200)\n"
        "  hint: this looks like a login page or a proxy: check the base URL and the network\n"
    )


def test_a_server_that_trickles_is_cut_off_by_the_total_time(
    send: Send, server: ScriptedServer
) -> None:
    """Each byte in time does not make an answer in time."""
    server.script = lambda _request, _number: None
    run = send(*TRACK, "--timeout", "0.3")
    assert (run.code, result_in(run)["attempts"]) == (6, 1)


def test_cookies_are_not_kept(send: Send, server: ScriptedServer) -> None:
    """Each request carries the documented headers and nothing that a server planted."""
    server.script = lambda _request, _number: json_answer(200, {}, {"Set-Cookie": "sid=1"})
    assert send("identify", "a@b.co", "c@d.co", "--concurrency", "1").code == 0
    assert [r.headers.get("cookie") for r in server.requests] == [None, None]


def test_a_proxy_never_sees_a_request_in_clear(send: Send, server: ScriptedServer) -> None:
    """Plain HTTP goes to loopback alone, whatever HTTP_PROXY says."""
    with ScriptedServer() as proxy:
        run = send(*TRACK, HTTP_PROXY=proxy.url, ALL_PROXY=proxy.url)
        assert (run.code, len(server.requests), proxy.requests) == (0, 1, [])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("identify",), "no contact given"),
        (("identify", "bob"), 'not an address, it has no "@": bob'),
        (("identify", "a@b.co", "--birthday", "1.2.90"), "birthday is not a date"),
        (("identify", "a@b.co", "--field", "x"), "--field must be NAME=VALUE, not x"),
        (
            ("identify", "a@b.co", "c@d.co", "--new-email", "e@f.co"),
            "--new-email requires exactly one",
        ),
        (("track", "a@b.co"), "no tag to add or remove"),
        (("track", "a@b.co", "--add-tag", "x", "--remove-tag", "x"), "tag x is both added and"),
        (("track", "a@b.co", "nobody", "--add-tag", "x"), 'not an address, it has no "@": nobody'),
        (("track", "a@b.co", "--add-tag", "x", "--rate", "fast"), "must be a number"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(
    send: Send, server: ScriptedServer, words: tuple[str, ...], message: str
) -> None:
    """Exit 2, and the service hears nothing, not even of the contacts that were right."""
    run = send(*words)
    assert (run.code, run.out, server.requests) == (2, "", [])
    assert message in run.err


def test_a_dry_run_shows_the_requests_and_sends_nothing(send: Send, server: ScriptedServer) -> None:
    """Method, URL and body as they would go out; never the key, which is not even needed."""
    run = send("track", "a@b.co", "c@d.co", "--add-tag", "x", "--dry-run", SENDX_API_KEY="")
    assert (run.code, run.err, server.requests) == (0, "", [])
    assert [json.loads(line) for line in run.out.splitlines()] == [
        {
            "action": "track",
            "method": "POST",
            "url": f"{server.url}/contact/track",
            "body": {"email": email, "addTags": ["x"]},
        }
        for email in ("a@b.co", "c@d.co")
    ]


def test_without_a_key_nothing_is_sent(sendx: Command) -> None:
    """Exit 255, so that xargs stops, and the way to a key."""
    run = sendx(*TRACK)
    assert (run.code, run.out) == (255, "")
    assert "sendx login" in run.err


def test_a_refused_key_stops_the_contacts_that_were_not_yet_sent(
    send: Send, server: ScriptedServer
) -> None:
    """A handful of calls, not a hundred; and each contact is told of."""
    server.script = lambda _request, _number: json_answer(401, {"status": 401, "message": "no"})
    run = send("track", *[f"p{n}@example.com" for n in range(100)], "--add-tag", "x")
    assert (run.code, len(run.out.splitlines())) == (255, 100)
    assert len(server.requests) <= 8
    assert "contacts were not sent" in run.err


@pytest.mark.parametrize("words", [("-q", *TRACK), (*TRACK, "-q")])
def test_quiet_may_stand_before_or_after_the_command(
    send: Send, server: ScriptedServer, words: tuple[str, ...]
) -> None:
    """It leaves results, errors and the exit code, and takes away what is only good to know."""
    refusal = json_answer(401, {"status": 401, "message": "no"})
    server.script = lambda _request, _number: refusal
    run = send(*words, "b@c.co", "--concurrency", "1")
    assert (run.code, len(run.out.splitlines())) == (255, 2)
    assert [line[:6] for line in run.err.splitlines()] == ["sendx:", "  hint"]


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_the_key_is_never_shown(send: Send, server: ScriptedServer, status: int) -> None:
    """Not in results, not in messages, however much is said, though the service repeats it."""

    def echo(request: Request, _number: int) -> bytes:
        return json_answer(status, {"message": f"got {request.headers['x-team-apikey']}"})

    server.script = echo
    for style in ("table", "json", "jsonl", "csv"):
        run = send(*TRACK, "-o", style, "-vvv", "--debug")
        assert CANARY not in run.out + run.err


def test_hostile_text_from_the_service_cannot_reach_the_terminal(
    send: Send, server: ScriptedServer
) -> None:
    """Escape codes, markup, direction marks and build server commands come out escaped."""
    nasty = "\x1b[31m[red]\u202e##[add-matcher]\r\n::error::x[/]"
    server.script = lambda _request, _number: json_answer(422, {"message": nasty})
    for style in ("table", "jsonl", "csv"):
        run = send(*TRACK, "-o", style)
        for character in ("\x1b", "\u202e", "\r", "##["):
            assert character not in run.err + (run.out if style != "csv" else "")
        assert not any(line.lstrip().startswith("::") for line in run.err.splitlines())
    assert json.loads(send(*TRACK, "-o", "jsonl").out)["message"] == nasty.strip()


def test_a_key_that_comes_back_with_json_escapes_is_not_shown_either(
    sendx: Command, server: ScriptedServer
) -> None:
    """Some services write `&`, `<` and `/` in their answers as escapes."""
    key = 'CAN&ARY<secret/9"x'
    written = r"CAN\u0026ARY\u003csecret\/9\"x"
    escaped = f'{{"message": "bad {written}", "more": ["{written}"]}}'
    server.script = lambda _request, _number: answer(400, escaped.encode())
    run = sendx(*TRACK, env={"SENDX_API_KEY": key, "SENDX_BASE_URL": server.url})
    assert run.code == 4
    assert json.loads(run.out)["response"] == {"message": "bad ********", "more": ["********"]}
    assert "secret" not in run.out + run.err


def test_csv_is_as_harmless_as_the_other_formats(send: Send, server: ScriptedServer) -> None:
    """Escape codes and commands of build servers come out escaped in its cells too."""
    nasty = "bad\x1b[31m\x07\n::error::own"
    server.script = lambda _request, _number: json_answer(422, {"message": nasty})
    run = send(*TRACK, "-o", "csv")
    _, row = run.out.splitlines()
    assert "\x1b" not in row
    assert r"bad\x1b[31m\x07\x0a::error::own" in row


def test_a_number_beyond_all_bounds_does_not_spoil_the_json(
    send: Send, server: ScriptedServer
) -> None:
    """JSON knows no infinity: such a number is kept as the text it came in."""
    server.script = lambda _request, _number: answer(200, b'\xef\xbb\xbf{"a": 1e999, "b": 1.5}')
    run = send(*TRACK)
    assert run.code == 0
    assert result_in(run)["response"] == {"a": "1e999", "b": 1.5}


@pytest.mark.parametrize("option", ["--birthday", "--first-name", "--new-email", "--company"])
def test_an_empty_value_is_refused(send: Send, server: ScriptedServer, option: str) -> None:
    """It is most likely a variable that was not set."""
    run = send(*IDENTIFY, option, "")
    assert (run.code, server.requests) == (2, [])


def test_an_unknown_outcome_is_not_hidden_by_a_name_that_cannot_be_found() -> None:
    """The highest of 4, 5 and 6 is given."""
    stop = Verdict(Kind.STOP, "name_lookup", "cannot find the address of x")
    assert exit_code([Outcome.UNKNOWN, Outcome.SKIPPED], stop) == ExitCode.UNKNOWN
    assert exit_code([Outcome.SKIPPED], stop) == ExitCode.PASSING


def test_an_address_that_is_none_is_named_once(send: Send, server: ScriptedServer) -> None:
    """In the message, not in front of it as well."""
    run = send("identify", "jane")
    assert (run.code, server.requests) == (2, [])
    assert run.err == 'sendx: not an address, it has no "@": jane\n'


def test_a_cause_is_complained_of_three_times_and_counted(
    send: Send, server: ScriptedServer
) -> None:
    """Every contact still has its result."""
    server.script = lambda _request, _number: json_answer(404, {"message": "Resource not found"})
    emails = [f"p{number}@b.co" for number in range(9)]
    run = send("track", *emails, "--add-tag", "vip", "--concurrency", "1")
    assert (run.code, len(run.out.splitlines())) == (4, 9)
    hints = [line for line in run.err.splitlines() if line.startswith("  hint: ")]
    complaints = [line for line in run.err.splitlines() if not line.startswith("  hint: ")]
    assert complaints == [
        "sendx: p0@b.co: rejected: Resource not found (HTTP 404)",
        "sendx: p1@b.co: rejected: Resource not found (HTTP 404)",
        "sendx: p2@b.co: rejected: Resource not found (HTTP 404)",
        "sendx: and 6 more: Resource not found",
    ]
    assert len(hints) == 3
