import os
import subprocess
import sys
from pathlib import Path

from sendx_cli.file_lock import lock_within, try_lock, unlock

HOLDER = """
import os, sys
from sendx_cli.file_lock import try_lock
print(try_lock(os.open(sys.argv[1], os.O_RDWR)), flush=True)
sys.stdin.read()
"""


def opened(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)


def test_one_has_the_lock_at_a_time(tmp_path: Path) -> None:
    """Until it lets go, or closes the file."""
    first, second = opened(tmp_path / "lock"), opened(tmp_path / "lock")
    assert [try_lock(first), try_lock(second)] == [True, False]
    assert not lock_within(second, 0.02, pause_s=0.01)
    unlock(first)
    assert [try_lock(second), try_lock(first)] == [True, False]
    os.close(second)
    assert try_lock(first)
    os.close(first)


def test_a_killed_process_holds_it_no_more(tmp_path: Path) -> None:
    """Whoever waits for it has it then."""
    ours = opened(tmp_path / "lock")
    words = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not try_lock(ours)
        holder.kill()
        assert lock_within(ours, 30.0, pause_s=0.01)
    os.close(ours)
