import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sendx_cli.errors import ConfigUnusable
from sendx_cli.settings.storage import (
    MAX_BYTES,
    locked,
    make_private_directory,
    read_private,
    replace_private,
)
from tests.tools import make_pipe, need_root
from tests.tracing import Call, trace

STRANGER = 12345


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def give_away(path: Path) -> None:
    """Make it a stranger's; of a link, itself and not what it points to."""
    need_root()
    if sys.platform != "win32":
        os.lchown(path, STRANGER, -1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    directory = tmp_path / "own"
    directory.mkdir()
    directory.chmod(0o700)  # whatever the umask
    return directory / "config.toml"


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def _content(path: Path) -> bytes | None:
    stored = read_private(path)
    return None if stored is None else stored.content


@pytest.mark.usefixtures("umask")
def test_a_saved_file_is_for_its_owner_alone(path: Path) -> None:
    """Whatever the umask, and whatever the mode of the file that was there before."""
    replace_private(path, b"one")
    assert _mode(path) == 0o600
    path.chmod(0o644)
    replace_private(path, b"two")
    assert (_mode(path), path.read_bytes()) == (0o600, b"two")


@pytest.mark.usefixtures("umask")
def test_made_directories_are_for_their_owner_alone(tmp_path: Path) -> None:
    """The parents that had to be made, too; those that were there stay as they are."""
    before = _mode(tmp_path)
    make_private_directory(tmp_path / "a" / "b")
    modes = [_mode(tmp_path / "a"), _mode(tmp_path / "a" / "b"), _mode(tmp_path)]
    assert modes == [0o700, 0o700, before]


def test_nothing_is_left_beside_a_saved_file(path: Path) -> None:
    """The file that passes into place is the only one made."""
    replace_private(path, b"one")
    replace_private(path, b"two")
    assert list(path.parent.iterdir()) == [path]


def test_no_file_is_nothing(path: Path) -> None:
    """A first run has none, and that is no trouble."""
    assert read_private(path) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o444])
def test_a_file_that_others_can_read_brings_a_warning(path: Path, mode: int) -> None:
    """It says which, and what to do."""
    path.touch()
    path.chmod(mode)
    stored = read_private(path)
    assert stored is not None
    assert stored.warning == f"others can read {path} (mode {mode:04o}): chmod 600 {path}"


@pytest.mark.parametrize("mode", [0o602, 0o666, 0o777])
def test_a_file_that_anybody_can_write_is_refused(path: Path, mode: int) -> None:
    """Somebody else could have put a key command in."""
    path.touch()
    path.chmod(mode)
    with pytest.raises(ConfigUnusable) as refused:
        read_private(path)
    assert refused.value.message == f"anybody can write the config file (mode {mode:04o})"
    assert refused.value.hint == f"chmod 600 {path}"


def test_a_file_of_somebody_else_is_refused(path: Path) -> None:
    """Its owner can change it at any time."""
    need_root()
    path.touch(0o600)
    give_away(path)
    with pytest.raises(ConfigUnusable) as refused:
        read_private(path)
    assert refused.value.message == f"the config file belongs to another user (uid {STRANGER})"


def test_a_link_of_somebody_else_is_refused(path: Path) -> None:
    """Its owner can point it anywhere."""
    need_root()
    target = path.with_name("target")
    target.touch(0o600)
    path.symlink_to(target)
    give_away(path)
    with pytest.raises(ConfigUnusable):
        read_private(path)
    with pytest.raises(ConfigUnusable):
        replace_private(path, b"new")


def test_a_link_stays_and_its_target_is_replaced(path: Path) -> None:
    """So the config file can live among somebody's dotfiles."""
    target = path.parent / "dotfiles" / "sendx.toml"
    target.parent.mkdir()
    target.write_bytes(b"old")
    target.chmod(0o600)
    path.symlink_to(target)
    assert _content(path) == b"old"
    replace_private(path, b"new")
    assert (path.is_symlink(), target.read_bytes(), _mode(target)) == (True, b"new", 0o600)


def test_a_link_that_leads_nowhere_is_refused(path: Path) -> None:
    """Neither is it no file, nor is the file made wherever the link points."""
    path.symlink_to(path.with_name("missing"))
    with pytest.raises(ConfigUnusable):
        read_private(path)
    with pytest.raises(ConfigUnusable):
        replace_private(path, b"new")
    assert list(path.parent.iterdir()) == [path]


def test_links_in_a_circle_are_refused(path: Path) -> None:
    """They end in a message."""
    path.symlink_to(path)
    with pytest.raises(ConfigUnusable):
        read_private(path)


def test_what_is_no_plain_file_is_refused(path: Path) -> None:
    """A directory or a named pipe is not waited for."""
    make_pipe(path, 0o600)
    for place in (path, path.parent):
        with pytest.raises(ConfigUnusable) as refused:
            read_private(place)
        assert refused.value.message == "the config file is not a regular file"


def test_a_path_through_a_file_is_refused(path: Path) -> None:
    """Where a directory should be there is a file."""
    path.write_bytes(b"")
    with pytest.raises(ConfigUnusable) as refused:
        read_private(path / "config.toml")
    assert refused.value.message == "cannot read: not a directory"


def test_a_huge_file_is_refused(path: Path) -> None:
    """It is not taken into memory whole."""
    path.touch(0o600)
    os.truncate(path, MAX_BYTES + 1)
    with pytest.raises(ConfigUnusable):
        read_private(path)


