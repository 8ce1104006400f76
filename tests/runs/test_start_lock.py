"""Who may begin or go on with a file while another does."""

import errno
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from sendx_cli.core.contact.shards import WHOLE, Shard
from sendx_cli.errors import InputError
from sendx_cli.journal.opening import open_journal
from sendx_cli.journal.runs import list_runs
from sendx_cli.journal.start_lock import RunIdentity, StartLock, identity_of
from tests.conftest import Run
from tests.runs.conftest import Send
from tests.servers import OK, ScriptedServer, json_answer
from tests.tools import make_pipe

REFUSED = json_answer(401, {"status": 401, "message": "The API Key is not valid"})
FAILED = json_answer(500, {"status": "error", "message": "Internal server error occurred"})
WORDS = ("identify", "--from", "p.csv", "--retries", "0")


@pytest.fixture
def runs(home: Path) -> Path:
    """Where journals are kept."""
    return home / "state" / "sendx" / "runs"


def stop_at(server: ScriptedServer, number: int) -> None:
    server.script = lambda _request, count: OK if count < number else REFUSED


def place(directory: Path, index: int = -1) -> RunIdentity:
    found = identity_of(list_runs(directory).runs[index].header)
    assert found is not None
    return found


def write(path: str, rows: int, name: str = "p") -> None:
    Path(path).write_text("email\n" + "".join(f"{name}{n}@b.co\n" for n in range(rows)))


def test_places_differ_by_what_makes_runs_differ() -> None:
    """Command, service, content and shard; the parts cannot be taken for each other."""
    whole = RunIdentity("track", "https://a.co", "5f" * 32)
    others = [
        whole._replace(action="identify"),
        whole._replace(origin="https://b.co"),
        whole._replace(sha256="6f" * 32),
        whole._replace(shard=Shard(1, 4)),
        whole._replace(shard=Shard(2, 4)),
    ]
    assert len({one.file_name for one in (whole, *others)}) == 6
    assert whole.file_name == RunIdentity(*whole).file_name


def test_a_place_is_had_by_one_and_leaves_no_file(tmp_path: Path) -> None:
    """Whoever lets go of it twice takes it from nobody."""
    whole = RunIdentity("track", "https://a.co", "5f" * 32)
    with StartLock(tmp_path, whole) as held:
        with pytest.raises(InputError, match="being started by another sendx"):
            StartLock(tmp_path, whole)
        with StartLock(tmp_path, whole._replace(action="identify")), StartLock(tmp_path, None):
            assert len(list(tmp_path.glob("*.place"))) == 2
        held.release()
        with StartLock(tmp_path, whole):
            held.release()
            assert len(list(tmp_path.glob("*.place"))) == 1
    assert list(tmp_path.glob("*.place")) == []


@pytest.mark.parametrize(
    ("held", "wanted", "is_refused"),
    [
        (Shard(1, 4), Shard(2, 4), False),
        (Shard(1, 4), Shard(1, 4), True),
        (Shard(1, 4), Shard(2, 5), True),
        (Shard(1, 4), WHOLE, True),
        (WHOLE, Shard(1, 4), True),
        (Shard(2, 14), Shard(12, 14), False),
    ],
)
def test_only_shards_of_as_many_are_started_at_once(
    tmp_path: Path, held: Shard, wanted: Shard, *, is_refused: bool
) -> None:
    """What was refused leaves no file behind, and may start once the other has begun."""
    run = RunIdentity("track", "https://a.co", "5f" * 32)
    with StartLock(tmp_path, run._replace(shard=held)):
        refused = False
        try:
            StartLock(tmp_path, run._replace(shard=wanted)).release()
        except InputError as error:
            refused = "a run of this file is being started" in error.message
        assert refused == is_refused
        assert len(list(tmp_path.glob("*.place"))) == 1
    with StartLock(tmp_path, run._replace(shard=wanted)):
        assert len(list(tmp_path.glob("*.place"))) == 1


