from pathlib import Path

import pytest

from sendx_cli.settings.files import read_config, update_config
from sendx_cli.settings.key import parse_key
from tests.conftest import CANARY, Command, Run


@pytest.fixture
def config(home: Path) -> Path:
    path = home / "config" / "sendx" / "config.toml"
    update_config(
        path,
        lambda config: (
            config.with_value("main", "api_key", parse_key(CANARY))
            .with_value("main", "rate", 50.0)
            .with_value("staging", "api_key", parse_key(CANARY))
            .with_value("vault", "api_key_command", f"echo {CANARY}")
        ),
    )
    return path


def test_takes_the_key_out_and_leaves_the_rest(sendx: Command, config: Path) -> None:
    """Other settings and other profiles stay."""
    assert sendx("logout") == Run(
        0, "", f"sendx: the key was removed from profile main ({config})\n"
    )
    assert read_config(config).profiles == {
        "main": {"rate": 50.0},
        "staging": {"api_key": parse_key(CANARY)},
        "vault": {"api_key_command": f"echo {CANARY}"},
    }


def test_takes_the_key_out_of_the_profile_named(sendx: Command, config: Path) -> None:
    """By flag or environment."""
    sendx("logout", "--profile", "staging")
    sendx("logout", env={"SENDX_PROFILE": "main"})
    assert CANARY not in config.read_text(encoding="utf-8").replace(f"echo {CANARY}", "")


def test_a_second_time_is_no_trouble(sendx: Command, config: Path) -> None:
    """A script may log out whatever was before."""
    sendx("logout")
    before = config.read_bytes()
    assert sendx("logout") == Run(0, "", "sendx: no key is stored in profile main\n")
    assert config.read_bytes() == before


def test_without_a_config_file_none_is_made(sendx: Command, home: Path) -> None:
    """There is nothing to take out."""
    assert sendx("logout") == Run(0, "", "sendx: no key is stored in profile main\n")
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("config")
def test_a_key_command_is_not_taken_out(sendx: Command) -> None:
    """It was written by hand; the way to take it out is told, not what it is."""
    assert sendx("logout", "--profile", "vault") == Run(
        2,
        "",
        "sendx: profile vault gets its key from its api_key_command\n"
        "  hint: to remove it: sendx config unset api_key_command\n",
    )


@pytest.mark.usefixtures("config")
def test_a_key_in_the_environment_is_told_of(sendx: Command) -> None:
    """It continues being used."""
    run = sendx("logout", env={"SENDX_API_KEY": "other-key-1"})
    assert run.err.splitlines()[1:] == [
        "sendx: warning: SENDX_API_KEY is still set and will be used"
    ]


@pytest.mark.usefixtures("config")
def test_a_profile_that_is_not_there_is_refused(sendx: Command) -> None:
    """Somebody would believe to be logged out."""
    assert sendx("logout", "--profile", "stagin") == Run(
        2, "", 'sendx: stagin: no such profile\n  hint: did you mean "staging"?\n'
    )
