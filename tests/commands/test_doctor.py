import json
import platform
import socket
import ssl
import sys
import time
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import certifi
import pytest

from sendx_cli import __version__
from sendx_cli.api.engine_name import engine_name
from sendx_cli.doctor.service import authorities
from sendx_cli.runtime import Runtime
from tests.conftest import CANARY, Command, Run
from tests.servers import ScriptedServer, json_answer

VERSIONS = f"sendx {__version__}, Python {platform.python_version()}, {engine_name()}"
LOGIN = "run `sendx login`, or set SENDX_API_KEY (in the SendX app: Settings, Team API Key)"


@pytest.fixture
def env(server: ScriptedServer) -> dict[str, str]:
    server.script = lambda request, _number: json_answer(
        200,
        [{"email": "jane@acme.com"}] if "/team/member" in request.path else [],
        {"Date": formatdate(usegmt=True)},
    )
    return {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}


def found_by(run: Run) -> dict[str, tuple[str, str, str | None]]:
    assert CANARY not in run.out + run.err
    checks = json.loads(run.out)
    return {check["check"]: (check["state"], check["found"], check["hint"]) for check in checks}


def test_all_is_well(
    sendx: Command, env: dict[str, str], server: ScriptedServer, home: Path
) -> None:
    """A line each, in order; two harmless requests with the key."""
    run = sendx("doctor", "-o", "table", env=env)
    lines = run.out.splitlines()
    place = server.url.split("/")[2]
    assert (run.code, run.err, len(lines)) == (0, "", 13)
    assert lines[:8] == [
        f"ok       versions     {VERSIONS}",
        f"ok       config file  none yet; it would be {home}/config/sendx/config.toml",
        f"ok       profile      main (default), {server.url} (environment SENDX_BASE_URL)",
        "ok       key          from environment SENDX_API_KEY",
        "ok       proxy        none",
        "ok       authorities  none needed: plain HTTP, to this machine",
        "ok       name lookup  not needed",
        lines[7],
    ]
    assert lines[7].startswith(f"ok       service      {place} accepts the key (HTTP 200, ")
    assert lines[8] == "ok       account      jane@acme.com"
    assert lines[9].startswith("ok       clock        ")
    assert lines[9].endswith(" UTC, in sync with the service")
    assert lines[10:] == [
        "ok       rate         no limit found yet",
        f"ok       state        {home}/state/sendx (not created yet; the first run creates it)",
        "ok       runs         0 under way, none to resume",
    ]
    assert [(r.method, r.path) for r in server.requests] == [
        ("GET", "/api/v1/rest/tag?limit=1"),
        ("GET", "/api/v1/rest/team/member?limit=1"),
    ]


@pytest.mark.parametrize("members", [[], {"no": "list"}, [{"email": 7}, "x"], "<html>"])
def test_whose_account_it_is_may_not_be_shown(
    sendx: Command, env: dict[str, str], server: ScriptedServer, members: object
) -> None:
    """Whatever the service answers there: the key is accepted all the same."""
    server.script = lambda request, _number: json_answer(
        200, members if "/team/member" in request.path else []
    )
    run = sendx("doctor", "-o", "json", env=env)
    found = found_by(run)
    assert (run.code, found["service"][0]) == (0, "ok")
    assert found["account"] == ("skipped", "the service does not show whose account it is", None)


def test_nothing_is_left_behind(sendx: Command, env: dict[str, str], home: Path) -> None:
    """Neither files nor directories are made."""
    assert sendx("doctor", env=env).code == 0
    assert list(home.iterdir()) == []
    (home / "state" / "sendx").mkdir(parents=True)
    assert sendx("doctor", env=env).code == 0
    assert list((home / "state" / "sendx").iterdir()) == []


