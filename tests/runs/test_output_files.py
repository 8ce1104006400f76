"""Files that a run writes beside its results: `--report` and `--save-map`."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sendx_cli.errors import PassingTrouble
from sendx_cli.runs.output_file import PRIVATE, OutputFile
from tests.runs.conftest import Send
from tests.servers import OK, Answering, Request, ScriptedServer
from tests.tools import make_pipe

ROWS = "email,first_name\nann@b.co,Ann\nbob@b.co,Bob\n"
WORDS = ("identify", "--from", "p.csv")
ALIKE: dict[str, Callable[[Path, Path], object]] = {
    "itself": lambda path, other: path.rename(other),
    "a hard link": lambda path, other: other.hardlink_to(path),
    "a symbolic link": lambda path, other: other.symlink_to(path.absolute()),
}


@pytest.fixture
def people(folder: Path) -> Path:
    """A file of two rows."""
    path = folder / "p.csv"
    path.write_text(ROWS)
    return path


@pytest.mark.parametrize("option", ["--report", "--save-map"])
@pytest.mark.parametrize("alike", ["itself", "a hard link", "a symbolic link"])
@pytest.mark.parametrize("is_dry", [False, True])
def test_what_is_read_is_not_written_over(
    send: Send, server: ScriptedServer, people: Path, option: str, alike: str, *, is_dry: bool
) -> None:
    """Whatever name it is called by; nothing is sent."""
    output = people
    if alike != "itself":
        output = people.with_name("other.csv")
        ALIKE[alike](people, output)
    run = send(*WORDS, option, str(output), *["--dry-run"] * is_dry)
    assert (run.code, server.requests) == (2, [])
    assert run.err == f"sendx: {output}: {option} would overwrite the input: p.csv\n"
    assert people.read_text() == ROWS


def test_the_map_file_is_not_written_over(send: Send, server: ScriptedServer, people: Path) -> None:
    """It is read as well."""
    assert send(*WORDS, "--save-map", "map.toml").code == 0
    server.requests.clear()
    before = Path("map.toml").read_text()
    for option in ("--save-map", "--report"):
        run = send(*WORDS, "--map-file", "map.toml", option, "./map.toml")
        assert (run.code, server.requests) == (2, [])
        assert run.err == f"sendx: {option} would overwrite the input: map.toml\n"
    assert Path("map.toml").read_text() == before
    assert people.read_text() == ROWS


@pytest.mark.parametrize("exists", [False, True])
def test_two_outputs_are_two_files(
    send: Send, server: ScriptedServer, people: Path, *, exists: bool
) -> None:
    """Also where they do not exist yet."""
    if exists:
        Path("both").touch()
    run = send(*WORDS, "--save-map", "both", "--report", str(people.with_name("both")))
    assert (run.code, server.requests) == (2, [])
    assert run.err.endswith("--report and --save-map are the same file\n")


@pytest.mark.parametrize("option", ["--report", "--save-map"])
@pytest.mark.parametrize("target", ["a file", "nothing"])
def test_no_symbolic_link_is_followed(
    send: Send, server: ScriptedServer, people: Path, option: str, target: str
) -> None:
    """Somebody else may have laid it; nothing is sent."""
    victim = people.with_name("victim")
    if target == "a file":
        victim.write_text("mine")
    Path("out").symlink_to(victim)
    run = send(*WORDS, option, "out")
    assert (run.code, server.requests) == (2, [])
    start = f"sendx: out: {option} does not follow symbolic links\n"
    assert run.err == f"{start}  hint: name the file itself\n"
    assert victim.exists() == (target == "a file")


@pytest.mark.parametrize("option", ["--report", "--save-map"])
@pytest.mark.parametrize("make", [Path.mkdir, make_pipe])
def test_only_plain_files_are_replaced(
    send: Send,
    server: ScriptedServer,
    people: Path,
    option: str,
    make: Callable[[Path], None],
) -> None:
    """A directory or a pipe stays what it is, and nothing waits for its reader."""
    make(Path("out"))
    before = Path("out").stat().st_mode
    run = send(*WORDS, option, "out")
    assert (run.code, server.requests) == (2, [])
    assert run.err == f"sendx: out: {option} must be a regular file\n"
    assert Path("out").stat().st_mode == before
    assert people.exists()


def test_a_folder_that_is_not_there_is_told_before_anything_is_sent(
    send: Send, server: ScriptedServer, people: Path
) -> None:
    """For the report as for the map; no run is begun that would have to be forgotten."""
    for option in ("--report", "--save-map"):
        run = send(*WORDS, option, "none/out")
        assert (run.code, server.requests) == (2, [])
        assert run.err == f"sendx: none/out: {option} cannot be written: no such directory\n"
    assert (people.exists(), send("runs", "list").out) == (True, "")


@pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")
def test_a_report_is_private_even_where_the_file_was_not(send: Send, people: Path) -> None:
    """Who had it open, or linked to it, keeps the earlier content; a map file keeps its mode."""
    report, saved = people.with_name("r.jsonl"), people.with_name("map.toml")
    for path in (report, saved):
        path.write_text("earlier")
        path.chmod(0o644)
    people.with_name("link").hardlink_to(report)
    umask = os.umask(0o077)
    try:
        run = send(*WORDS, "--report", "r.jsonl", "--save-map", "map.toml")
    finally:
        os.umask(umask)
    assert run.code == 0
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(saved.stat().st_mode) == 0o644
    assert people.with_name("link").read_text() == "earlier"
    assert len(report.read_text().splitlines()) == 2
    assert "earlier" not in saved.read_text()
    assert [path.name for path in people.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes say nothing there")
@pytest.mark.parametrize(("umask", "expected"), [(0o022, 0o644), (0o777, 0o000)])
def test_the_umask_holds_for_new_map_files_alone(
    send: Send, people: Path, umask: int, expected: int
) -> None:
    """They hold nobody's data. A report can be read by its owner, whatever the umask."""
    before = os.umask(umask)
    try:
        run = send(*WORDS, "--report", "r.jsonl", "--save-map", "map.toml")
    finally:
        os.umask(before)
    assert run.code == 0
    assert stat.S_IMODE(people.with_name("r.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE(people.with_name("map.toml").stat().st_mode) == expected


def test_a_report_is_on_the_disk_before_it_replaces_another(
    send: Send, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power failure it is the earlier one or this one, not an empty file."""
    synced: dict[int, int] = {}
    sync = os.fsync

    def watched(descriptor: int) -> None:
        facts = os.fstat(descriptor)
        synced[facts.st_ino] = facts.st_size
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    assert send(*WORDS, "--report", "r.jsonl").code == 0
    facts = people.with_name("r.jsonl").stat()
    assert synced[facts.st_ino] == facts.st_size > 0


def test_a_report_that_cannot_take_its_place_leaves_nothing(
    send: Send, server: ScriptedServer, people: Path
) -> None:
    """A directory came to stand there meanwhile; the run is given account of all the same."""
    report = people.with_name("r.jsonl")

    def script(_request: Request, number: int) -> Answering:
        if number == 1:
            report.mkdir()
        return OK

    server.script = script
    run = send(*WORDS, "--report", "r.jsonl")
    assert (run.code, len(server.requests)) == (5, 2)
    assert "sendx: r.jsonl: the report cannot be written: is a directory\n" in run.err
    assert "  accepted   2\n" in run.err
    assert sorted(people.parent.iterdir()) == [people, report]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device here")  # noqa: PTH110
@pytest.mark.parametrize("length", [1, 1_000_000])
def test_a_full_disk_is_told_and_leaves_the_earlier_file(tmp_path: Path, length: int) -> None:
    """Whether it is noticed while it is written or at its end; nothing half written stays."""
    path = tmp_path / "work" / "r.jsonl"
    path.parent.mkdir()
    path.write_text("earlier")
    report = OutputFile(path, "report", PRIVATE)
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        os.dup2(full.fileno(), report.text.fileno())
    with pytest.raises(PassingTrouble, match="the report cannot be written: no space left"):
        write_and_keep(report, "x" * length)
    report.close()
    assert (list(path.parent.iterdir()), path.read_text()) == ([path], "earlier")


def write_and_keep(report: OutputFile, text: str) -> None:
    report.write(text)
    report.keep()


def test_a_report_takes_its_place_whole(send: Send, server: ScriptedServer, people: Path) -> None:
    """While the run is under way the earlier one is there as it was, and no half of the new one."""
    report = people.with_name("r.jsonl")
    report.write_text("earlier")
    seen: list[str] = []

    def script(_request: Request, _number: int) -> Answering:
        seen.append(report.read_text())
        return OK

    server.script = script
    assert send(*WORDS, "--report", "r.jsonl").code == 0
    assert seen == ["earlier", "earlier"]
    assert len(report.read_text().splitlines()) == 2


def test_a_dry_run_writes_only_the_map(send: Send, server: ScriptedServer, people: Path) -> None:
    """The mapping is known without a request; there is nothing to report."""
    run = send(*WORDS, "--dry-run", "--save-map", "map.toml", "--report", "r.jsonl")
    assert (run.code, server.requests) == (0, [])
    assert sorted(people.parent.iterdir()) == [people.with_name("map.toml"), people]


def test_a_resume_does_not_report_over_its_file(
    send: Send, server: ScriptedServer, people: Path
) -> None:
    """Nor over the one that --from names."""
    assert send(*WORDS).code == 0
    for words in ((), ("--from", "p.csv")):
        run = send("runs", "resume", *words, "--report", "./p.csv")
        assert run.code == 2
        assert "--report would overwrite the input: " in run.err
    assert people.read_text() == ROWS
    assert len(server.requests) == 2
