import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sendx_cli.cli import app
from sendx_cli.runtime import Runtime
from sendx_cli.settings.files import read_config
from sendx_cli.settings.key import parse_key
from tests.conftest import CANARY, Command, Run
from tests.servers import Reset, ScriptedServer, answer, json_answer
from tests.tools import open_terminal

TAGS = json_answer(200, [{"id": "tag_1", "name": "vip"}])
Login = Callable[..., Run]


@pytest.fixture
def config(home: Path) -> Path:
    return home / "config" / "sendx" / "config.toml"


@pytest.fixture
def login() -> Login:
    """Runs `sendx login` with a key on standard input."""

    def run(*words: str, key: str = CANARY + "\n", env: dict[str, str] | None = None) -> Run:
        runtime = Runtime(environ={**os.environ, **(env or {})}, stdin=io.StringIO(key))
        result = CliRunner().invoke(app, ["login", *words], obj=runtime, prog_name="sendx")
        return Run(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def taking(server: ScriptedServer) -> ScriptedServer:
    """A service that takes any key."""
    server.script = lambda _request, _number: TAGS
    return server


def test_asks_the_service_and_stores_the_key(
    login: Login, taking: ScriptedServer, config: Path
) -> None:
    """One harmless request with the key; then it is in the profile, with its base URL."""
    run = login("--base-url", taking.url)
    assert run == Run(
        0, "", f"sendx: the service accepts the key; it is stored in profile main ({config})\n"
    )
    assert [(r.method, r.path, r.headers["x-team-apikey"]) for r in taking.requests] == [
        ("GET", "/api/v1/rest/tag?limit=1", CANARY)
    ]
    assert read_config(config).profiles == {
        "main": {"base_url": taking.url, "api_key": parse_key(CANARY)}
    }
    assert config.stat().st_mode & 0o777 == 0o600


def test_sends_the_prefix_in_force(login: Login, taking: ScriptedServer) -> None:
    """A key that needs one is checked with it."""
    login("--base-url", taking.url, env={"SENDX_API_KEY_PREFIX": "Token"})
    assert [r.headers["x-team-apikey"] for r in taking.requests] == [f"Token {CANARY}"]


@pytest.mark.parametrize(
    ("answering", "code", "message", "hint"),
    [
        (
            json_answer(401, {"status": 401, "message": f"{CANARY} is not valid"}),
            255,
            "******** is not valid (HTTP 401)",
            "copy the key from the SendX app (Settings, Team API Key) and log in again",
        ),
        (
            answer(302, b"", {"Location": "https://evil.example"}),
            255,
            "redirected to another URL (HTTP 302)",
            "check the base URL: the key never follows a redirect",
        ),
        (
            answer(200, b"<html>", {"Content-Type": "text/html"}),
            255,
            "received a web page instead of an answer of the contact API (HTTP 200)",
            "this looks like a login page or a proxy: check the base URL and the network",
        ),
        (
            json_answer(503, {"status": "error", "message": "down"}),
            5,
            "down (HTTP 503)",
            "run it again later, or store the key unchecked with --no-check",
        ),
        (
            Reset(),
            5,
            "the connection broke before the answer",
            "run it again later, or store the key unchecked with --no-check",
        ),
    ],
    ids=["refused", "redirect", "web page", "unavailable", "broken off"],
)
def test_a_key_that_was_not_taken_is_not_stored(
    answering: bytes | Reset,
    code: int,
    message: str,
    hint: str,
    login: Login,
    server: ScriptedServer,
    config: Path,
) -> None:
    """What the service said is told, with what to do."""
    server.script = lambda _request, _number: answering
    assert login("--base-url", server.url) == Run(
        code, "", f"sendx: {server.url}: {message}\n  hint: {hint}\n"
    )
    assert not config.exists()


def test_stores_unchecked_on_demand(login: Login, config: Path) -> None:
    """No request is made."""
    run = login("--no-check", "--profile", "staging")
    assert run.err == (
        f"sendx: the key was not checked; it is stored in profile staging ({config})\n"
        "sendx: profile staging is now the default\n"
    )
    stored = read_config(config)
    assert (stored.default_profile, stored.profiles) == (
        "staging",
        {"staging": {"api_key": parse_key(CANARY)}},
    )


def test_only_the_first_profile_becomes_the_default(login: Login, config: Path) -> None:
    """A second one is not told to be."""
    login("--no-check", "--profile", "staging")
    run = login("--no-check", "--profile", "other")
    assert run.err == f"sendx: the key was not checked; it is stored in profile other ({config})\n"
    assert read_config(config).default_profile == "staging"


def test_the_key_in_force_is_checked_and_left_as_it_is(
    login: Login, taking: ScriptedServer, config: Path
) -> None:
    """`--check` asks for no key, and stores none."""
    login("--no-check", "--base-url", taking.url)
    before = config.read_bytes()
    assert login("--check", key="") == Run(
        0, "", "sendx: the service accepts the key (profile main)\n"
    )
    assert config.read_bytes() == before
    taking.script = lambda _request, _number: json_answer(401, {"message": "no"})
    run = login("--check", key="", env={"SENDX_API_KEY": "other-key-1"})
    assert (run.code, run.out) == (255, "")
    taking.script = lambda _request, _number: json_answer(503, {"message": "down"})
    run = login("--check", key="", env={"SENDX_API_KEY": "other-key-1"})
    assert (run.code, "--no-check" in run.err) == (5, False)
    assert [request.headers["x-team-apikey"] for request in taking.requests] == [
        CANARY,
        "other-key-1",
        "other-key-1",
    ]


def test_a_check_needs_a_key(login: Login, taking: ScriptedServer) -> None:
    """Nothing is asked; both ways at once cannot be meant."""
    assert login("--check", "--base-url", taking.url).code == 255
    assert (
        login("--check", "--no-check").err
        == "sendx: --check and --no-check cannot be used together\n"
    )
    assert taking.requests == []


def test_a_second_login_replaces_the_key(login: Login, config: Path) -> None:
    """The rest of the profile stays."""
    login("--no-check", "--base-url", "https://a.example")
    login("--no-check", key="another-key-2")
    assert read_config(config).profiles == {
        "main": {"base_url": "https://a.example", "api_key": parse_key("another-key-2")}
    }


@pytest.mark.parametrize("words", [(CANARY,), ("--no-check", CANARY), ("--", CANARY, "b")])
def test_a_key_as_an_argument_is_refused_and_not_shown(
    words: tuple[str, ...], login: Login, config: Path
) -> None:
    """Others on the machine can see arguments; the message need not repeat them."""
    assert login(*words) == Run(
        2,
        "",
        "sendx: the API key is never accepted as an argument, which others on this machine can "
        "see\n"
        "  hint: run `sendx login` without it; if it was a real key, replace it in SendX\n",
    )
    assert not config.exists()


@pytest.mark.parametrize(
    "key", ["", "\n", f"{CANARY} x", f"{CANARY}\n{CANARY}\n", f"ключ{CANARY}", CANARY * 40]
)
def test_what_cannot_be_a_key_is_refused_and_not_shown(
    key: str, login: Login, taking: ScriptedServer, config: Path
) -> None:
    """Nothing is asked of the service, nothing is stored."""
    run = login("--base-url", taking.url, "-vv", "--debug", key=key)
    assert (run.code, run.out, CANARY in run.err) == (255, "", False)
    assert not config.exists()
    assert taking.requests == []


def test_a_profile_with_a_key_command_keeps_it(login: Login, config: Path) -> None:
    """It is taken out first, by its owner."""
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.main]\napi_key_command = "get-key"\n', encoding="utf-8")
    config.chmod(0o600)
    assert login("--no-check") == Run(
        2,
        "",
        "sendx: profile main gets its key from its api_key_command\n"
        "  hint: to remove it: sendx config unset api_key_command\n",
    )