def test_who_had_opened_a_removed_place_does_not_have_it(tmp_path: Path) -> None:
    """Many take it and let go of it in turns: while one has it, another take is refused."""
    whole = RunIdentity("track", "https://a.co", "5f" * 32)
    doubly = 0

    def take(_number: int) -> bool:
        nonlocal doubly
        with suppress(InputError), StartLock(tmp_path, whole):
            with suppress(InputError), StartLock(tmp_path, whole):
                doubly += 1
            return True
        return False

    with ThreadPoolExecutor(8) as threads:
        taken = sum(threads.map(take, range(24)))
    assert taken > 0
    assert doubly == 0


def test_a_run_under_way_again_bars_its_file(
    send: Send, server: ScriptedServer, folder: Path, runs: Path
) -> None:
    """Its rows are all decided, and yet it may be sending those again that failed."""
    write("p.csv", 3)
    server.script = lambda _request, _number: FAILED
    assert send(*WORDS).code == 5
    (run,) = list_runs(runs).runs
    assert (run.counts.to_come, run.counts.failed) == (0, 3)
    server.requests.clear()
    server.script = lambda _request, _number: OK
    with open_journal(run.path):
        barred = send(*WORDS)
    assert (barred.code, server.requests) == (2, [])
    assert f"run {run.id} of this file is being sent by another sendx process" in barred.err
    assert send(*WORDS).code == 0
    assert folder.exists()


def test_a_resume_waits_for_nobody_who_starts_the_same_file(
    send: Send, server: ScriptedServer, runs: Path
) -> None:
    """It is refused while the place is taken; a place of another content is none of its own."""
    write("p.csv", 3)
    stop_at(server, 2)
    assert send(*WORDS).code == 255
    server.requests.clear()
    server.script = lambda _request, _number: OK
    with StartLock(runs, place(runs)):
        barred = send("runs", "resume")
    assert (barred.code, server.requests) == (2, [])
    assert "a run of this file is being started by another sendx process (process " in barred.err
    with StartLock(runs, place(runs)._replace(sha256="other")):
        assert send("runs", "resume").code == 0


@pytest.mark.parametrize("is_starting", [True, False])
def test_a_resume_takes_no_file_that_another_run_is_about(
    send: Send, server: ScriptedServer, runs: Path, *, is_starting: bool
) -> None:
    """The file was mended, and what it holds now is being started, or was and is unfinished."""
    write("p.csv", 3)
    stop_at(server, 2)
    assert send(*WORDS).code == 255
    first = list_runs(runs).runs[0]
    write("p.csv", 5, "q")
    stop_at(server, len(server.requests) + 2)
    second = send(*WORDS)
    assert second.code == 255
    warning = (
        f"run {first.id} of the earlier content of p.csv has {first.counts.to_come} rows to come"
    )
    assert f"sendx: warning: {warning}\n" in second.err
    taken = place(runs)
    if is_starting:
        assert send("runs", "forget", list_runs(runs).runs[1].id).code == 0
    server.requests.clear()
    server.script = lambda _request, _number: OK
    with StartLock(runs, taken if is_starting else None):
        barred = send("runs", "resume", first.id)
    assert (barred.code, server.requests) == (2, [])
    assert ("being started" if is_starting else "is not finished: ") in barred.err


def test_a_resume_repeats_no_row_that_a_later_run_of_the_file_is_to_send(
    send: Send, server: ScriptedServer, runs: Path
) -> None:
    """Rows failed, the file was sent anew, and that run stopped: one of the two continues."""
    write("p.csv", 3)
    server.script = lambda _request, _number: FAILED
    assert send(*WORDS).code == 5
    server.requests.clear()
    stop_at(server, 2)
    assert send(*WORDS).code == 255
    first, second = list_runs(runs).runs
    server.requests.clear()
    server.script = lambda _request, _number: OK
    barred = send("runs", "resume", first.id)
    assert (barred.code, server.requests) == (2, [])
    assert f"run {second.id} of this file is not finished: 2 rows to come" in barred.err
    assert send("runs", "resume", second.id).code == 0
    assert send("runs", "resume", first.id).code == 0


