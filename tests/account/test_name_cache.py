"""The names of an account that a plan or a lookup left behind."""

import json
import os
import stat
from pathlib import Path

import pytest

from sendx_cli.account.name_cache import AccountNames, keep_names, kept_names
from sendx_cli.core.account.catalogue import Catalogue, ContactList, CustomField
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings

CATALOGUE = Catalogue(
    tags={"tag_1": "vip", "tag_2": "trial"},
    fields={"1": CustomField("Plan", None)},
    lists={"list_1": ContactList("list_1", "Newsletter")},
)
NAMES = AccountNames(("trial", "vip"), ("Plan",), ("Newsletter",))


def settings(key: str = "a1b2c3d4e5", **more: str) -> Settings:
    return Runtime(environ={"SENDX_API_KEY": key, **more}).settings({})


def kept_files() -> list[Path]:
    return sorted(Path(os.environ["XDG_STATE_HOME"]).glob("sendx/names/*"))


def test_names_come_back_as_they_were_kept() -> None:
    """In their order, by everything that a completion wants."""
    keep_names(CATALOGUE, settings())
    assert kept_names(settings()) == NAMES


def test_each_key_and_each_service_has_its_own() -> None:
    """Another account's names are never offered."""
    keep_names(CATALOGUE, settings())
    assert kept_names(settings("another1key2")) == AccountNames()
    assert kept_names(settings(SENDX_BASE_URL="https://x.example/api")) == AccountNames()


def test_the_file_is_private_and_does_not_hold_the_key() -> None:
    """Only its owner may read it."""
    keep_names(CATALOGUE, settings())
    (path,) = kept_files()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "a1b2c3d4e5" not in path.read_text("utf-8") + path.name


def test_what_could_not_be_read_keeps_the_names_of_before() -> None:
    """Old names still serve; what was read to its end replaces them."""
    keep_names(CATALOGUE, settings())
    later = Catalogue(tags={"tag_3": "new"}, problems={"/tag": "HTTP 500"})
    keep_names(later, settings())
    assert kept_names(settings()) == AccountNames(("new", "trial", "vip"))


def test_hostile_names_are_left_out() -> None:
    """Control characters and texts without end; quotes and blanks are the shells' matter."""
    names = ["a\nb", "a\x1b[31m", "x" * 101, "", "half \ud800", "$(rm -rf ~)", 'it\'s "here"']
    keep_names(Catalogue(tags={f"tag_{n}": name for n, name in enumerate(names)}), settings())
    assert kept_names(settings()).tags == ("$(rm -rf ~)", 'it\'s "here"')


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{", b'{"tags":7,"fields":[1,null],"lists":["a\\nb","x"]}']
)
def test_a_damaged_file_is_no_reason_to_fail(content: bytes) -> None:
    """It counts for what can be read of it, and the next names replace it."""
    keep_names(CATALOGUE, settings())
    kept_files()[0].write_bytes(content)
    assert kept_names(settings()) in {AccountNames(), AccountNames((), (), ("x",))}
    keep_names(CATALOGUE, settings())
    assert kept_names(settings()) == NAMES


def test_where_nothing_can_be_kept_nothing_happens(home: Path) -> None:
    """A file in the place of the directory."""
    (home / "state").write_text("", "utf-8")
    keep_names(CATALOGUE, settings())
    assert kept_names(settings()) == AccountNames()


def test_a_key_command_is_not_run_for_a_completion(home: Path) -> None:
    """The account is the one that this profile read last at this service."""
    config = home / "config" / "sendx" / "config.toml"
    config.parent.mkdir(parents=True)
    command = "sh -c 'touch ran; echo a1b2c3d4e5'"
    config.write_text(f'[profiles.main]\napi_key_command = "{command}"\n', "utf-8")
    config.chmod(0o600)
    keep_names(CATALOGUE, Runtime(environ=os.environ).settings({}))
    (config.parent / "ran").unlink()
    assert kept_names(Runtime(environ=os.environ).settings({})) == NAMES
    assert not (config.parent / "ran").exists()


def test_as_many_names_are_kept_as_the_file_may_hold() -> None:
    """An account of ten thousand tags is cut, not refused."""
    tags = {f"tag_{n}": f"{n:06}" + "ü" * 90 for n in range(10_000)}
    keep_names(Catalogue(tags=tags, fields={}, lists={}), settings())
    (path,) = kept_files()
    assert json.loads(path.read_bytes())["tags"]
    assert len(kept_names(settings()).tags) >= 1000