def test_a_key_in_the_environment_is_told_of(login: Login) -> None:
    """It goes before the one just stored."""
    run = login("--no-check", env={"SENDX_API_KEY": "other-key-1"})
    assert run.err.splitlines()[1:] == [
        "sendx: warning: SENDX_API_KEY is set and takes precedence over the stored key"
    ]


def test_reads_a_pipe_as_a_process(process: Command, program: str, config: Path) -> None:
    """As after a secret manager."""
    run = process(program, "login", "--no-check", stdin=CANARY + "\n")
    assert (run.code, run.out) == (0, "")
    assert read_config(config).profiles == {"main": {"api_key": parse_key(CANARY)}}


def test_no_key_on_standard_input_is_told_of(process: Command, program: str) -> None:
    """As in a build whose secret is missing."""
    assert process(program, "login") == Run(
        255,
        "",
        "sendx: the API key is empty\n"
        "  hint: copy the key again from the SendX app: Settings, Team API Key\n",
    )


def test_what_is_no_text_is_no_key(process: Command, program: str) -> None:
    """Bytes that are no text end in a message."""
    run = process("sh", "-c", f"printf '\\377\\376{CANARY}' | {program} login --no-check")
    assert (run.code, run.out, CANARY in run.err, "Traceback" in run.err) == (255, "", False, False)


def _on_terminal(words: list[str], typed: bytes, environ: dict[str, str]) -> tuple[int, str]:
    """Run a program on a terminal, type once it has asked, and return what the terminal shows."""
    master, slave = open_terminal()
    running = subprocess.Popen(
        words, stdin=slave, stdout=slave, stderr=slave, env=environ, start_new_session=True
    )
    os.close(slave)
    shown = b""
    try:
        while part := os.read(master, 1024):
            shown += part
            if typed and b"hidden" in shown:
                os.write(master, typed)
                typed = b""
    except OSError:
        pass  # the terminal's other side is closed
    finally:
        os.close(master)
    return running.wait(60), shown.decode()


def test_asks_on_a_terminal_without_echo(program: str, config: Path) -> None:
    """What is typed is stored and not shown."""
    words = [program, "login", "--no-check"]
    code, shown = _on_terminal(words, f"{CANARY}\n".encode(), dict(os.environ))
    assert (code, shown.splitlines()) == (
        0,
        [
            "API key for profile main (input is hidden): ",
            f"sendx: the key was not checked; it is stored in profile main ({config})",
        ],
    )
    assert read_config(config).profiles == {"main": {"api_key": parse_key(CANARY)}}


def test_asks_nobody_where_it_must_not(program: str) -> None:
    """With --no-input a terminal is not asked."""
    code, shown = _on_terminal([program, "login", "--no-input"], b"", dict(os.environ))
    assert (code, shown.splitlines()[0]) == (
        2,
        "sendx: cannot ask for the key (--no-input)",
    )


def test_a_service_that_never_answers_is_not_waited_for_longer_than_said(
    login: Login, server: ScriptedServer, config: Path
) -> None:
    """The time-out holds for the whole question, however slowly bytes may come."""
    server.script = lambda _request, _number: None
    run = login(env={"SENDX_BASE_URL": server.url, "SENDX_TIMEOUT": "0.3"})
    assert (run.code, run.out) == (5, "")
    assert "no answer within 0.3 s" in run.err
    assert not config.exists()
