import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest

from sendx_cli.errors import InputError
from sendx_cli.file_lock import try_lock
from sendx_cli.journal.lock import RunLock, is_locked

HOLD = """
import sys
from pathlib import Path
from sendx_cli.journal.lock import RunLock
lock = RunLock(Path(sys.argv[1]), "r1")
sys.stdout.write("held\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def hold(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_process_is_told_who_holds_the_run(tmp_path: Path) -> None:
    """It is refused, and the first one's process is named; kill -9 frees the lock."""
    path = tmp_path / "r1.lock"
    with hold(path) as first:
        assert is_locked(path)
        with pytest.raises(InputError) as caught:
            RunLock(path, "r1")
        start = f"run r1 is being sent by another sendx process (process {first.pid} on "
        assert caught.value.message.startswith(start)
        first.kill()
    assert not is_locked(path)
    RunLock(path, "r1").release()


def test_a_lock_that_was_let_go_can_be_taken(tmp_path: Path) -> None:
    """By the same process, too."""
    path = tmp_path / "r1.lock"
    lock = RunLock(path, "r1")
    assert is_locked(path)
    lock.release()
    assert not is_locked(path)


def test_who_only_looks_does_not_stand_in_the_way(tmp_path: Path) -> None:
    """A look holds the lock for a moment: who wants it waits that long."""
    path = tmp_path / "r1.lock"
    path.touch()
    for _ in range(50):  # the machine may be slower than the look
        looking = Event()
        with ThreadPoolExecutor() as pool:
            look = pool.submit(hold_for_a_moment, path, looking)
            assert looking.wait(60)
            with suppress(InputError):
                RunLock(path, "r1").release()
                break
            look.result(60)
    else:
        pytest.fail("the lock was never had")


def hold_for_a_moment(path: Path, looking: Event) -> None:
    with path.open("r+b") as file:
        assert try_lock(file.fileno())
        looking.set()
        time.sleep(0.05)


def test_without_a_file_nothing_is_locked(tmp_path: Path) -> None:
    """To ask makes no file."""
    assert not is_locked(tmp_path / "r1.lock")
    assert list(tmp_path.glob("*.lock")) == []


@pytest.mark.parametrize(
    "content", ["", "\n", "\x1b[2J17 on host\n"], ids=["none", "blank", "control"]
)
def test_a_holder_that_is_not_named_is_not_shown(tmp_path: Path, content: str) -> None:
    """Nor is what somebody wrote there to move a terminal's cursor."""
    path = tmp_path / "r1.lock"
    lock = RunLock(path, "r1")
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        RunLock(path, "r1")
    assert caught.value.message == "run r1 is being sent by another sendx process"
    lock.release()
