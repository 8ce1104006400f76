import pytest

from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.core.plan.bad_rows import BadRowKind, BadRows, BadRowsSeen
from sendx_cli.output.bad_row_text import bad_row_lines


def test_a_bad_row_stands_behind_its_place() -> None:
    """The column where one is to blame, the hint where there is one."""
    bad = BadRows(
        2,
        (
            RowError(7, 'not an address, it has no "@": bob', "E-Mail"),
            RowError(9, "1 cell, the header has 3", hint="use --ragged"),
        ),
        (BadRowKind("not used", None, 2, 7),),
    )
    assert bad_row_lines(bad, "people.csv") == [
        'people.csv:7:E-Mail: not an address, it has no "@": bob',
        "people.csv:9: 1 cell, the header has 3 (use --ragged)",
    ]


def test_more_than_twenty_are_told_by_kind() -> None:
    """So many kinds are named, the others counted."""
    seen = BadRowsSeen()
    for line in range(2, 1102):
        seen.add(RowError(line, "email is empty", "email"))
    for number in range(25):
        seen.add(RowError(2000 + number, f"tag {chr(0x61 + number)} is both added and removed"))
    lines = bad_row_lines(seen.result(), "people.csv")
    assert lines[:20] == [f"people.csv:{line}:email: empty" for line in range(2, 22)]
    assert lines[20:23] == [
        "1,125 bad rows in all, by kind:",
        "  1,100  email: empty (first on line 2)",
        "      1  tag a is both added and removed (first on line 2000)",
    ]
    assert lines[41:] == ["      6  for other reasons"]


@pytest.mark.parametrize(
    ("file", "message", "line"),
    [
        ("::error::x", "no", "./::error::x:2: no"),
        ("x ##[command]", "\x1b[31m\u202e", r"x #\x23[command]:2: \x1b[31m\u202e"),
        ("p.csv", "x" * 200, "p.csv:2: " + "x" * 157 + "..."),
    ],
)
def test_text_from_elsewhere_is_harmless(file: str, message: str, line: str) -> None:
    """A terminal and a build server see text, and not too much of it."""
    bad = BadRows(1, (RowError(2, message),), (BadRowKind("x", None, 1, 2),))
    assert bad_row_lines(bad, file) == [line]
