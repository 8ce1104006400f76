"""Who can read and write what commands leave behind, where the umask allows everything."""

import os
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import CANARY, Command
from tests.secrets.conftest import PEOPLE
from tests.servers import OK, ScriptedServer, json_answer

if sys.platform == "win32":
    pytest.skip("permissions are no bits there", allow_module_level=True)

REJECTED = json_answer(422, {"status": "error", "message": "no"})
SLOWER = json_answer(429, {"status": "error", "message": "slow down"}, {"Retry-After": "0"})
FILE = ("--from", "people.csv", "--custom-fields", "--yes")


@pytest.fixture(autouse=True)
def _bare(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without XDG variables: all folders below home are to be made."""
    assert list(home.iterdir()) == []
    for kind in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.delenv(f"XDG_{kind}_HOME")


def modes(directory: Path) -> dict[str, int]:
    """Return the modes of all that is there; SQLite's files beside a database come and go."""
    found: dict[str, int] = {}
    for path in sorted(directory.rglob("*")):
        with suppress(FileNotFoundError):
            found[str(path.relative_to(directory))] = stat.S_IMODE(path.lstat().st_mode)
    return found


def open_to_others(directory: Path, *, readable: bool = False) -> list[str]:
    """Return what others can write, or read."""
    bits = stat.S_IWGRP | stat.S_IWOTH
    if not readable:
        bits |= stat.S_IRWXG | stat.S_IRWXO
    return [f"{name} {mode:04o}" for name, mode in modes(directory).items() if mode & bits]


@pytest.mark.parametrize("umask", [0o000, 0o277])
def test_all_that_is_kept_is_for_its_owner_alone(
    sendx: Command, server: ScriptedServer, folder: Path, home: Path, umask: int
) -> None:
    """Config file, journals, locks, caches, reports, failed rows, pages, and their folders."""
    server.script = lambda _request, number: {0: REJECTED, 3: SLOWER}.get(number % 4, OK)
    server.pages = lambda request: json_answer(
        200, [{"id": "1", "name": "vip"}] if "/tag?" in request.path else []
    )
    env = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    commands: list[tuple[str, ...]] = [
        ("identify", *FILE, "--report", "report.jsonl"),
        ("identify", *FILE, "--report", "report.csv"),
        ("identify", "--from", "-", "--stream", "--custom-fields"),
        ("identify", "--from", "-", "--custom-fields", "--yes"),
        ("runs", "show", "--html", "page.html"),
        ("identify", *FILE, "--sandbox"),
    ]
    before = os.umask(umask)
    try:
        login = sendx("login", "--no-check", stdin=CANARY)
        codes = [sendx(*words, env=env, stdin=PEOPLE).code for words in commands]
    finally:
        os.umask(before)
    assert (login.code, codes) == (0, [4, 4, 4, 4, 0, 0])
    assert open_to_others(home) == []
    written = modes(folder)
    del written["people.csv"]
    assert set(written) >= {"report.jsonl", "report.csv", "page.html", "people.failed.csv"}
    assert set(written.values()) == {0o600}
    kept = modes(home)
    assert kept[".config/sendx/config.toml"] == kept[".config/sendx/config.toml.lock"] == 0o600
    state = {
        name.rpartition(".")[2] for name in kept if name.startswith(".local/state/sendx/runs/")
    }
    assert state >= {"sqlite3", "lock"}
    for cache in ("names", "rates"):
        assert any(name.startswith(f".local/state/sendx/{cache}/") for name in kept)
    assert ".local/share/sendx/sandbox.sqlite3" in kept


def test_what_is_there_while_a_run_goes_is_for_its_owner_alone(
    sendx: Command, server: ScriptedServer, folder: Path, home: Path
) -> None:
    """The journal's log, the copy of standard input, and a report before it takes its place."""
    seen: list[list[str]] = []
    names: set[str] = set()

    def look(_request: object, _number: int) -> bytes:
        seen.append([*open_to_others(home), *open_to_others(folder)])
        names.update(modes(home), modes(folder))
        return OK

    server.script = look
    env = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
    words = ("identify", "--from", "-", "--custom-fields", "--report", "r.csv", "--concurrency=1")
    (folder / "people.csv").unlink()
    before = os.umask(0)
    try:
        run = sendx(*words, env=env, stdin=PEOPLE)
    finally:
        os.umask(before)
    assert run.code == 0
    assert [each for each in seen if each] == []
    assert {name.rpartition("sqlite3")[2] for name in names if "sqlite3" in name} >= {"", "-wal"}
    assert any(name.startswith(".r.csv.") for name in names)


def test_others_cannot_write_what_a_shell_will_run(
    sendx: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Completions may be read by all; a script that was open to all is so no longer."""
    monkeypatch.chdir(home)
    old = home / ".config" / "fish" / "completions" / "sendx.fish"
    old.parent.mkdir(parents=True)
    old.write_text("", "utf-8")
    old.chmod(0o666)
    before = os.umask(0)
    try:
        codes = [sendx("completion", one, "--install").code for one in ("bash", "zsh", "fish")]
    finally:
        os.umask(before)
    assert codes == [0, 0, 0]
    scripts = [path for path in home.rglob("*") if path.is_file()]
    assert len(scripts) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in scripts} == {0o644}
    assert open_to_others(home / ".local", readable=True) == []


def test_a_log_of_the_sandbox_is_for_its_owner_alone(program: str, folder: Path) -> None:
    """It has addresses in it."""
    with subprocess.Popen(
        [program, "sandbox", "serve", "--log", "log.jsonl"],
        cwd=folder,
        stdout=subprocess.PIPE,
        umask=0,
    ) as served:
        assert served.stdout is not None
        assert served.stdout.readline().startswith(b"http://")
        served.terminate()
    assert modes(folder)["log.jsonl"] == 0o600
