"""A key command as a process of its own: what it gets, and what is seen of it."""

from pathlib import Path

import pytest

from tests.conftest import CANARY, Command
from tests.servers import ScriptedServer
from tests.tools import need

TRACK = ("track", "a@b.co", "--add-tag", "x")


@pytest.fixture
def config(home: Path) -> Path:
    """The config file's directory."""
    directory = home / "config" / "sendx"
    directory.mkdir(parents=True)
    return directory


def write(config: Path, server: ScriptedServer, command: str) -> None:
    text = f"[profiles.main]\nbase_url = '{server.url}'\napi_key_command = \"{command}\"\n"
    (config / "config.toml").write_text(text, encoding="utf-8")
    (config / "config.toml").chmod(0o600)


def write_program(path: Path, key: str) -> None:
    path.write_text(f"#!/bin/sh\necho {key}\n", encoding="utf-8")
    path.chmod(0o700)


def test_it_does_not_read_what_is_meant_for_the_run(
    process: Command, program: str, config: Path, server: ScriptedServer
) -> None:
    """Standard input may hold contacts: it is not the command's."""
    need("cat")
    write(config, server, "cat")
    run = process(program, *TRACK, stdin="Key0from1standard2input\n")
    assert (run.code, run.out, server.requests) == (255, "", [])
    assert "it printed no key: the API key is empty" in run.err


def test_what_it_says_on_standard_error_is_not_shown(
    process: Command, program: str, config: Path, server: ScriptedServer
) -> None:
    """Some print the key there."""
    write(config, server, f"sh -c 'echo {CANARY} >&2; exit 3'")
    run = process(program, *TRACK)
    assert (run.code, run.out) == (255, "")
    assert run.err == (
        "sendx: api_key_command: it ended with code 3\n"
        "  hint: run the command by itself to see its output\n"
    )


def test_it_is_looked_for_beside_the_config_file(
    process: Command, program: str, config: Path, server: ScriptedServer, tmp_path: Path
) -> None:
    """Never in the directory that sendx is called in, where anybody may have put one."""
    write(config, server, "./get-key")
    write_program(config / "get-key", "Key0beside1the2config")
    write_program(tmp_path / "cwd" / "get-key", "Key0of1somebody2else")
    run = process(program, *TRACK)
    assert (run.code, run.err) == (0, "")
    assert [request.headers["x-team-apikey"] for request in server.requests] == [
        "Key0beside1the2config"
    ]
