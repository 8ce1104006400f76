"""Commands, given hostile text from every side: files, arguments, answers, the account."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import CANARY, Command, Run
from tests.hostile.payloads import PAYLOADS, TEXTS, formulas_in, harm_in
from tests.servers import OK, Answering, Request, ScriptedServer, json_answer

FORMATS = pytest.mark.parametrize(
    "form",
    [("-o", "table"), ("-o", "table", "--plain"), ("-o", "json"), ("-o", "jsonl"), ("-o", "csv")],
    ids=" ".join,
)
PRINTABLE = [text for text in TEXTS.values() if text.isprintable()]
GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    directory = tmp_path / "work"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def env(server: ScriptedServer, folder: Path) -> dict[str, str]:
    """The environment in which the scripted server is the service."""
    page = str(folder / "summary.md")
    settings = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url, "SENDX_RETRIES": "0"}
    return {**settings, "GITHUB_STEP_SUMMARY": page}


def check(run: Run, form: tuple[str, ...] = (), *, commands: int = 0) -> Run:
    """Hold that nothing of it could do anything; in CSV, that no cell is a formula."""
    assert run.code != 1, run.err
    assert harm_in(run.out) == []
    assert harm_in(run.err, commands=commands) == []
    if form == ("-o", "csv"):
        assert formulas_in(list(csv.reader(io.StringIO(run.out)))) == []
    return run


def values_in(run: Run, form: tuple[str, ...]) -> list[Any]:
    """Return the values of JSON or JSON Lines, nothing of other formats."""
    if form == ("-o", "json"):
        value = json.loads(run.out)
        return value if isinstance(value, list) else [value]
    if form == ("-o", "jsonl"):
        return [json.loads(line) for line in run.out.splitlines()]
    return []


def writable(text: str) -> str:
    """Return what of a text a file in UTF-8 can hold and still be read: no NUL either."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def as_file(path: Path) -> None:
    """Write each text as a name, a tag and a field, and as an address that is none."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["email", "first_name", "tags", "Plan"])
        for number, text in enumerate(map(writable, TEXTS.values())):
            writer.writerow([f"p{number}@b.co", text[:200], text[:200], text])
            writer.writerow([text[:200], "x", "x", "x"])


@FORMATS
def test_cells_of_a_file(
    sendx: Command, server: ScriptedServer, env: dict[str, str], folder: Path, form: tuple[str, ...]
) -> None:
    """In the plan, in the bad rows and their annotations, in results, and in all that is left."""
    as_file(folder / "p.csv")
    server.script = repeating
    words = ("identify", "--from", "p.csv", "--custom-fields", "--skip-invalid", "--yes")
    check(sendx(*words, "--dry-run", *form, env=env), form)
    run = sendx(*words, "--report", "r.csv", "--show", "all", *form, env={**env, **GITHUB})
    # Commands of ours: annotations of the first ten rows that are bad or were rejected.
    check(run, form, commands=10)
    assert run.code in {4, 6}
    assert run.err.count("\n::error ") == 10
    looks: list[tuple[str, ...]] = [
        ("runs", "list"),
        ("runs", "show"),
        *(("runs", "show", "--state", state) for state in ("bad", "rejected", "accepted")),
    ]
    for look in looks:
        check(sendx(*look, *form, env=env), form)
    assert formulas_in(list(csv.reader(io.StringIO((folder / "r.csv").read_text())))) == []
    assert harm_in((folder / "r.csv").read_text("utf-8")) == []
    assert harm_in((folder / "summary.md").read_text("utf-8")) == []


def repeating(request: Request, _number: int) -> Answering:
    """Reject every other contact, and repeat its first name as the reason."""
    body = request.json
    assert isinstance(body, dict)
    number = int(body["email"][1:].partition("@")[0])
    text = list(TEXTS.values())[number]
    status = 422 if number % 2 else 200
    members = {"status": status, "message": text, text: {"deep": [text]}}
    return json_answer(status, members)


def test_failed_rows_can_be_sent_again_as_they_were(
    sendx: Command, server: ScriptedServer, env: dict[str, str], folder: Path
) -> None:
    """Their own cells are exact, even formulas: what stands beside them is ours, and harmless."""
    as_file(folder / "p.csv")
    told = {"message": "=1+1\n::error::\x1b[2J"}
    server.script = lambda _request, _number: json_answer(422, told)
    words = ("--custom-fields", "--skip-invalid", "--yes")
    assert sendx("identify", "--from", "p.csv", *words, env=env).code == 4
    first = sorted(request.body for request in server.requests)
    with (folder / "p.failed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["_sendx_error"] for row in rows if row["_sendx_code"] == "rejected"} == {
        "'=1+1 ::error:: [2J"
    }
    for row in rows:
        assert formulas_in([[row["_sendx_line"], row["_sendx_code"], row["_sendx_error"]]]) == []
    sent = {writable(text) for text in TEXTS.values()}
    assert {row["Plan"] for row in rows} - {"x"} == {text for text in sent if text}
    server.requests.clear()
    assert sendx("identify", "--from", "p.failed.csv", *words, env=env).code == 4
    assert sorted(request.body for request in server.requests) == first
    assert len(first) > 20


@FORMATS
@PAYLOADS
def test_what_the_service_answers(
    sendx: Command, server: ScriptedServer, env: dict[str, str], text: str, form: tuple[str, ...]
) -> None:
    """Its message and its body; JSON has them exact."""
    body = {"status": 422, "message": text, text: [text]}
    server.script = lambda _request, _number: json_answer(422, body)
    run = check(sendx("track", "a@b.co", "--add-tag", "x", *form, env=env), form)
    assert run.code == 4
    for value in values_in(run, form):
        assert value["response"] == body


@PAYLOADS
def test_what_comes_as_plain_text_or_in_headers(
    sendx: Command, server: ScriptedServer, env: dict[str, str], text: str
) -> None:
    """Not as JSON at all."""
    raw = text.encode("utf-8", "surrogatepass")
    one_line = raw.replace(b"\r", b" ").replace(b"\n", b" ")[:500]
    server.script = lambda _request, _number: (
        b"HTTP/1.1 400 " + one_line + b"\r\nRetry-After: " + one_line + b"\r\nLocation: " + one_line
        + b"\r\nContent-Type: " + one_line
        + f"\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw
    )  # fmt: skip
    for words in (("identify", "a@b.co", "--tag=x"), ("login", "--check"), ("doctor",)):
        check(sendx(*words, env=env))


@pytest.fixture
def hostile_account(server: ScriptedServer) -> ScriptedServer:
    """An account in which everything is named in a hostile way."""
    texts = list(TEXTS.values())
    tags = [{"id": f"tag_{n}", "name": text} for n, text in enumerate(texts)]
    fields = [{"id": f"custom_field_{n}", "name": text, "type": 0} for n, text in enumerate(texts)]
    lists = [{"id": f"list_{n}", "name": text, "type": 1} for n, text in enumerate(texts)]
    members = [{"id": f"m{n}", "email": text, "fullName": text} for n, text in enumerate(texts)]
    contacts = [
        {
            "id": f"contact_{n}",
            "email": f"p{n}@b.co",
            "firstName": text,
            "lastName": text,
            "company": text,
            "tags": [f"tag_{n}", text],
            "lists": [f"list_{n}", text],
            "customFields": {f"field_{n}": text, text: text},
            "trackData": text,
        }
        for n, text in enumerate(texts)
    ]
    named: dict[str, list[Any]] = {
        "/tag": tags, "/customfield": fields, "/list": lists, "/team/member": members,
        "/contact": contacts,
    }  # fmt: skip

    def pages(request: Request) -> bytes:
        url = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        found = named[url.path.removeprefix("/api/v1/rest")]
        if "search" in query:
            found = [one for one in found if query["search"] in str(one.get("email"))]
        start = int(query["offset"])
        return json_answer(200, found[start : start + int(query["limit"])])

    server.pages = pages
    return server


@FORMATS
def test_what_the_account_holds(
    sendx: Command,
    hostile_account: ScriptedServer,
    env: dict[str, str],
    folder: Path,
    form: tuple[str, ...],
) -> None:
    """Names, addresses of members and contacts: looked up, compared with, and taken back."""
    emails = [f"p{number}@b.co" for number in range(len(TEXTS))]
    lines = "".join(f"{email},x\n" for email in emails)
    (folder / "p.csv").write_text(f"email,first_name\n{lines}", "utf-8")
    found = check(sendx("lookup", *emails, *form, env=env), form)
    assert found.code == 0, found.err
    for value, text in zip(values_in(found, form), TEXTS.values(), strict=False):
        assert value["contact"]["first_name"] == text
    check(sendx("lookup", emails[0], *form, env=env), form)
    check(sendx("lookup", "--from", "p.csv", *form, env=env), form)
    names = [word for text in PRINTABLE for word in ("--tag", f"{text[:50]}.")]
    words = ("identify", "--from", "p.csv", "--snapshot", "--yes", *names)
    check(sendx(*words, "--dry-run", *form, env=env), form)
    sent = check(sendx(*words, *form, env=env), form)
    assert (sent.code, len(hostile_account.requests)) == (0, len(emails)), sent.err
    for rest in (("undo", "--dry-run"), ("verify",), ("undo", "--yes"), ("show",)):
        check(sendx("runs", *rest, *form, env=env), form)


@PAYLOADS
def test_arguments(sendx: Command, env: dict[str, str], text: str) -> None:
    """Whatever is typed where something else is meant: refused, or shown as it will be sent."""
    text = writable(text[:300])  # no argument can hold more
    for words in (
        ("identify", "--", text),
        ("identify", "a@b.co", "--tag", text, "--field", f"{text}={text}", "--dry-run"),
        ("identify", "a@b.co", "--first-name", text, "--dry-run", "-o", "table"),
        ("identify", "a@b.co", "--birthday", text),
        ("identify", "a@b.co", "--new-email", text),
        ("identify", "a@b.co", "--list", text, "--dry-run"),
        ("identify", "a@b.co", "--field", text, "--dry-run"),
        ("identify", "a@b.co", "--rate", text),
        ("identify", "a@b.co", "-o", text),
        ("identify", "a@b.co", "--profile", text),
        ("identify", "a@b.co", "--base-url", text),
        ("identify", "a@b.co", f"--{text}"),
        ("track", "a@b.co", "--add-tag", f"x,{text}", "--dry-run"),
        ("identify", "--from", text),
        ("identify", "--from", "-", "--map", text),
        ("identify", "--from", "-", "--encoding", text),
        ("identify", "--from", "-", "--map-file", text),
        ("lookup", "--", text),
        ("runs", "show", "--", text),
        ("runs", "show", "--state", text),
        ("runs", "forget", "--", text),
        ("config", "get", "--", text),
        ("config", "set", "--", text, text),
        ("config", "set", "rate", "--", text),
        ("completion", "--", text),
        ("help", "--", text),
        ("sandbox", "contacts", "--", text),
        ("sandbox", "serve", "--fail", text),
        ("sandbox", "serve", "--account", text),
        ("--", text),
    ):
        check(sendx(*words, env={**env, **GITHUB}, stdin="email\na@b.co\n"))


@PAYLOADS
def test_the_environment(sendx: Command, env: dict[str, str], text: str) -> None:
    """A variable that is no setting, and a config file that is none."""
    text = text[:200]
    for name in ("SENDX_RATE", "SENDX_PROFILE", "SENDX_BASE_URL", "SENDX_OUTPUT", "SENDX_TIMEOUT",
                 "SENDX_CA_BUNDLE", "SENDX_API_KEY", "SENDX_API_KEY_PREFIX", "COLUMNS", "TERM",
                 "GITHUB_WORKSPACE", "LC_ALL"):  # fmt: skip
        for words in (("config", "list", "-o", "table"), ("track", "a@b.co", "--add-tag=x")):
            check(sendx(*words, env={**env, name: text}))


@PAYLOADS
def test_the_config_file(sendx: Command, env: dict[str, str], home: Path, text: str) -> None:
    """Its profiles, settings and values."""
    path = home / "config" / "sendx" / "config.toml"
    path.parent.mkdir(parents=True)
    quoted = json.dumps(writable(text[:200])).replace("\x7f", "\\u007f")
    for content in (
        f"[profiles.{quoted}]\nrate = 5\n",
        f"default_profile = {quoted}\n",
        f"[profiles.main]\n{quoted} = 5\n",
        f"[profiles.main]\nbase_url = {quoted}\n",
        f"[profiles.main]\napi_key_command = {quoted}\n",
        f"[profiles.main]\napi_key_prefix = {quoted}\n",
        f"{quoted} = 1\n",
        text,
    ):
        path.write_text(writable(content), "utf-8")
        path.chmod(0o600)
        for words in (("config", "list", "-o", "table"), ("config", "get", "api_key_command"),
                      ("track", "a@b.co", "--add-tag=x"), ("doctor",)):  # fmt: skip
            check(sendx(*words, env={**env, "SENDX_API_KEY": ""}))


def file_name(text: str) -> str:
    """Return a text as a name that a file can have: of bytes that may be no UTF-8."""
    passing = text.replace("/", "|").replace("\0", "")
    return os.fsdecode(passing.encode("utf-8", "surrogatepass")[:150])


@pytest.mark.parametrize("name", list(map(file_name, TEXTS.values())), ids=TEXTS)
def test_a_files_name(
    sendx: Command, server: ScriptedServer, env: dict[str, str], folder: Path, name: str
) -> None:
    """In every message, annotation, page and list of runs that names it."""
    try:
        Path(f"{name}.csv").write_text("email,first_name\na@b.co,x\nb@b.co,x\n,y\nno,z\n", "utf-8")
    except OSError:
        pytest.skip("no file can have this name here")
    rejected = json_answer(422, {"message": "x"})
    server.script = lambda _request, number: OK if number == 1 else rejected
    words = ("identify", f"--from=./{name}.csv")
    check(sendx(*words, env={**env, **GITHUB}), commands=4)
    run = check(sendx(*words, "--skip-invalid", env=env))
    assert run.code == 4, run.err
    assert f"./{name}.csv" in {json.loads(line)["source"] for line in run.out.splitlines()}
    for rest in (("list", "-o", "table"), ("list", "-o", "csv"), ("list", "-o", "json"),
                 ("show",), ("show", "-o", "table"), ("show", "--html", "page.html"),
                 ("resume",)):  # fmt: skip
        check(sendx("runs", *rest, env=env), rest[1:] if "csv" in rest else ())
    check(sendx("doctor", env=env))
    check(sendx(*words, "--skip-invalid", "--report", f"./{name}.report.csv", "--yes", env=env))
    page = (folder / "page.html").read_text("utf-8")
    assert harm_in(page) == []
    assert harm_in((folder / "summary.md").read_text("utf-8")) == []
    assert [path for path in folder.iterdir() if ".failed" in path.name]


@PAYLOADS
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_columns_name(
    sendx: Command, env: dict[str, str], folder: Path, text: str, kind: str
) -> None:
    """One that is not known, one that is made a custom field, one that stands there twice."""
    name = writable(text[:200])
    table = io.StringIO()
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows([["email", name], ["a@b.co", "x"]])
    rows = {"csv": table.getvalue(), "jsonl": json.dumps({"email": "a@b.co", text[:200]: "x"})}
    (folder / f"p.{kind}").write_text(rows[kind], "utf-8")
    for words in (
        (),
        ("--custom-fields", "--dry-run"),
        ("--custom-fields", "--yes", "--save-map", "map.toml"),
        ("--ignore", name),
        ("--map", f"{name}=first_name", "--dry-run", "-o", "table"),
        ("--map-file", "map.toml", "--dry-run"),
    ):
        check(sendx("identify", "--from", f"p.{kind}", *words, env={**env, **GITHUB}), commands=1)
