import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CANARY, SHELL_ENVIRONMENT
from tests.servers import ScriptedServer

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The directory that commands are run in."""
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def settings(server: ScriptedServer, by_engine: str) -> dict[str, str]:
    """The environment in which the scripted server is the service, reached by either engine."""
    assert by_engine
    return {"SENDX_API_KEY": CANARY, "SENDX_BASE_URL": server.url}


@pytest.fixture
def start(program: str, settings: dict[str, str], folder: Path) -> Start:
    """Starts a command against the scripted server, with a key, and does not wait for it."""

    def run(*words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [program, *words],
            text=True,
            cwd=folder,
            env={**os.environ, **SHELL_ENVIRONMENT, **settings},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return run
