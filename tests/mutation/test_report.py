import pytest

pytest.importorskip("resource", reason="mutants are tried on Linux")

from tests.mutation.mutants import Change, Mutant
from tests.mutation.report import Fate, Tried, report


def one(file: str, line: int, fate: Fate) -> Tried:
    change = Change(file, "a < b", "a <= b")
    return Tried(Mutant(file, "", line, change, range(line, line + 1), at_import=False), fate, 7)


def test_survivors_are_listed_and_all_are_counted_by_folder() -> None:
    """What stands with a reason is no part of the percentage; what did not end was noticed."""
    core, api = "sendx_cli/core/a.py", "sendx_cli/api/b.py"
    fates: list[Fate] = ["failed", "failed", "timed out", "passed", "explained"]
    tried = [one(core, line, fate) for line, fate in enumerate(fates, 1)]
    assert report([*tried, one(api, 9, "passed")]) == (
        "sendx_cli/api/b.py:9 survived 7 tests\n"
        "  - a < b\n"
        "  + a <= b\n"
        "sendx_cli/core/a.py:4 survived 7 tests\n"
        "  - a < b\n"
        "  + a <= b\n"
        "                mutants     killed  timed out   survived  explained\n"
        "api                   1          0          0          1          0       0.0%\n"
        "core                  5          2          1          1          1      75.0%\n"
        "all                   6          2          1          2          1      60.0%\n"
    )
