"""Tries whether the tests notice a wrong program: `python -m tests.mutation [FOLDER ...]`.

It changes one thing at a time in a copy of the project (`<` to `<=`, `and` to `or`, a statement
left out, two arguments swapped ...) and runs the tests that run this line, until one fails. A
change that no test notices is listed: it asks for a test, or stands in `equivalents.toml` with its
reason.

    python -m tests.mutation --sample 150            150 changes drawn from each folder
    python -m tests.mutation --sample 150 --seed 2   150 others
    python -m tests.mutation --only sendx_cli/journal/store.py

First it notes which test runs which line, those of started processes included: ten minutes, and
later only for tests that changed (of a module that changed since, any test that runs some of it may
be chosen). Both that and the results are kept in --state: what was killed is not tried again, what
survived is tried again after the tests have changed. A mutant takes about two seconds on one core.
Linux only.

Taken before writing this: mutmut 3 leaves out properties, decorated functions and all that is run
when a module is loaded, and tells a mutant by the environment, which these tests take from the
processes that they start; cosmic-ray runs all tests for each mutant.
"""

import argparse
import hashlib
import json
import queue
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from itertools import accumulate, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, NamedTuple, TypeVar

from tests.mutation.lines import LineMap, Selected
from tests.mutation.mutants import FOLDERS, PROJECT, Mutant, mutants_of
from tests.mutation.standing import standing
from tests.mutation.trees import Tree
from tests.mutation.worker import Ending, FileLines, Job

T = TypeVar("T")
TESTS = (*FOLDERS, "simulation", "account", "runs", "commands")
ROUNDS = (10, 50, 1_000_000)
"""Tests in the first round, which most mutants do not outlive, and in those after it."""
NOTING_LIMIT_S = 1200.0


class Tried(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    ending: Ending
    tests: int


class Worker:
    """A copy of the project and the process in it that runs tests."""

    def __init__(self, tree: Tree) -> None:
        tree.make(PROJECT)
        self._process = subprocess.Popen(
            (tree.python, "-m", "tests.mutation.worker"),
            cwd=tree.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, job: Job) -> dict[str, Any]:
        """Have a job done."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def end(self) -> None:
        """Let it end: no job comes any more."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def note(self, file: str) -> FileLines:
        """Which lines the tests of a file run."""
        job: Job = {"tests": [file], "limit_s": NOTING_LIMIT_S, "file": None, "text": ""}
        noted: FileLines | None = self.do(job)["noted"]
        if noted is None:
            raise SystemExit(f"{file}: its tests could not be run")
        return noted

    def attempt(self, mutant: Mutant, tests: list[Selected]) -> Ending:
        """Run tests until one fails: a few first, then the others."""
        starts = (0, *accumulate(ROUNDS))
        for part in filter(None, (tests[start:end] for start, end in pairwise(starts))):
            limit_s = 15.0 + 6.0 * sum(test.seconds for test in part)
            names = [test.test for test in part]
            job: Job = {
                "tests": names,
                "limit_s": limit_s,
                "file": mutant.file,
                "text": mutant.text,
            }
            ending: Ending = self.do(job)["ending"]
            if ending != "passed":
                return ending
        return "passed"


class Results:
    """What is known from earlier runs, one result a line."""

    def __init__(self, path: Path, tests: str) -> None:
        self._path = path
        self._tests = tests
        self._known: dict[str, Ending] = {}
        self._last: dict[str, Ending] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            result = json.loads(line)
            self._last[result["mutant"]] = result["ending"]
            if result["ending"] != "passed" or result["tests"] == tests:
                self._known[result["mutant"]] = result["ending"]

    def ending(self, mutant: Mutant) -> Ending | None:
        """How it ended, if that still holds."""
        return self._known.get(_digest(mutant.file, mutant.text))

    def has_survived(self, mutant: Mutant) -> bool:
        """Whether it survived when it was tried last."""
        return self._last.get(_digest(mutant.file, mutant.text)) == "passed"

    def keep(self, mutant: Mutant, ending: Ending) -> None:
        """Keep a result."""
        key = _digest(mutant.file, mutant.text)
        result = {"mutant": key, "ending": ending, "tests": self._tests, **mutant.change._asdict()}
        with self._path.open("a") as file:
            file.write(json.dumps(result) + "\n")


def main() -> int:
    """Try the mutants that were asked for."""
    asked = _arguments()
    asked.state.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="copies-", dir=asked.state) as copies:
        Path(copies).chmod(0o755)  # some tests become another user
        tried = _try(asked, [Worker(Tree(Path(copies, str(n)))) for n in range(asked.jobs)])
    _report(tried)
    return 0


