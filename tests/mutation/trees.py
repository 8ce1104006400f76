"""A copy of the project in which a mutant lives, with an environment that runs from it.

The copy's Python and its `sendx` load the copy, whatever a test puts into the environment of the
processes that it starts. Other packages come from the environment that made the copy. While the
copy's `CURRENT` names a test, each process started from it notes the lines that it runs.
"""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import NamedTuple

PROGRAMS = ("sendx", "sendx-cli")
CURRENT = ".current-test"
"""The file that names the test whose lines are noted."""
COVERAGE = ".coverage-settings"
NOTED = ".noted"
"""The directory in which the lines are noted."""
_COVERAGE_SETTINGS = """[run]
parallel = true
patch = _exit
include = {root}/sendx_cli/*
data_file = {root}/{noted}/lines
"""
_AT_START = """import sys; sys.dont_write_bytecode = True
import os; os.path.exists({current!r}) and __import__("notes_lines")
"""
_NOTES_LINES = """import atexit, coverage
with open({current!r}) as file:
    noted = coverage.Coverage(config_file={settings!r}, context=file.read())
noted.start()
atexit.register(lambda: (noted.stop(), noted.save()))
"""
_PROGRAM = """#!{python}
from sendx_cli.__main__ import main
main()
"""


class Tree(NamedTuple):
    """A copy of the project."""

    root: Path

    @property
    def python(self) -> Path:
        """The Python that runs from the copy."""
        return self.root / ".venv" / "bin" / "python"

    def make(self, project: Path) -> None:
        """Copy the project's files as they stand, and make the environment."""
        shutil.rmtree(self.root, ignore_errors=True)
        listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
        listed = subprocess.run(listing, cwd=project, capture_output=True, check=True).stdout
        for name in filter(None, os.fsdecode(listed).split("\0")):
            if (project / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(project / name, self.root / name)
        venv.create(self.root / ".venv", symlinks=True)
        scripts = self.python.parent
        for program in PROGRAMS:
            (scripts / program).write_text(_PROGRAM.format(python=self.python))
            (scripts / program).chmod(0o755)
        self._make_packages()
        # By hash, not by time: two versions of a file within one second must not be confused.
        mode = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(self.root / "sendx_cli", quiet=2, invalidation_mode=mode)

    def _make_packages(self) -> None:
        installed = sysconfig.get_path("purelib")
        base = {"base": str(self.root / ".venv"), "platbase": str(self.root / ".venv")}
        packages = Path(sysconfig.get_path("purelib", vars=base))
        current, settings = str(self.root / CURRENT), str(self.root / COVERAGE)
        start = _AT_START.format(current=current)
        (packages / "project.pth").write_text(f"{self.root}\n{installed}\n{start}")
        hook = _NOTES_LINES.format(current=current, settings=settings)
        (packages / "notes_lines.py").write_text(hook)
        Path(settings).write_text(_COVERAGE_SETTINGS.format(root=self.root, noted=NOTED))
        assert sys.prefix != str(self.root / ".venv")