def test_what_depends_on_a_failed_check_is_not_asked(
    sendx: Command, env: dict[str, str], server: ScriptedServer
) -> None:
    """Without a key there is nothing to ask the service; the exit code is the one of a call."""
    run = sendx("doctor", "-o", "json", env={**env, "SENDX_API_KEY": ""})
    found = found_by(run)
    assert (run.code, run.err, server.requests) == (255, "", [])
    assert found["key"] == (
        "failed",
        "profile main has no API key",
        f"SENDX_API_KEY is set, but empty; {LOGIN}",
    )
    assert found["service"] == ("skipped", "not checked, as the key check failed", None)
    assert "rate" not in found
    assert found["runs"][0] == "ok"


@pytest.mark.parametrize(
    ("status", "code", "found", "hint"),
    [
        (
            401,
            255,
            "no (HTTP 401)",
            "copy the key from the SendX app (Settings, Team API Key) and log in again",
        ),
        (404, 255, "no (HTTP 404)", "check the base URL"),
        (503, 5, "no (HTTP 503)", None),
    ],
)
def test_the_services_answer_decides_the_exit_code(
    sendx: Command,
    env: dict[str, str],
    server: ScriptedServer,
    status: int,
    code: int,
    found: str,
    hint: str | None,
) -> None:
    """As it would for a call; a clock that is wrong is told of all the same."""
    there = formatdate(time.time() + 3600, usegmt=True)
    server.script = lambda _request, _number: json_answer(
        status, {"status": "error", "message": "no"}, {"Date": there}
    )
    run = sendx("doctor", "-o", "json", env=env)
    checks = found_by(run)
    assert run.code == code
    assert checks["service"][:2] == ("failed", f"{server.url}: {found}")
    assert (hint or "") in (checks["service"][2] or "")
    assert "--no-check" not in (checks["service"][2] or "")
    state, text, what = checks["clock"]
    assert state == "warning"
    assert text.endswith("min behind the service's: certificates and waits depend on it")
    assert what == "set the clock: timedatectl set-ntp true"


def test_a_config_file_that_others_can_read_is_told_of_once(
    sendx: Command, env: dict[str, str], home: Path
) -> None:
    """With the command that mends it; calls succeed."""
    path = home / "config" / "sendx" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("[profiles.main]\nrate = 50\n")
    path.chmod(0o644)
    run = sendx("doctor", "-o", "json", env=env)
    found = found_by(run)
    assert (run.code, run.err) == (0, "")
    expected = ("warning", f"others can read {path} (mode 0644)", f"chmod 600 {path}")
    assert found["config file"] == expected
    assert found["rate"] == ("ok", "no limit found yet; capped at 50/s", None)
    path.chmod(0o600)
    expected = ("ok", f"{path} (mode 0600)", "")
    assert found_by(sendx("doctor", "-o", "json", env=env))["config file"][:2] == expected[:2]


def test_a_broken_config_file_does_not_end_it(
    sendx: Command, env: dict[str, str], home: Path
) -> None:
    """What does not depend on it is looked at."""
    path = home / "config" / "sendx" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'[profiles.main]\napi_key = "{CANARY}\n')
    path.chmod(0o600)
    run = sendx("doctor", "-o", "json", env=env)
    found = found_by(run)
    assert (run.code, run.err) == (255, "")
    assert found["config file"][0] == "failed"
    assert found["config file"][1].startswith(f"{path}:2:")
    assert found["profile"] == ("skipped", "not checked: the config file cannot be read", None)
    assert list(found) == ["versions", "config file", "profile", "state", "runs"]


@pytest.mark.parametrize(
    ("words", "extra", "told"),
    [
        (("--profile", "x"), {}, "x: no such profile"),
        ((), {"SENDX_RATE": "x"}, "SENDX_RATE: must be a number from 0.001 to 100000, not 'x'"),
    ],
)
def test_a_setting_that_cannot_be_is_a_failed_check(
    sendx: Command, env: dict[str, str], words: tuple[str, ...], extra: dict[str, str], told: str
) -> None:
    """As usage: exit 2."""
    run = sendx("doctor", "-o", "json", *words, env={**env, **extra})
    assert run.code == 2
    assert found_by(run)["profile"][:2] == ("failed", told)