def _try(asked: argparse.Namespace, workers: list[Worker]) -> list[Tried]:
    lines, tests = _line_map(workers, asked.tests, asked.state / "lines")
    for test in lines.failed:
        _say(f"not used, because it fails or skips unchanged: {test}")
    results = Results(asked.state / "results.jsonl", tests)
    chosen = _chosen(asked, results)
    tried: list[Tried] = []

    def attempt(worker: Worker, mutant: Mutant) -> None:
        selected = lines.tests_for(mutant, asked.budget)
        ending = results.ending(mutant)
        if ending is None:
            ending = worker.attempt(mutant, selected)
            results.keep(mutant, ending)
        tried.append(Tried(mutant, ending, len(selected)))
        if len(tried) % 50 == 0:
            _say(f"{len(tried)} of {len(chosen)}")

    _share(workers, chosen, attempt)
    for worker in workers:
        worker.end()
    return tried


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.mutation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("folders", nargs="*", metavar="FOLDER", default=FOLDERS)
    parser.add_argument("--sample", type=int, help="changes drawn from each folder; default: all")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn")
    parser.add_argument("--only", help="one file or folder, such as sendx_cli/core/pacing")
    parser.add_argument("--survivors", action="store_true", help="only what survived before")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="folders of tests to use")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time")
    parser.add_argument("--budget", type=float, default=60.0, help="seconds of tests for a mutant")
    state = Path(gettempdir()) / "sendx-mutation"
    parser.add_argument("--state", type=Path, default=state, help="where results are kept")
    parser.add_argument(
        "--unchanged", action="store_true", help="try the tests themselves: all must survive"
    )
    return parser.parse_args()


def _chosen(asked: argparse.Namespace, results: Results) -> list[Mutant]:
    """The mutants to try, those of one folder after those of the other."""
    chosen: list[Mutant] = []
    for folder in [asked.only] if asked.only else [f"sendx_cli/{name}" for name in asked.folders]:
        below = PROJECT / folder
        paths = [below] if below.is_file() else sorted(below.rglob("*.py"))
        found = [mutant for path in paths for mutant in mutants_of(PROJECT, path)]
        if asked.survivors:
            found = [mutant for mutant in found if results.has_survived(mutant)]
        if asked.sample:
            random.Random(asked.seed).shuffle(found)
        chosen += islice((mutant for mutant in found if mutant.compiles()), asked.sample)
    if asked.unchanged:
        return [_unchanged(mutant) for mutant in chosen]
    return chosen


def _unchanged(mutant: Mutant) -> Mutant:
    text = (PROJECT / mutant.file).read_text()
    return Mutant(**{**vars(mutant), "text": f"{text}# {mutant.line} {hash(mutant.text)}\n"})


def _line_map(workers: list[Worker], folders: Iterable[str], kept: Path) -> tuple[LineMap, str]:
    """The tests by line, and a name for the state of the program and its tests."""
    kept.mkdir(exist_ok=True)
    program = {_name(path): _digest(path.read_text()) for path in _modules("sendx_cli")}
    names = {
        path: _digest(_name(path), path.read_text())
        for folder in folders
        for path in _modules(f"tests/{folder}")
        if path.name.startswith("test_")
    }

    def note(worker: Worker, path: Path) -> None:
        _say(f"noting {_name(path)}")
        noted = {"lines": worker.note(_name(path)), "program": program}
        (kept / names[path]).write_text(json.dumps(noted))

    _share(workers, [path for path, name in names.items() if not (kept / name).exists()], note)
    lines = LineMap(PROJECT)
    for name in names.values():
        noted = json.loads((kept / name).read_text())
        changed = {file for file, digest in noted["program"].items() if program.get(file) != digest}
        lines.add(noted["lines"], changed)
    return lines, _digest(*names.values())


def _share(workers: list[Worker], items: list[T], do: Callable[[Worker, T], None]) -> None:
    """Have the workers do something with each item."""
    left: queue.SimpleQueue[T] = queue.SimpleQueue()
    for item in items:
        left.put(item)

    def work(worker: Worker) -> None:
        while True:
            try:
                item = left.get_nowait()
            except queue.Empty:
                return
            do(worker, item)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _report(tried: list[Tried]) -> None:
    """A table by folder, and the survivors."""
    known = standing()
    alive = [one for one in tried if one.ending == "passed"]
    explained = [one for one in alive if any(why.holds_for(one.mutant.change) for why in known)]
    for mutant, _, tests in sorted(alive, key=lambda one: (one.mutant.file, one.mutant.line)):
        if not any(why.holds_for(mutant.change) for why in known):
            _say(f"{mutant.file}:{mutant.line} survived {tests} tests")
            _say(f"  - {mutant.change.was}\n  + {mutant.change.now}")
    _say(f"{'':12}{'mutants':>9}{'killed':>9}{'timed out':>11}{'survived':>10}{'explained':>11}")
    folders = sorted({_folder(one) for one in tried})
    for folder in [*folders, "all"]:
        mine = [one for one in tried if folder in {_folder(one), "all"}]
        killed = sum(one.ending == "failed" for one in mine)
        late = sum(one.ending == "timed out" for one in mine)
        stands = sum(one in explained for one in mine)
        lived = len(mine) - killed - late - stands
        rate = (killed + late) / max(len(mine) - stands, 1)
        _say(f"{folder:12}{len(mine):9}{killed:9}{late:11}{lived:10}{stands:11}{rate:8.1%}")


def _folder(tried: Tried) -> str:
    return tried.mutant.file.split("/")[1]


def _modules(folder: str) -> list[Path]:
    return sorted((PROJECT / folder).rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
