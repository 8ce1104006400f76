import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from sendx_cli.errors import ConfigUnusable
from sendx_cli.settings.paths import config_path, sandbox_path, state_directory
from tests.tools import need_root

pytestmark = pytest.mark.skipif(
    sys.platform in {"win32", "darwin"}, reason="the directories are another system's"
)


def test_follows_the_users_directories(monkeypatch: pytest.MonkeyPatch) -> None:
    """Configuration, state and data each have their own."""
    for kind in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", f"/xdg/{kind.lower()}")
    assert [config_path(), state_directory(), sandbox_path()] == [
        Path("/xdg/config/sendx/config.toml"),
        Path("/xdg/state/sendx"),
        Path("/xdg/data/sendx/sandbox.sqlite3"),
    ]


@pytest.mark.parametrize("value", [None, "", "relative/path"])
def test_begins_at_home_where_nothing_else_is_said(
    value: str | None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative directory would be below the working directory: it counts as none."""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    if value is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
    assert config_path() == home / ".config" / "sendx" / "config.toml"


def test_a_user_without_a_home_is_told_what_to_set() -> None:
    """As in a container that runs under a number no user has."""
    need_root()
    code = (
        "import os, sys\n"
        "from sendx_cli.errors import ConfigUnusable\n"
        "from sendx_cli.settings.paths import config_path\n"
        "config_path()\n"  # loads what only root may read here
        "os.environ.pop('HOME'); os.setuid(54321)\n"
        "try: config_path()\n"
        "except ConfigUnusable as error: sys.exit(f'{error.message}|{error.hint}')\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code],
        env={"HOME": "/root"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.stderr == (
        "this user has no home directory to keep settings in"
        "|set HOME, or XDG_CONFIG_HOME to an absolute path\n"
    )


def test_a_home_that_is_no_absolute_path_is_not_below_the_working_directory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Settings are never read from there."""
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", "relative")
    with contextlib.suppress(ConfigUnusable):
        assert config_path().is_absolute()
