"""Which tests run which lines, and so which of them may notice a mutant."""

import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutants import Mutant
from tests.mutation.worker import FileLines


class Selected(NamedTuple):
    """A test and the seconds it takes."""

    test: str
    seconds: float


class LineMap:
    """The tests by the lines that they run."""

    def __init__(self, root: Path) -> None:
        self.failed: list[str] = []
        self._seconds: dict[str, float] = {}
        self._tests: dict[str, dict[int, set[str]]] = {}
        self._moved: set[str] = set()
        self._importers = _importers(root)

    def add(self, noted: FileLines, changed: set[str]) -> None:
        """Take in what one file of tests runs; lines of files that changed since may have moved."""
        self._moved |= changed
        self._seconds |= noted["tests"]
        self.failed += noted["failed"]
        names = list(noted["tests"])
        for file, lines in noted["lines"].items():
            by_line = self._tests.setdefault(file, defaultdict(set))
            for line, numbers in lines.items():
                by_line[int(line)] |= {names[n] for n in numbers}

    def tests_for(self, mutant: Mutant, budget_s: float) -> list[Selected]:
        """The tests that may notice, the likeliest first, within a budget of seconds.

        A line that is run when its module is loaded decides in all of the module's functions, and
        in modules that import it.
        """
        if mutant.at_import:
            files = [mutant.file, *self._importers[mutant.file]]
            found = set().union(*(self._in_file(file) for file in files))
        elif mutant.file in self._moved:
            found = self._in_file(mutant.file)
        else:
            by_line = self._tests.get(mutant.file, {})
            found = set().union(*(by_line.get(line, set()) for line in mutant.statement))
        near = self._in_file(mutant.file) if mutant.at_import else found
        own = f"/test_{Path(mutant.file).stem}.py::"
        folder = f"tests/{mutant.file.split('/')[1]}/"

        def rank(test: str) -> tuple[bool, bool, bool, float]:
            is_beside = test.startswith(folder)
            return own not in test, test not in near, not is_beside, self._seconds[test]

        selected: list[Selected] = []
        for test in sorted(found, key=rank):
            budget_s -= self._seconds[test]
            if budget_s < 0 and selected:
                break
            selected.append(Selected(test, self._seconds[test]))
        return selected

    def _in_file(self, file: str) -> set[str]:
        return set().union(*self._tests.get(file, {}).values())


def _importers(root: Path) -> dict[str, list[str]]:
    """For each module the modules that import it."""
    importers = defaultdict(list)
    for path in sorted((root / "sendx_cli").rglob("*.py")):
        for module in re.findall(
            r"^\s*from (sendx_cli[\w.]*) import", path.read_text(), re.MULTILINE
        ):
            importers[module.replace(".", "/") + ".py"].append(path.relative_to(root).as_posix())
    return importers
