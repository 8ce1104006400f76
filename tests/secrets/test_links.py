"""Links and files that somebody else has put where sendx reads or writes."""

import os
import re
import sys
from pathlib import Path

import pytest

from sendx_cli.delivery.rate_file import RateFile, rate_path
from sendx_cli.errors import ConfigUnusable, PassingTrouble
from sendx_cli.journal.lock import open_lock
from sendx_cli.settings.storage import locked, replace_private
from tests.conftest import CANARY, Command
from tests.secrets.conftest import PEOPLE
from tests.servers import ScriptedServer, json_answer

if sys.platform == "win32":
    pytest.skip("links need rights of their own there", allow_module_level=True)

THEIRS = "what somebody else had there\n"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A file that must stay as it is."""
    path = tmp_path / "theirs"
    path.write_text(THEIRS, "utf-8")
    path.chmod(0o644)
    return path


def is_untouched(path: Path) -> bool:
    return path.read_text("utf-8") == THEIRS and path.stat().st_mode & 0o777 == 0o644


def test_a_lock_follows_no_link(tmp_path: Path, theirs: Path) -> None:
    """Its file is truncated and written to, and its mode is set."""
    (tmp_path / "run.lock").symlink_to(theirs)
    (tmp_path / "config.toml.lock").symlink_to(theirs)
    with pytest.raises(PassingTrouble, match="cannot lock the run"):
        open_lock(tmp_path / "run.lock")
    with pytest.raises(ConfigUnusable, match="cannot lock"), locked(tmp_path / "config.toml"):
        pass
    assert is_untouched(theirs)


def test_what_is_known_of_the_rate_follows_no_link(tmp_path: Path, theirs: Path) -> None:
    """It is only forgotten."""
    path = rate_path(tmp_path, "https://x.example:443", CANARY)
    path.parent.mkdir()
    path.symlink_to(theirs)
    file = RateFile(path)
    file.update(lambda _kept: b"record")
    assert file.look() == b""
    file.close()
    assert is_untouched(theirs)


@pytest.mark.parametrize("name", ["people.failed.csv", "standard-input.failed.csv"])
def test_failed_rows_follow_no_link(
    sendx: Command, server: ScriptedServer, folder: Path, theirs: Path, name: str
) -> None:
    """Their name is known beforehand: where it is taken, they get another one."""
    (folder / name).symlink_to(theirs)
    server.script = lambda _request, _number: json_answer(422, {"status": "error", "message": "no"})
    env = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    source = "-" if name.startswith("standard") else "people.csv"
    run = sendx("identify", "--from", source, "--custom-fields", env=env, stdin=PEOPLE)
    assert run.code == 4
    assert (folder / name.replace(".csv", "-2.csv")).is_file()
    assert is_untouched(theirs)


def test_a_link_that_takes_the_reports_place_meanwhile_is_replaced(
    sendx: Command, server: ScriptedServer, folder: Path, theirs: Path
) -> None:
    """What it points to stays."""

    def swap(_request: object, number: int) -> bytes:
        if number == 1:
            (folder / "r.csv").symlink_to(theirs)
        return json_answer(200, {"status": "200", "message": "OK"})

    server.script = swap
    env = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    words = ("identify", "--from", "people.csv", "--custom-fields", "--report", "r.csv")
    assert sendx(*words, env=env).code == 0
    assert not (folder / "r.csv").is_symlink()
    assert is_untouched(theirs)


def test_a_link_that_takes_the_config_files_place_meanwhile_is_replaced(
    config: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it points to stays: it is never opened to be written."""
    config.write_text("", "utf-8")
    replace = Path.replace

    def swap(passing: Path, target: Path) -> Path:
        target.unlink()
        target.symlink_to(theirs)
        return replace(passing, target)

    monkeypatch.setattr(Path, "replace", swap)
    replace_private(config, b"[profiles.main]\n")
    assert not config.is_symlink()
    assert is_untouched(theirs)


def test_names_of_passing_files_cannot_be_foretold(
    sendx: Command, server: ScriptedServer, folder: Path
) -> None:
    """Nobody can put a link there; were there one, it would not be followed."""
    names: set[str] = set()

    def look(_request: object, _number: int) -> bytes:
        names.update(path.name for path in folder.glob(".r.csv.*"))
        return json_answer(200, {"status": "200", "message": "OK"})

    server.script = look
    env = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    words = ("identify", "--from", "people.csv", "--custom-fields", "--report", "r.csv")
    assert [sendx(*words, "--yes", env=env).code for _ in range(2)] == [0, 0]
    assert len(names) == 2
    assert all(re.fullmatch(r"\.r\.csv\.[0-9a-f]{12}", name) for name in names)


def test_a_taken_passing_name_is_not_written_to(
    config: Path, theirs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if somebody guessed it."""
    monkeypatch.setattr(os, "urandom", bytes)
    (config.parent / f".config.toml.{bytes(6).hex()}").symlink_to(theirs)
    with pytest.raises(ConfigUnusable, match="cannot save: file exists"):
        replace_private(config, b"[profiles.main]\n")
    assert is_untouched(theirs)
