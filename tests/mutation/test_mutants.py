from pathlib import Path

import pytest

from tests.mutation.mutants import FOLDERS, PROJECT, Mutant, mutants_of
from tests.mutation.standing import standing

SELECT = '    rows = "SELECT max(n) FROM rows WHERE n > 0 AND n < 9 ORDER BY n"'


def changes(tmp_path: Path, text: str) -> dict[str, Mutant]:
    module = tmp_path / "module.py"
    module.write_text(text)
    return {mutant.change.now: mutant for mutant in mutants_of(tmp_path, module)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return a < b", {"return a <= b", "return None"}),
        ("while not a is b: pass", {"while a is b: pass", "while not a is not b: pass"}),
        ("return a and b(c, d)", {"return a or b(c, d)", "return a and b(d, c)", "return None"}),
        ("a.size = -b", {"pass", "a.size = b"}),
        ("a += 1", {"pass", "a -= 1", "a += 2"}),
        ("a: int = min(b)", {"a: int = max(b)"}),
        ('raise ValueError("a")', {"pass"}),
        ('return a["key"]', {'return a["mutated"]', "return None"}),
        ('a("several words", f"{b < c}")', {"pass", 'a(f"{b < c}", "several words")'}),
        ("if a or b: c = 0.5", {"if a and b: c = 0.5", "if (not (a or b)): c = 0.5"}
         | {"if a or b: c = 1.0"}),
        ("return [a for a in b if a]", {"return [a for a in b if (not (a))]", "return None"}),
        ("assert a < b", set()),
        ("if TYPE_CHECKING: a = 1", set()),
    ],
)  # fmt: skip
def test_a_statement_is_changed_in_each_way_that_tests_should_notice(
    tmp_path: Path, line: str, expected: set[str]
) -> None:
    """Operators, conditions, values, arguments and whole statements; no texts, no types."""
    text = f'def function(a, b):\n    """Say what it does."""\n    {line}\n'
    assert set(changes(tmp_path, text)) == expected


def test_sql_is_changed_in_its_conditions(tmp_path: Path) -> None:
    """A query is a program within the program."""
    found = changes(tmp_path, f"def function():\n{SELECT}\n")
    was = SELECT.strip()
    assert set(found) == {
        was.replace("max", "min"),
        was.replace("> 0", ">= 0"),
        was.replace("> 0", "> 1"),
        was.replace("AND", "OR"),
        was.replace("< 9", "<= 9"),
        was.replace("BY n", "BY -n"),
    }


def test_a_mutant_knows_the_lines_by_which_tests_are_found(tmp_path: Path) -> None:
    """Those of the statement, of a block those of its head; and whether they run at import."""
    found = changes(
        tmp_path, "LIMIT = 5\ndef f(a,\n  b=1):\n  if (a\n      < 7):\n    g(\n     8)\n"
    )
    lines = {mutant.line: (mutant.statement, mutant.at_import) for mutant in found.values()}
    assert lines == {
        1: (range(1, 2), True),
        3: (range(3, 4), True),
        4: (range(4, 6), False),
        5: (range(4, 6), False),
        6: (range(6, 8), False),
        7: (range(6, 8), False),
    }


def test_whatever_stands_with_a_reason_is_still_there() -> None:
    """When the code changes, its survivors are to be looked at again."""
    paths = [path for name in FOLDERS for path in (PROJECT / "sendx_cli" / name).rglob("*.py")]
    found = {mutant.change for path in paths for mutant in mutants_of(PROJECT, path)}
    assert [one for one in standing() if not any(map(one.holds_for, found))] == []
