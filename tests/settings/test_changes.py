from pathlib import Path

import pytest

from sendx_cli.errors import InputError, InvalidValue
from sendx_cli.settings.changes import assigned, unassigned
from sendx_cli.settings.files import ConfigFile
from sendx_cli.settings.key import parse_key

KEY = parse_key("stored-key-1")
EMPTY = ConfigFile(Path("c"))
STORED = ConfigFile(Path("c"), profiles={"main": {"api_key": KEY}, "other": {}})


def test_sets_and_takes_out_a_setting() -> None:
    """Setting it and taking it out again leaves the profile."""
    changed = assigned(EMPTY, "main", "rate", "50")
    assert changed.profiles == {"main": {"rate": 50.0}}
    assert unassigned(changed, "main", "rate").profiles == {"main": {}}


def test_takes_out_what_is_not_there() -> None:
    """That is no trouble."""
    assert unassigned(EMPTY, "main", "rate") == EMPTY


def test_sets_and_takes_out_the_default_profile() -> None:
    """It is no profile's setting, and has to be there."""
    changed = assigned(STORED, "main", "default_profile", "other")
    assert changed.default_profile == "other"
    assert unassigned(changed, "main", "default_profile") == STORED
    with pytest.raises(InputError):
        assigned(STORED, "main", "default_profile", "gone")


@pytest.mark.parametrize(("name", "text"), [("api_key", "SECRETKEY"), ("api_kye", "SECRETKEY")])
def test_never_takes_the_key_as_an_argument(name: str, text: str) -> None:
    """Other users of the machine can see arguments."""
    with pytest.raises(InputError) as refused:
        assigned(EMPTY, "main", name, text)
    assert "SECRETKEY" not in f"{refused.value.message} {refused.value.hint}"


def test_refuses_what_the_setting_cannot_be() -> None:
    """The setting is named."""
    with pytest.raises(InvalidValue) as refused:
        assigned(EMPTY, "main", "rate", "fast")
    assert (refused.value.where, refused.value.message) == (
        "rate",
        "must be a number from 0.001 to 100000, not 'fast'",
    )


def test_a_stored_key_does_not_move_to_another_service() -> None:
    """Another base URL would hand it to whoever answers there."""
    with pytest.raises(InputError):
        assigned(STORED, "main", "base_url", "https://stag1.sendx.io/api/v1/rest")
    moved = assigned(STORED, "main", "base_url", "https://api.sendx.io/api/v2")
    assert unassigned(moved, "main", "base_url") == STORED
    elsewhere = EMPTY.with_value("main", "base_url", "https://stag1.sendx.io/api/v1/rest")
    with pytest.raises(InputError):
        unassigned(elsewhere.with_value("main", "api_key", KEY), "main", "base_url")
    assert unassigned(elsewhere, "main", "base_url").profiles == {"main": {}}
