import json
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sendx_cli.errors import SetupError
from sendx_cli.sandbox.app import App
from sendx_cli.sandbox.contents import contacts
from sendx_cli.sandbox.messages import Request
from sendx_cli.sandbox.store import Store

COUNTING = """
import sys
from pathlib import Path
from sendx_cli.sandbox.app import App
from sendx_cli.sandbox.messages import Request
from sendx_cli.sandbox.store import Store

store = Store(Path(sys.argv[1]))
app = App(store)
body = b'{"email": "a@b.co", "customFields": {"n": "++1"}}'
for _ in range(50):
    request = Request("POST", "/contact/identify", "", {"x-team-apikey": "k"}, body)
    assert app.answer(request).status == 200
store.close()
"""


def identify(app: App, email: str, **members: object) -> int:
    body = json.dumps({"email": email, **members}).encode()
    headers = {"x-team-apikey": "k"}
    return app.answer(Request("POST", "/contact/identify", "", headers, body)).status


def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    """Four that each count fifty times, from before the file was there, come to 200."""
    path = tmp_path / "new" / "sandbox.sqlite3"
    running = [subprocess.Popen([sys.executable, "-c", COUNTING, str(path)]) for _ in range(4)]
    assert [process.wait(timeout=60) for process in running] == [0, 0, 0, 0]
    (contact,) = contacts(path)
    assert contact["customFields"] == {"n": "200"}


def test_threads_of_one_store_lose_nothing(tmp_path: Path) -> None:
    """The connection is one thread's at a time."""
    path = tmp_path / "sandbox.sqlite3"
    store = Store(path)
    app = App(store)
    with ThreadPoolExecutor(8) as pool:
        counted = pool.map(lambda _: identify(app, "a@b.co", customFields={"n": "++1"}), range(80))
        assert set(counted) == {200}
    store.close()
    assert contacts(path)[0]["customFields"] == {"n": "80"}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_file_and_directory_are_the_owners_alone(tmp_path: Path) -> None:
    """Contacts are personal, in a sandbox too."""
    path = tmp_path / "new" / "sandbox.sqlite3"
    store = Store(path)
    identify(App(store), "a@b.co")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    store.close()
    assert modes == {path.name + suffix: 0o600 for suffix in ("", "-wal", "-shm")}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """The message says which file, and how to start over."""
    path = tmp_path / "sandbox.sqlite3"
    path.write_text("email\na@b.co\n" * 100)
    with pytest.raises(SetupError) as refused:
        Store(path)
    assert (refused.value.message, refused.value.where, refused.value.hint) == (
        "the sandbox's file cannot be used: file is not a database",
        str(path),
        "`sendx sandbox reset` starts with an empty one",
    )


def test_a_directory_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """A file stands where the directory should be."""
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="the sandbox's file cannot be used: Not a directory"):
        Store(tmp_path / "file" / "sandbox.sqlite3")


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    """Its contents are not guessed at."""
    path = tmp_path / "sandbox.sqlite3"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(SetupError, match="it was made by another version of sendx"):
        Store(path)


def test_a_failing_file_is_an_internal_error(tmp_path: Path) -> None:
    """The client is answered as the service would."""
    store = Store(tmp_path / "sandbox.sqlite3")
    store.close()
    headers = {"x-team-apikey": "k"}
    response = App(store).answer(Request("GET", "/tag", "", headers))
    assert (response.status, json.loads(response.body)) == (
        500,
        {"status": "error", "message": "Internal server error occurred"},
    )
