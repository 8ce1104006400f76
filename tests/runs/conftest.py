import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CANARY, Command, Run
from tests.runs.accounts import Account, at_home_in
from tests.servers import ScriptedServer

Send = Callable[..., Run]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, where files are and failed rows go."""
    directory = tmp_path / "work"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def send(sendx: Command, server: ScriptedServer, folder: Path, by_engine: str) -> Send:
    """Runs a command against the scripted server, with a key, by either engine."""
    assert folder.is_dir()
    assert by_engine

    def run(*words: str, stdin: str | None = None, **env: str) -> Run:
        settings = {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}
        return sendx(*words, env={**settings, **env}, stdin=stdin)

    return run


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account without contacts, and a home directory for the commands that change it."""
    return at_home_in(tmp_path, monkeypatch)


@pytest.fixture
def journals(home: Path) -> Callable[[], list[Path]]:
    """Returns all files that are kept of runs."""
    assert os.environ["XDG_STATE_HOME"].startswith(str(home))
    return lambda: sorted((home / "state" / "sendx" / "runs").glob("*"))