def test_a_file_that_cannot_be_written_whole_keeps_the_old_one(path: Path) -> None:
    """The disk is full half-way: what was there is there, and nothing beside it."""
    replace_private(path, b"old")
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from sendx_cli.settings.storage import replace_private\n"
        "from sendx_cli.errors import ConfigUnusable\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try: replace_private(Path(sys.argv[1]), b'x' * 100)\n"
        "except ConfigUnusable as error: sys.exit(f'{error.message}|{error.hint}')\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert finished.stderr == "cannot save: file too large|the file is unchanged\n"
    assert (path.read_bytes(), list(path.parent.iterdir())) == (b"old", [path])


def test_a_saved_file_survives_a_power_failure(path: Path, tmp_path: Path) -> None:
    """It is on the disk before it takes its place, and the place is on the disk before it is told.

    Else a crash could leave an empty config file where a key had been.
    """
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from sendx_cli.settings.storage import replace_private\n"
        "replace_private(Path(sys.argv[1]), b'one')\nprint('step told')"
    )
    calls = trace([sys.executable, "-c", code, str(path)], tmp_path, os.environ)[""]
    temporary = next(call.name for call in calls if call.kind == "write" and "config" in call.name)
    own = [call for call in calls if call.name in {temporary, path.parent.name} or not call.name]
    assert own[-4:] == [
        Call("write", temporary),
        Call("sync", temporary),
        Call("rename"),
        Call("sync", path.parent.name),
    ]


@pytest.mark.parametrize("times", [2, 1_000_000])
def test_on_windows_a_file_that_is_open_elsewhere_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """For a moment: its readers close it again at once. Then it is told, and nothing is left."""
    path.write_bytes(b"old")
    path.chmod(0o600)
    refusals = iter(range(times))
    really = Path.replace

    def replace(passing: Path, target: Path) -> Path:
        if next(refusals, None) is not None:
            raise PermissionError(errno.EACCES, "Permission denied")
        return really(passing, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(sys, "platform", "win32")
    if times < 10:
        replace_private(path, b"new")
        assert path.read_bytes() == b"new"
    else:
        with pytest.raises(ConfigUnusable, match="permission denied"):
            replace_private(path, b"new")
        assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


FULL_SYNC = 51
"""`F_FULLFSYNC` of macOS's <fcntl.h>."""


@pytest.mark.skipif(sys.platform == "win32", reason="no fcntl there")
@pytest.mark.parametrize("refusal", [None, errno.ENOTSUP, errno.ENOTTY])
def test_a_sync_empties_the_drives_own_cache_where_it_would_not(
    path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int | None
) -> None:
    """On macOS, file and directory; a file system without it is synced as elsewhere."""
    import fcntl

    calls = list[str]()

    def full(_descriptor: int, command: int) -> int:
        assert command == FULL_SYNC
        calls.append("full")
        if refusal is not None:
            raise OSError(refusal, "not here")
        return 0

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", FULL_SYNC, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", full)
    monkeypatch.setattr(os, "fsync", lambda _descriptor: calls.append("plain"))
    replace_private(path, b"one")
    assert calls == (["full"] if refusal is None else ["full", "plain"]) * 2


@pytest.mark.skipif(sys.platform == "win32", reason="no fcntl there")
def test_a_full_sync_that_fails_is_not_taken_for_one_that_is_unknown(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain sync behind it could succeed although what was written is gone."""
    import fcntl

    def broken(_descriptor: int, _command: int) -> int:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", FULL_SYNC, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", broken)
    with pytest.raises(ConfigUnusable):
        replace_private(path, b"one")
    assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="directories are not synced there")
def test_a_made_directory_survives_a_power_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So do the parents that had to be made: what is synced in it would be lost with it."""
    synced = set[int]()
    monkeypatch.setattr(os, "fsync", lambda number: synced.add(os.fstat(number).st_ino))
    make_private_directory(tmp_path / "a" / "b")
    assert synced == {tmp_path.stat().st_ino, (tmp_path / "a").stat().st_ino}


def test_a_lock_that_cannot_be_made_is_told(path: Path) -> None:
    """With the file that it is for, and before anything is changed."""
    path.with_name("config.toml.lock").mkdir()
    with pytest.raises(ConfigUnusable) as caught, locked(path):
        pytest.fail("nobody has the lock")
    assert (caught.value.message, caught.value.where) == ("cannot lock: is a directory", str(path))


def test_a_link_in_a_circle_is_told(path: Path) -> None:
    """As a file that cannot be read, by its name."""
    path.symlink_to(path)
    with pytest.raises(ConfigUnusable) as caught:
        read_private(path)
    assert caught.value.message.startswith("cannot read: ")
    assert caught.value.where == str(path)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="/dev/fd is missing")
def test_no_file_is_left_open(path: Path) -> None:
    """Neither the lock, which others wait for, nor a directory that was synced."""
    before = len(list(Path("/dev/fd").iterdir()))
    for content in (b"one", b"two"):
        with locked(path):
            replace_private(path, content)
        assert _content(path) == content
    assert len(list(Path("/dev/fd").iterdir())) <= before


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """With the one that was wanted."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigUnusable) as caught:
        make_private_directory(tmp_path / "file" / "own")
    assert caught.value.message == "cannot make the directory: not a directory"
    assert caught.value.where == str(tmp_path / "file" / "own")


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """As one that cannot be read, by its name."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigUnusable) as caught:
        read_private(tmp_path / "file" / "config.toml")
    assert (caught.value.message, caught.value.hint) == ("cannot read: not a directory", None)
    assert caught.value.where == str(tmp_path / "file" / "config.toml")


def test_a_file_that_cannot_be_saved_says_that_nothing_is_lost(path: Path) -> None:
    """What was there before is there still."""
    with pytest.raises(ConfigUnusable) as caught:
        replace_private(path.parent / "none" / "config.toml", b"new")
    assert caught.value.message == "cannot save: no such file or directory"
    assert caught.value.hint == "the file is unchanged"
