import pytest

from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.core.plan.bad_rows import BadRowKind, BadRows, BadRowsSeen, refuse_bad_rows
from sendx_cli.errors import InputError


def collected(*errors: RowError) -> BadRows:
    seen = BadRowsSeen()
    for error in errors:
        seen.add(error)
    return seen.result()


def test_lists_the_first_twenty_and_counts_all_by_kind() -> None:
    """Rows differ in value and number and are of one kind; another column is another kind."""
    bad = collected(
        RowError(2, "4 cells, the header has 3", cells=("a", "b", "c", "d"), is_structural=True),
        *(RowError(line, f"not a list id: {line}", "lists", "hint") for line in range(3, 30)),
        RowError(30, "5 cells, the header has 3"),
        RowError(31, "not a list id: x", "others"),
    )
    assert bad == BadRows(
        30,
        (
            RowError(2, "4 cells, the header has 3", is_structural=True),
            *(RowError(line, f"not a list id: {line}", "lists", "hint") for line in range(3, 22)),
        ),
        (
            BadRowKind("not a list id", "lists", 27, 3),
            BadRowKind("4 cells, the header has 3", None, 2, 2),
            BadRowKind("not a list id", "others", 1, 31),
        ),
        is_structural=True,
    )


def test_does_not_grow_with_what_is_wrong() -> None:
    """Reasons that never come again share one kind, and long messages are cut."""
    bad = collected(*(RowError(n, f"tag {chr(0x4E00 + n)} is both", "tags") for n in range(1, 91)))
    assert bad.kinds[0] == BadRowKind("other reasons", None, 40, 51)
    assert len(bad.kinds) == 51
    assert collected(RowError(1, "x" * 9000)).first == (RowError(1, "x" * 300),)


@pytest.mark.parametrize(
    ("bad", "skip_invalid", "message", "hint"),
    [
        (
            BadRows(2),
            False,
            "2 of 1,000 rows are bad: nothing was sent",
            "fix the file, or use --skip-invalid to send the other rows",
        ),
        (
            BadRows(1, is_structural=True),
            True,
            "1 of 1,000 rows is bad: nothing was sent",
            "fix its quotes first: it is unclear where rows end",
        ),
    ],
)
def test_refuses_bad_rows(bad: BadRows, skip_invalid: bool, message: str, hint: str) -> None:
    """--skip-invalid leaves out rows of their own, not those that put others in doubt."""
    with pytest.raises(InputError) as caught:
        refuse_bad_rows(bad, rows=1000, where="people.csv", skip_invalid=skip_invalid)
    assert (caught.value.message, caught.value.where, caught.value.hint) == (
        message,
        "people.csv",
        hint,
    )


def test_takes_good_rows_and_what_may_be_skipped() -> None:
    """Without bad rows, or with those that may be left out, the run continues."""
    refuse_bad_rows(BadRows(), rows=3, where="people.csv")
    refuse_bad_rows(BadRows(2), rows=3, where="people.csv", skip_invalid=True)