def test_no_other_run_is_warned_of_where_there_is_none(send: Send, server: ScriptedServer) -> None:
    """Neither of a finished run of what the file held before, nor of another file's."""
    write("p.csv", 2)
    write("other.csv", 3)
    assert send(*WORDS).code == 0
    stop_at(server, 4)
    assert send("identify", "--from", "other.csv").code == 255
    server.script = lambda _request, _number: OK
    write("p.csv", 4)
    run = send(*WORDS)
    assert (run.code, "warning" in run.err) == (0, False)


@pytest.mark.parametrize("name", ["-", "pipe"])
def test_copies_of_what_can_be_read_once_are_kept_for_runs_that_go_on(
    send: Send,
    server: ScriptedServer,
    journals: Callable[[], list[Path]],
    folder: Path,
    name: str,
) -> None:
    """Until they are done: then rows that failed come back in the input's form."""
    rows = "email;note\r\n" + "".join(f'p{n}@b.co;"n;{n}"\r\n' for n in range(3))
    words = ("identify", "--from", name, "--ignore", "note", "--concurrency", "1")
    make_pipe(Path("pipe"))

    def begin() -> Run:
        if name == "-":
            return send(*words, stdin=rows)
        with ThreadPoolExecutor(1) as threads:
            threads.submit(Path("pipe").write_text, rows, newline="")
            return send(*words)

    stop_at(server, 2)
    assert [begin().code, begin().code] == [255, 2]
    copies = [path for path in journals() if path.name.startswith("sendx-input-")]
    assert [path.read_bytes() for path in copies] == [rows.encode()]
    server.script = lambda request, _number: (
        json_answer(422, {"status": "error", "message": "no"})
        if json.loads(request.body)["email"] == "p2@b.co"
        else OK
    )
    assert send("runs", "resume").code == 4
    failed = (folder / "standard-input.failed.csv").read_bytes().decode()
    assert failed.splitlines()[1:] == ['p2@b.co;"n;2";4;rejected;no']
    assert [path.suffix for path in journals()] == [".lock", ".sqlite3", ".sqlite3-check"]


def test_a_forgotten_run_leaves_no_copy(
    send: Send, server: ScriptedServer, journals: Callable[[], list[Path]]
) -> None:
    """A file that is no copy stays."""
    stop_at(server, 1)
    write("p.csv", 2)
    assert send(*WORDS).code == 255
    assert send("identify", "--from", "-", stdin="email\na@b.co\n").code == 255
    for path in [path for path in journals() if path.suffix == ".sqlite3"]:
        assert send("runs", "forget", path.stem).code == 0
    assert (journals(), Path("p.csv").exists()) == ([], True)


def test_a_file_system_without_locks_is_told(
    send: Send, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing would keep two from sending the same: nothing is sent, and it says what to do."""

    def no_locks(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    write("p.csv", 2)
    monkeypatch.setattr("sendx_cli.file_lock.flock", no_locks)
    run = send(*WORDS)
    assert (run.code, run.out, server.requests) == (255, "", [])
    assert ".place: cannot lock the run: no locks available\n" in run.err
    assert "$XDG_STATE_HOME" in run.err


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="/dev/fd is missing")
def test_who_is_refused_keeps_no_file_open(tmp_path: Path) -> None:
    """An open lock of the same process can be taken for the holder's own."""
    whole = RunIdentity("track", "https://a.co", "5f" * 32)
    with StartLock(tmp_path, whole):
        before = len(list(Path("/dev/fd").iterdir()))
        for _ in range(2):
            with pytest.raises(InputError):
                StartLock(tmp_path, whole)
        assert len(list(Path("/dev/fd").iterdir())) <= before
