"""A file under a passing name: held while it is written, removed once its writer was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sendx_cli.settings.passing_file import create_passing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is removed there")

HOLDING = """
import sys
from pathlib import Path
from sendx_cli.settings.passing_file import create_passing
print(create_passing(Path(sys.argv[1]), 0o600)[1], flush=True)
sys.stdin.read()
"""


def test_what_a_kill_left_is_removed_and_what_is_written_is_not(tmp_path: Path) -> None:
    """By the next one that writes the same: it holds rows, and nobody else would remove it."""
    folder = tmp_path / "work"
    folder.mkdir()
    path = folder / "r.jsonl"
    words = (sys.executable, "-c", HOLDING, str(path))
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writing:
        assert writing.stdout is not None
        theirs = Path(writing.stdout.readline().strip())
        descriptor, ours = create_passing(path, 0o600)
        assert sorted(folder.iterdir()) == sorted([ours, theirs])
        writing.send_signal(signal.SIGKILL)
    third, last = create_passing(path, 0o600)
    assert sorted(folder.iterdir()) == sorted([ours, last])
    os.close(descriptor)
    os.close(third)


def test_only_files_of_that_name_are_removed(tmp_path: Path) -> None:
    """Others, links and directories stay, whatever they are called."""
    work = tmp_path / "work"
    work.mkdir()
    kept = [work / name for name in (".r.jsonl", ".r.jsonl.0123", ".x.jsonl.0123456789ab")]
    for path in kept:
        path.touch()
    link, folder = work / ".r.jsonl.aaaaaaaaaaaa", work / ".r.jsonl.bbbbbbbbbbbb"
    link.symlink_to(kept[0])
    folder.mkdir()
    pipe = work / ".r.jsonl.cccccccccccc"
    os.mkfifo(pipe)
    left = work / ".r.jsonl.dddddddddddd"
    left.touch()
    descriptor, passing = create_passing(work / "r.jsonl", 0o600)
    os.close(descriptor)
    assert sorted(work.iterdir()) == sorted([*kept, link, folder, pipe, passing])
