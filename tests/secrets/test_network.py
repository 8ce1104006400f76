"""Where the key goes: to the service that it was given for, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.secrets.conftest import KEY
from tests.servers import OK, ScriptedServer, answer, json_answer

TRACK = ("track", "a@b.co", "--add-tag", "x")
PASSWORD = "Proxy0password1"
OTHER_KEY = "Key0of1another2team"


@pytest.fixture
def elsewhere() -> Iterator[ScriptedServer]:
    """A server that must not hear of anything."""
    with ScriptedServer() as running:
        yield running


@pytest.mark.parametrize("status", [301, 302, 307])
@pytest.mark.parametrize(
    "words",
    [TRACK, ("lookup", "a@b.co"), ("login", "--check"), ("doctor",), ("identify", "a@b.co")],
    ids=lambda words: words[0],
)
def test_the_key_follows_no_redirect(
    sendx: Command,
    by_engine: str,
    server: ScriptedServer,
    elsewhere: ScriptedServer,
    words: tuple[str, ...],
    status: int,
) -> None:
    """Nothing at all goes to the other place, nor does anything more to the first."""
    assert by_engine
    redirect = answer(status, b"", {"Location": f"{elsewhere.url}/contact/track"})
    server.script = lambda _request, _number: redirect
    server.pages = lambda _request: redirect
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": server.url, "SENDX_RETRIES": "3"}
    run = sendx(*words, env=env)
    assert run.code == 255, run.err
    assert elsewhere.connections == 0
    paths = [request.path for request in server.requests + server.reads]
    assert len(paths) == len(set(paths)), "something was asked for twice"
    assert "redirect" in run.err + run.out


def test_no_login_of_a_netrc_file_is_sent(
    sendx: Command, by_engine: str, server: ScriptedServer, home: Path, folder: Path
) -> None:
    """Neither of the home directory, nor of the working directory, nor of NETRC."""
    assert by_engine
    for path in (home / ".netrc", folder / ".netrc", home / "named"):
        path.write_text(f"machine 127.0.0.1 login jane password {PASSWORD}\n")
        path.chmod(0o600)
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": server.url, "NETRC": str(home / "named")}
    assert sendx(*TRACK, env=env).code == 0
    (request,) = server.requests
    assert "authorization" not in request.headers
    assert request.headers["x-team-apikey"] == KEY


def test_no_cookie_is_sent_back(sendx: Command, by_engine: str, server: ScriptedServer) -> None:
    """A service could tell callers apart by it."""
    assert by_engine
    server.script = lambda _request, _number: json_answer(
        200, {"status": "200", "message": "OK"}, {"Set-Cookie": "seen=1; Path=/"}
    )
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": server.url}
    assert sendx("track", "a@b.co", "c@b.co", "--add-tag", "x", env=env).code == 0
    assert [request.headers.get("cookie") for request in server.requests] == [None, None]


@pytest.mark.parametrize(
    "words",
    [
        TRACK,
        (*TRACK, "--debug", "-v"),
        ("track", "--from", "people.csv", "--ignore=Plan", "--add-tag=x", "--max-outage=1"),
        ("lookup", "a@b.co"),
        ("login", "--check"),
        ("doctor",),
        ("doctor", "-o", "json"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "proxy",
    [
        f"http://jane:{PASSWORD}@127.0.0.1:1",
        f"http://jane:{PASSWORD}@[::1]:1",
        f"http://{PASSWORD}@127.0.0.1:1/{PASSWORD}?{PASSWORD}#{PASSWORD}",
        f"socks5://jane:{PASSWORD}@127.0.0.1:1",
        f"http://jane:{PASSWORD}@127.0.0.1:port",
        f"http://jane:{PASSWORD}",
        f"jane:{PASSWORD}@127.0.0.1:1",
        f"http://jane:{PASSWORD}@@[",
    ],
)
def test_a_proxys_password_is_never_shown(
    sendx: Command,
    by_engine: str,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    words: tuple[str, ...],
    proxy: str,
) -> None:
    """Whatever is wrong with the proxy."""
    assert by_engine
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("no_proxy", "")
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": "https://127.0.0.2:1/api", "SENDX_RETRIES": "0"}
    run = sendx(*words, env=env)
    assert run.code not in {0, 1}, run.err
    assert "proxy" in run.err + run.out
    assert PASSWORD not in run.err + run.out
    kept = [path for path in folder.parent.rglob("*") if path.is_file()]
    assert not [path for path in kept if PASSWORD.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "url", ["http://example.com/api", "http://192.0.2.1/api", "https://jane:pw@example.com/api"]
)
def test_the_key_never_goes_in_clear_to_another_machine(
    sendx: Command, config: Path, url: str
) -> None:
    """By whatever way the base URL is given."""
    by_flag = sendx(*TRACK, "--base-url", url, env={"SENDX_API_KEY": KEY})
    by_variable = sendx(*TRACK, env={"SENDX_API_KEY": KEY, "SENDX_BASE_URL": url})
    config.write_text(f"[profiles.main]\nbase_url = '{url}'\n", "utf-8")
    config.chmod(0o600)
    by_file = sendx(*TRACK, env={"SENDX_API_KEY": KEY})
    assert (by_flag.code, by_variable.code, by_file.code) == (2, 2, 255)
    assert "jane" not in by_flag.err + by_variable.err + by_file.err


def test_a_stored_key_goes_to_no_other_service(
    sendx: Command, config: Path, server: ScriptedServer, elsewhere: ScriptedServer
) -> None:
    """By a flag, or a variable that somebody else has set."""
    text = f"[profiles.main]\nbase_url = '{server.url}'\napi_key = '{OTHER_KEY}'\n"
    config.write_text(text, "utf-8")
    config.chmod(0o600)
    runs = [
        sendx(*TRACK, "--base-url", elsewhere.url),
        sendx(*TRACK, env={"SENDX_BASE_URL": elsewhere.url}),
        sendx("login", "--check", "--base-url", elsewhere.url),
    ]
    assert [run.code for run in runs] == [255] * 3
    assert (elsewhere.connections, server.connections) == (0, 0)
    assert not any(OTHER_KEY in run.out + run.err for run in runs)
    server.script = lambda _request, _number: OK
    assert sendx(*TRACK).code == 0
