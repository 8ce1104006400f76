from pathlib import Path

import pytest

from sendx_cli.settings.declared import SETTINGS
from sendx_cli.settings.files import ConfigFile
from sendx_cli.settings.key import parse_key
from sendx_cli.settings.listing import Listed, listed
from sendx_cli.settings.resolve import resolve

PATH = Path("/c/config.toml")
SECRET = "SECRETKEY"


def _rows(
    stored: dict[str, object], environ: dict[str, str] | None = None
) -> dict[str, tuple[object, str]]:
    config = ConfigFile(PATH, profiles={"main": stored})
    return {
        row.setting: (row.value, row.origin) for row in listed(resolve({}, environ or {}, config))
    }


def test_lists_every_setting() -> None:
    """None that is declared is left out, the profile comes first."""
    rows = listed(resolve({}, {}, ConfigFile(PATH)))
    assert [row.setting for row in rows] == ["profile", *(setting.name for setting in SETTINGS)]


def test_a_row_is_a_record() -> None:
    """With documented members."""
    assert Listed("rate", 50, "default").record() == {
        "setting": "rate",
        "value": 50,
        "origin": "default",
    }


def test_numbers_are_as_people_write_them() -> None:
    """A whole one has no fraction."""
    assert _rows({"rate": 50.0, "timeout": 0.5}) | {"rate": (50, "profile main")} == _rows(
        {"rate": 50.0, "timeout": 0.5}
    )


@pytest.mark.parametrize(
    ("stored", "environ", "key", "command"),
    [
        ({}, {}, (None, "default"), (None, "default")),
        (
            {"api_key": parse_key(SECRET)},
            {},
            ("********", "profile main"),
            (None, "default"),
        ),
        (
            {"api_key_command": f"op read {SECRET}"},
            {},
            (None, "default"),
            ("op ********", "profile main"),
        ),
        (
            {"api_key_command": f"op read {SECRET}"},
            {"SENDX_API_KEY": SECRET},
            ("********", "environment SENDX_API_KEY"),
            (None, "default"),
        ),
        (
            {},
            {"SENDX_API_KEY": f"{SECRET} broken"},
            ("********", "environment SENDX_API_KEY"),
            (None, "default"),
        ),
    ],
)
def test_the_key_is_masked_and_its_origin_told(
    stored: dict[str, object],
    environ: dict[str, str],
    key: tuple[object, str],
    command: tuple[object, str],
) -> None:
    """Whether it is stored, given or fetched."""
    rows = _rows(stored, environ)
    assert (rows["api_key"], rows["api_key_command"]) == (key, command)
