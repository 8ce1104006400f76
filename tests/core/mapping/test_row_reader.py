import pytest

from sendx_cli.core.mapping.columns import ColumnOptions, explain
from sendx_cli.core.mapping.row_reader import RowReader
from sendx_cli.core.mapping.source_rows import (
    JsonNumber,
    MemberRow,
    OptedOut,
    RowError,
    RowValues,
    SourceRow,
)
from tests.values import row


def _read(
    header: list[str], cells: tuple[str, ...], options: ColumnOptions | None = None
) -> RowValues | RowError | OptedOut:
    return RowReader(explain(header, options or ColumnOptions())).read(SourceRow(2, cells))


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        ("nea@example.com\u00a0\u200b", "nea@example.com"),
        ("Nea <nea@example.com>", "nea@example.com"),
        ("mailto:nea@example.com", "nea@example.com"),
        ("bob", "bob"),
    ],
)
def test_takes_the_address_out_of_its_wrapping(cell: str, email: str) -> None:
    """Names around it, `mailto:` and invisible marks are no part of an address."""
    assert _read(["email"], (cell,)) == row(2, email)


@pytest.mark.parametrize(
    ("header", "cells", "error"),
    [
        (["email", "tags"], ("", "x"), ("email is empty", "email", None)),
        (
            ["email", "tags"],
            ("\ufeffemail", "tags"),
            ("the row repeats the header", None, "were files concatenated?"),
        ),
        (
            ["email", ""],
            ("a@e.org", "x"),
            (
                "column 2 has no name, but contains: x",
                None,
                "name it in the header, or use --ignore '#2'",
            ),
        ),
        (
            ["email", "status"],
            ("a@e.org", "Gold"),
            (
                "cannot tell whether the person opted in or out: Gold",
                "status",
                "if nobody whose status is Gold opted out, use --ignore 'status'",
            ),
        ),
        (
            ["email", "tags"],
            ("a@e.org", "a,b;c"),
            ('"," or ";" could separate the tags: a,b;c', "tags", "use --tag-separator"),
        ),
    ],
)
def test_says_what_is_wrong_with_a_row(
    header: list[str], cells: tuple[str, ...], error: tuple[str, str | None, str | None]
) -> None:
    """A row that cannot be read is an error with its column, cells and address, never a guess."""
    message, column, hint = error
    email = cells[0].strip("\ufeff") or None
    assert _read(header, cells) == RowError(2, message, column, hint, cells=cells, email=email)


def test_reads_a_column_that_is_no_status_once_that_is_said() -> None:
    """Words that are unclear are let through by --ignore or --map; words that say left are not."""
    options = ColumnOptions(maps=("status=field:Level",))
    header = ["email", "status"]
    assert _read(header, ("a@e.org", "Gold"), options) == row(
        2, "a@e.org", fields=(("Level", "Gold"),)
    )
    assert _read(header, ("a@e.org", "Bounced"), options) == OptedOut(
        2, "a@e.org", "status is Bounced"
    )


def test_notes_a_phone_number_that_a_spreadsheet_rounded() -> None:
    """It is sent as it stands there, and can be counted."""
    options = ColumnOptions(maps=("Phone=field:Phone", "Plan=field:Plan"))
    assert _read(["email", "Phone", "Plan"], ("a@e.org", "1.5E+10", "1E+5"), options) == row(
        2,
        "a@e.org",
        fields=(("Phone", "1.5E+10"), ("Plan", "1E+5")),
        notes=("Phone was rounded by a spreadsheet: 1.5E+10",),
    )


def test_adds_up_the_tags_of_several_columns() -> None:
    """Columns of tags are read one after another."""
    assert _read(["email", "tags", "labels"], ("a@e.org", "x;y", "z")) == row(
        2, "a@e.org", tags=("x", "y", "z")
    )


def test_does_not_split_a_single_name() -> None:
    """One word is a first name."""
    options = ColumnOptions(maps=("name=full_name",))
    assert _read(["name", "email"], ("Nea", "a@e.org"), options) == row(
        2, "a@e.org", first_name="Nea"
    )


def test_reads_the_members_of_an_object() -> None:
    """A member that was never explained is an error, as is a nested value; ignored ones are not."""
    mapping = explain(
        ["email", "status", "Plan", "meta"],
        ColumnOptions(is_json=True, maps=("Plan=field:Plan",), ignores=("meta",)),
    )
    read = RowReader(mapping).read
    members: dict[str, object] = {
        "email": "a@e.org",
        "Plan": JsonNumber("1.0"),
        "meta": {"a": [1]},
        "status": None,
    }
    assert read(MemberRow(1, "{...}", members)) == row(1, "a@e.org", fields=(("Plan", "1.0"),))
    assert read(MemberRow(1, "{...}", {**members, "status": "bounced"})) == OptedOut(
        1, "a@e.org", "status is bounced"
    )
    assert read(MemberRow(1, "{...}", {**members, "emial": ""})) == RowError(
        1, "unknown member: emial", "emial", "did you mean email?", text="{...}"
    )
    assert read(MemberRow(1, "{...}", {**members, "Plan": []})) == RowError(
        1,
        "a nested value where a string is expected",
        "Plan",
        "flatten it, or use --ignore 'Plan'",
        text="{...}",
    )
