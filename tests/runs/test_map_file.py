"""Map files: kept, read again, and refused with a reason."""

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.runs.conftest import Send
from tests.servers import ScriptedServer


@pytest.fixture
def people(folder: Path) -> Path:
    path = folder / "people.csv"
    path.write_text("Mail,Plan,Junk\na@example.com,gold,x\n")
    return path


MAPS = ("--map", "Mail=email", "--map", "Plan=field:plan", "--ignore", "Junk")


def test_a_mapping_that_was_kept_explains_the_next_file(
    send: Send, people: Path, server: ScriptedServer, folder: Path
) -> None:
    """The same body is sent by the options and by the file; what was there before is replaced."""
    (folder / "map.toml").write_text("nonsense" * 100)
    first = send("identify", "--from", str(people), *MAPS, "--save-map", "map.toml")
    people.write_text("Mail,Plan,Junk\nb@example.com,gold,y\n")
    second = send("identify", "--from", str(people), "--map-file", "map.toml")
    assert (first.code, second.code) == (0, 0)
    assert [request.json for request in server.requests] == [
        {"email": f"{name}@example.com", "customFields": {"plan": "gold"}} for name in "ab"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "sendx: map.toml: no such file\n"),
        (b"\xff\xfe", "sendx: map.toml: the map file is not UTF-8\n"),
    ],
)
def test_a_map_file_that_cannot_be_read_is_refused(
    send: Send,
    people: Path,
    server: ScriptedServer,
    folder: Path,
    content: bytes | None,
    message: str,
) -> None:
    """Before anything is sent, with its name."""
    if content is not None:
        (folder / "map.toml").write_bytes(content)
    run = send("identify", "--from", str(people), "--map-file", "map.toml")
    assert (run.code, run.err, server.requests) == (2, message, [])


def test_a_map_file_that_says_what_cannot_be_is_refused(
    send: Send, people: Path, server: ScriptedServer, folder: Path
) -> None:
    """With its name, whatever is wrong in it."""
    (folder / "map.toml").write_text("not a map [")
    run = send("identify", "--from", str(people), "--map-file", "map.toml")
    assert (run.code, server.requests) == (2, [])
    assert run.err.startswith("sendx: map.toml: ")


def test_a_map_that_cannot_be_kept_stops_the_run(
    send: Send, people: Path, server: ScriptedServer
) -> None:
    """Before anything is sent: it was asked for."""
    run = send("identify", "--from", str(people), *MAPS, "--save-map", "nowhere/map.toml")
    assert (run.code, server.requests) == (2, [])
    message = "nowhere/map.toml: --save-map cannot be written: no such directory\n"
    assert message in run.err


def test_a_saved_mapping_is_told_unless_quiet(sendx: Command, folder: Path) -> None:
    """By a note, with the file's name."""
    (folder / "p.csv").write_text("email\na@b.co\n")
    words = ("identify", "--from", "p.csv", "--sandbox", "--dry-run", "--save-map", "k2.toml")
    assert "sendx: mapping saved to k2.toml\n" in sendx(*words).err
    assert "mapping saved" not in sendx("-q", *words).err
