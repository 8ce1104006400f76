"""The sandbox's port serves this machine's programs, and no web page from elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sendx_cli.sandbox.contents import contacts
from tests.sandbox.doors import client_of, serving

if TYPE_CHECKING:
    from sendx_cli.sandbox.log import Entry

ANN = {"email": "ann@b.co"}
REFUSED = {
    "status": "error",
    "message": "the sandbox answers on this machine only: call it as localhost or 127.0.0.1",
}
OWN_HOSTS = ["localhost", "LOCALHOST:80", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:8000"]
FOREIGN_HOSTS = [
    "",
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example#localhost",
    "localhost@evil.example",
    "evil.example@localhost",
    "127.0.0.1/x",
    "127.0.0.1:x",
    "10.0.0.1",
    "0.0.0.0",
    "[::2]",
    "[::1",
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


@pytest.mark.parametrize("host", OWN_HOSTS)
@pytest.mark.parametrize("origin", [None, "http://localhost:3000", "https://127.0.0.1"])
def test_this_machine_is_served(path: Path, host: str, origin: str | None) -> None:
    """By any loopback name, with or without a port, and for pages that it serves itself."""
    headers = {"Host": host} | ({} if origin is None else {"Origin": origin})
    with serving(path) as url, client_of(url) as client:
        assert client.post("/contact/identify", json=ANN, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        *({"Host": host} for host in FOREIGN_HOSTS),
        *(
            {"Origin": origin}
            for origin in ("http://evil.example", "https://localhost.evil.example", "null", "")
        ),
    ],
    ids=str,
)
def test_foreign_names_are_refused(path: Path, headers: dict[str, str]) -> None:
    """403 with a plain body, nothing is changed, and the log says so."""
    entries: list[Entry] = []
    with serving(path, on_request=entries.append) as url, client_of(url) as client:
        answer = client.post("/contact/identify", json=ANN, headers=headers)
        assert (answer.status_code, answer.json()) == (403, REFUSED)
        assert not {name for name in answer.headers if name.startswith("access-control")}
        # The connection serves on.
        assert client.get("/tag").status_code == 200
    assert list(contacts(path)) == []
    assert [(entry.status, entry.was_applied) for entry in entries] == [(403, False), (200, False)]
