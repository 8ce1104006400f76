from pathlib import Path

import pytest

from sendx_cli.errors import InputError
from sendx_cli.settings.files import ConfigFile, read_config
from sendx_cli.settings.key import parse_key
from sendx_cli.settings.logins import refuse_second_source, remove_key, store_key
from sendx_cli.settings.resolve import resolve

KEY = parse_key("stored-key-1")
STAGING = "https://stag1.sendx.io/api/v1/rest"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "config.toml"


def _log_in(path: Path, flags: dict[str, object], environ: dict[str, str]) -> ConfigFile:
    settings = resolve(flags, environ, read_config(path), may_make_profile=True)
    return store_key(path, settings, KEY)


@pytest.mark.parametrize(
    ("flags", "environ"), [({"base_url": STAGING}, {}), ({}, {"SENDX_BASE_URL": STAGING})]
)
def test_a_key_is_stored_with_the_base_url_it_was_given_for(
    path: Path, flags: dict[str, object], environ: dict[str, str]
) -> None:
    """It belongs to that service from then on, and the next run needs nothing else."""
    _log_in(path, flags, environ)
    config = read_config(path)
    assert config.profiles == {"main": {"base_url": STAGING, "api_key": KEY}}
    assert resolve({}, {}, config).key() == KEY


def test_the_first_profile_becomes_the_default(path: Path) -> None:
    """A later one does not take its place."""
    assert _log_in(path, {"profile": "eu"}, {}).default_profile == "eu"
    assert _log_in(path, {"profile": "us"}, {}).default_profile == "eu"


def test_a_later_profile_is_no_default_where_there_is_none(path: Path) -> None:
    """What is used where nothing is said stays what it was."""
    assert _log_in(path, {}, {}).default_profile is None
    assert _log_in(path, {"profile": "us"}, {}).default_profile is None


def test_the_key_alone_is_taken_out(path: Path) -> None:
    """The profile's other settings stay."""
    _log_in(path, {"base_url": STAGING}, {})
    remove_key(path, "main")
    assert read_config(path).profiles == {"main": {"base_url": STAGING}}


def test_a_key_command_is_not_overridden_silently() -> None:
    """Whoever wrote it means it to give the key."""
    config = ConfigFile(Path("c"), profiles={"main": {"api_key_command": "get-key"}})
    refuse_second_source(config, "other")
    with pytest.raises(InputError):
        refuse_second_source(config, "main")