@pytest.mark.parametrize(
    ("platform", "is_read"),
    [("win32", {"threads", "curl"}), ("darwin", {"curl"}), ("linux", set[str]())],
)
def test_the_systems_store_is_named_where_it_is_read(
    monkeypatch: pytest.MonkeyPatch, by_engine: str, platform: str, is_read: set[str]
) -> None:
    """Windows' in any case; that of macOS by libcurl alone."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(
        ssl, "get_default_verify_paths", lambda: SimpleNamespace(cafile=None, capath=None)
    )
    settings = Runtime(environ={"SENDX_API_KEY": CANARY}).settings({})
    check = authorities(settings, {})
    store = ", and the system's certificate store" if by_engine in is_read else ""
    assert (check.state, check.found) == ("ok", f"{certifi.where()}{store}")


def test_the_way_is_checked_before_it_is_taken(
    sendx: Command, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proxy, authorities and name: each with its own line, and nothing is sent."""
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:SECRET@proxy.invalid:3128")

    def look_up(*_arguments: object, **_named: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "x")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    https = {**env, "SENDX_BASE_URL": "https://api.example/rest", "SENDX_CA_BUNDLE": "/nope.pem"}
    run = sendx("doctor", "-o", "json", env={**https, "HTTPS_PROXY": "x"})
    found = found_by(run)
    assert run.code == 255
    assert found["proxy"] == ("ok", "http://proxy.invalid:3128 (from HTTPS_PROXY)", None)
    assert found["authorities"][:2] == (
        "failed",
        "/nope.pem: cannot read the certificate authorities: no such file or directory",
    )
    assert found["name lookup"] == (
        "failed",
        "proxy.invalid cannot be resolved",
        "check the network, the base URL and DNS: getent hosts proxy.invalid",
    )
    assert found["service"][1] == "not checked, as the authorities check failed"
    monkeypatch.setenv("HTTPS_PROXY", "socks5://ann:SECRET@proxy.invalid:3128")
    found = found_by(sendx("doctor", "-o", "json", env=https))
    assert found["proxy"][:2] == (
        "failed",
        "the proxy socks5://proxy.invalid:3128 cannot be used: it is neither http:// nor https://",
    )


def test_a_state_directory_that_cannot_be_written_to_fails(
    sendx: Command, env: dict[str, str], home: Path
) -> None:
    """A file in its place: no run could begin."""
    (home / "state").mkdir()
    (home / "state" / "sendx").write_text("")
    run = sendx("doctor", "-o", "json", env=env)
    assert run.code == 255
    state, told, hint = found_by(run)["state"]
    path = f"{home}/state/sendx"
    assert (state, told) == ("failed", f"{path}: no journal can be kept there: not a directory")
    assert hint == f"chmod u+rwx {path}, or set XDG_STATE_HOME to another directory"


def test_runs_that_wait_are_named(
    sendx: Command, env: dict[str, str], server: ScriptedServer, tmp_path: Path
) -> None:
    """With the command that continues; then those whose outcome is unknown."""
    path = tmp_path / "p.csv"
    path.write_text("email\na@b.co\nb@b.co\n")
    server.script = lambda _request, number: (
        json_answer(401, {"message": "no"}) if number else json_answer(200, {"status": "200"})
    )
    words = ("track", "--from", str(path), "--add-tag", "x", "--concurrency", "1")
    assert sendx(*words, env=env).code == 255
    run_id = json.loads(sendx("runs", "list").out)["run"]
    server.script = lambda _request, _number: json_answer(200, [])
    found = found_by(sendx("doctor", "-o", "json", env=env))["runs"]
    assert found == (
        "warning",
        f"1 to resume: {run_id} ({path})",
        f"sendx runs resume {run_id}",
    )


def test_lines_come_as_checks_are_made(sendx: Command, env: dict[str, str]) -> None:
    """As jsonl and csv, with the same members."""
    lines = sendx("doctor", "-o", "jsonl", env=env).out.splitlines()
    assert [list(json.loads(line)) for line in lines] == [["check", "state", "found", "hint"]] * 13
    lines = sendx("doctor", "-o", "csv", env=env).out.splitlines()
    assert (len(lines), lines[0]) == (14, "check,state,found,hint")
