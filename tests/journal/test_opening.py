import os
import stat
import sys
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from sendx_cli.errors import InputError
from sendx_cli.journal.database import uri_of
from sendx_cli.journal.opening import create_journal, open_journal
from sendx_cli.journal.run_header import key_fingerprint
from sendx_cli.journal.view import RunView
from tests.journal.journals import HEADER, begin, path_of, people


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_only_the_owner_can_see_a_journal(tmp_path: Path) -> None:
    """Whatever the umask: addresses stand in it."""
    earlier = os.umask(0)
    try:
        with begin(tmp_path / "state" / "runs", people(3)):
            modes = {p.suffix: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.rglob("*")}
    finally:
        os.umask(earlier)
    assert modes == {
        "": 0o700,
        ".sqlite3": 0o600,
        ".sqlite3-wal": 0o600,
        ".sqlite3-shm": 0o600,
        ".sqlite3-check": 0o600,
        ".lock": 0o600,
    }


def test_a_journal_in_an_open_directory_was_never_open_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even between its creation and the change of its mode: whoever opens it then reads on."""
    if sys.platform == "win32":
        pytest.skip("no modes there")
    directory = tmp_path / "runs"
    directory.mkdir()
    directory.chmod(0o777)
    created = set[int]()
    really = os.fchmod

    def change_mode(descriptor: int, mode: int) -> None:
        created.add(stat.S_IMODE(os.fstat(descriptor).st_mode))
        really(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", change_mode)
    earlier = os.umask(0)
    try:
        with begin(directory, people(3)):
            modes = {p.suffix: stat.S_IMODE(p.stat().st_mode) for p in directory.iterdir()}
    finally:
        os.umask(earlier)
    assert created == {0o600}
    assert modes.keys() == {".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".sqlite3-check", ".lock"}
    assert set(modes.values()) == {0o600}


def test_a_run_is_named_by_when_it_began(tmp_path: Path) -> None:
    """To the minute, in UTC, with four letters that tell it from others."""
    begin(tmp_path, people(1)).close()
    day, minute, letters = path_of(tmp_path).stem.split("-")
    assert (day, minute, len(letters)) == ("20261118", "1106", 4)


def test_the_header_is_kept(tmp_path: Path) -> None:
    """Every word of it."""
    begin(tmp_path, people(1)).close()
    with open_journal(path_of(tmp_path)) as journal:
        assert journal.view.header == HEADER


def test_differences_are_named() -> None:
    """What a run may not go on with; the file and its mapping may change."""
    assert HEADER.differences(replace(HEADER, source_sha256="0", mapping="x", profile="b")) == []
    other = replace(
        HEADER,
        action="track",
        origin="https://b.example.com",
        key_fingerprint=key_fingerprint("another key"),
        options="--tag vip",
    )
    assert HEADER.differences(other) == [
        "the command: identify then, track now",
        "the base URL: https://api.example.com then, https://b.example.com now",
        "the options: none then, --tag vip now",
        "the API key: a different one",
    ]


def test_a_fingerprint_tells_keys_apart_and_shows_none() -> None:
    """The same for the same key, in any run."""
    assert key_fingerprint("a key") == key_fingerprint("a key") == HEADER.key_fingerprint
    assert key_fingerprint("a key") != key_fingerprint("another key")


def test_a_run_that_does_not_exist_is_told_so(tmp_path: Path) -> None:
    """Nothing is made by asking for it."""
    with pytest.raises(InputError, match="no such run: 20260101-0000-aaaa"):
        open_journal(tmp_path / "20260101-0000-aaaa.sqlite3")
    assert list(tmp_path.glob("*aaaa*")) == []


def test_a_run_that_was_never_started_cannot_go_on(tmp_path: Path) -> None:
    """Its rows were not all in when it ended: which are missing is not known."""
    create_journal(tmp_path, HEADER).close()
    with pytest.raises(InputError, match="was never started"):
        open_journal(path_of(tmp_path))


@pytest.mark.parametrize("content", [b"a,b\n" * 2000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_what_is_no_journal_is_named(tmp_path: Path, content: bytes) -> None:
    """An error of the input with the file's name; no traceback of SQLite's."""
    path = tmp_path / "20260101-0000-aaaa.sqlite3"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_journal(path)
    assert (caught.value.message, caught.value.where) == (
        "the run's journal is damaged or not a journal",
        str(path),
    )


def test_damage_within_is_named(tmp_path: Path) -> None:
    """Pages that were overwritten are not taken for rows."""
    begin(tmp_path, people(2000)).close()
    path = path_of(tmp_path)
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"), open_journal(path) as journal:
        list(RunView(journal.view._database).rows([]))


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("/home/a b/x.sqlite3"), "file:///home/a%20b/x.sqlite3"),
        (PureWindowsPath("C:/a/x.sqlite3"), "file:///C:/a/x.sqlite3"),
        (PureWindowsPath(r"\\server\share\x.sqlite3"), "file:////server/share/x.sqlite3"),
    ],
)
def test_a_journal_may_lie_on_a_share(path: PurePath, uri: str) -> None:
    """SQLite takes no server's name as the authority of a URI."""
    assert uri_of(path) == uri
