"""What a process writes and syncs, as the system saw it."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

_CALLS = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2"
_LINE = re.compile(r'^\d+ +(?P<call>\w+)\((?:\d+<(?P<path>[^>]*)>)?.*?(?:, "(?P<text>[^"]*)")?')
_STEP = re.compile(r'write\(1<[^>]*>, "step ([^"]*?)\\n"')


class Call(NamedTuple):
    """A system call: `write` or `sync`, and the name of its file; or `rename`."""

    kind: str
    name: str = ""


def trace(words: Sequence[str], folder: Path, env: Mapping[str, str]) -> dict[str, list[Call]]:
    """Run a program under strace; return the calls of each step that it announced.

    A step is announced by a line `step NAME` on standard output; what comes before the first one
    is under the empty name.
    """
    strace = shutil.which("strace")
    if strace is None:
        if os.environ.get("CI") == "true":
            pytest.fail("strace is missing")
        pytest.skip("strace is missing")
    output = folder / "trace"
    options = ("-f", "-y", "-s", "100", "-e", f"trace={_CALLS}", "-o", str(output))
    subprocess.run((strace, *options, *words), env=env, check=True, capture_output=True, timeout=60)
    steps: dict[str, list[Call]] = {"": []}
    name = ""
    for line in output.read_text().splitlines():
        step = _STEP.search(line)
        if step is not None:
            name = step[1]
            steps[name] = []
        elif found := _LINE.match(line):
            steps[name].append(_call(found["call"], found["path"]))
    return steps


def _call(name: str, path: str | None) -> Call:
    kind = "rename" if name.startswith("rename") else "sync" if "sync" in name else "write"
    return Call(kind, Path(path).name if path else "")
