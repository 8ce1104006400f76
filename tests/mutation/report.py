"""What became of the mutants: a table by folder, and the survivors."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from tests.mutation.mutants import Mutant
from tests.mutation.worker import Ending

Fate = Ending | Literal["explained"]
"""How a mutant ended; or that it stands in the table, with its reason."""
_COLUMNS: dict[str, Fate] = {
    "killed": "failed",
    "timed out": "timed out",
    "survived": "passed",
    "explained": "explained",
}


class Tried(NamedTuple):
    """What became of a mutant.

    Args:
        mutant: It.
        fate: How it ended.
        tests: How many tests there were for it.
    """

    mutant: Mutant
    fate: Fate
    tests: int

    @property
    def folder(self) -> str:
        """Whose part of the program it changes."""
        return self.mutant.file.split("/")[1]


def report(tried: Sequence[Tried]) -> str:
    """Return the survivors, each with the line as it was and as it is, and the table.

    The percentage is that of the killed ones (a test that does not end is one that fails) among
    all that do not stand with a reason.
    """
    alive = [one for one in tried if one.fate == "passed"]
    lines = [
        f"{mutant.file}:{mutant.line} survived {tests} tests\n"
        f"  - {mutant.change.was}\n  + {mutant.change.now}"
        for mutant, _, tests in sorted(alive, key=lambda one: (one.mutant.file, one.mutant.line))
    ]
    table = [
        _numbers(folder, [one for one in tried if one.folder == folder])
        for folder in sorted({one.folder for one in tried})
    ]
    head = _row("", ["mutants", *_COLUMNS, ""])
    return "\n".join([*lines, head, *table, _numbers("all", tried), ""])


def _numbers(name: str, tried: Sequence[Tried]) -> str:
    counts = [sum(one.fate == fate for one in tried) for fate in _COLUMNS.values()]
    killed, late, _, explained = counts
    rate = (killed + late) / max(len(tried) - explained, 1)
    return _row(name, [str(len(tried)), *map(str, counts), f"{rate:.1%}"])


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:12}{''.join(f'{cell:>11}' for cell in cells)}".rstrip()
