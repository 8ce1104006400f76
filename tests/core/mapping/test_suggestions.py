"""What is offered for columns that nothing explains."""

import shlex

import pytest

from sendx_cli.core.mapping.columns import ColumnOptions, explain, map_columns
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.core.mapping.suggestions import suggestions, unexplained
from sendx_cli.errors import InvalidValue


@pytest.mark.parametrize(
    ("header", "action", "lines"),
    [
        (["email", "Plan"], "identify", ["--map 'Plan=field:Plan'  # or --ignore Plan"]),
        (
            ["email", "frist name", "Plan"],
            "identify",
            [
                (
                    "--map 'frist name=first_name'  # or --map 'frist name=field:frist name' "
                    "or --ignore 'frist name'"
                ),
                "--map 'Plan=field:Plan'  # or --ignore Plan",
            ],
        ),
        (
            ["email", "name"],
            "identify",
            ["--map 'name=full_name'  # or --map 'name=field:name' or --ignore name"],
        ),
        (
            ["email", "first_name", "name"],
            "identify",
            ["--map 'name=last_name'  # or --map 'name=field:name' or --ignore name"],
        ),
        (["email", "add_tags", "K"], "track", ["--ignore K"]),
        (
            ["email", "add_tag", "remove_tgs", "tgs"],
            "track",
            [
                "--map 'remove_tgs=remove_tags'  # or --ignore remove_tgs",
                "--map 'tgs=add_tags'  # or --ignore tgs",
            ],
        ),
        (
            ["Email Address", "a=b", "cat's", "x", "x"],
            "identify",
            [
                "--map '#2=field:a=b'  # or --ignore '#2'",
                """--map 'cat'"'"'s=field:cat'"'"'s'  # or --ignore 'cat'"'"'s'""",
                "--map '#4=field:x'  # or --ignore '#4'",
                "--ignore '#5'",
            ],
        ),
        (
            ["email", "compnay", "companny", "plan\ntype"],
            "identify",
            [
                "--map 'compnay=company'  # or --map 'compnay=field:compnay' or --ignore compnay",
                "--map 'companny=field:companny'  # or --ignore companny",
                "--map '#4=field:plan type'  # or --ignore '#4'",
            ],
        ),
    ],
)
def test_a_refusal_has_a_line_for_each_column(
    header: list[str], action: str, lines: list[str]
) -> None:
    """With options to paste, the likeliest first; those together explain the whole header."""
    with pytest.raises(InvalidValue) as refused:
        explain(header, ColumnOptions(action=action))
    assert [line.split() for line in refused.value.lines] == [line.split() for line in lines]
    words = [shlex.split(line)[:2] for line in lines]
    maps = tuple(value for name, value in words if name == "--map")
    ignores = tuple(value for name, value in words if name == "--ignore")
    explain(header, ColumnOptions(action=action, maps=maps, ignores=ignores))


def test_many_columns_are_cut() -> None:
    """The first fifty have their lines, the others are counted."""
    with pytest.raises(InvalidValue) as refused:
        explain(["email", *(f"x{n}y" for n in range(60))], ColumnOptions())
    assert refused.value.message.endswith('"x3y", "x4y" and 55 more')
    assert len(refused.value.lines) == 51
    assert refused.value.lines[-1] == "and 10 more columns"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Plan Name", ["field:plan_name", "last_name", "company", "ignore"]),
        ("Seat", ["field:seats", "field:Seat", "ignore"]),
        ("Compny", ["company", "field:Compny", "ignore"]),
        ("Colour", ["field:Colour", "ignore"]),
    ],
)
def test_a_field_of_the_account_comes_before_a_new_one(name: str, found: list[str]) -> None:
    """One of the same name is the likeliest, and no other is made beside it."""
    columns = map_columns(["email", name], ColumnOptions())
    assert suggestions(columns[1], columns, "identify", ["plan_name", "seats"]) == found


def test_what_is_taken_is_not_offered() -> None:
    """Neither a target nor a field that another column has."""
    options = ColumnOptions(maps=("Firm=company", "Seats=field:seats"))
    columns = map_columns(["email", "Firm", "Seats", "compny", "seat"], options)
    found = [suggestions(one, columns, "identify", ["seats"]) for one in unexplained(columns)]
    assert found == [["field:compny", "ignore"], ["field:seat", "ignore"]]
    assert Target.COMPANY in {column.target for column in columns}
