import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sendx_cli.core.contact.contact import Identify, Track
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.core.mapping.columns import ColumnMapping, ColumnOptions, explain
from sendx_cli.core.mapping.dates import DateOrder
from sendx_cli.core.mapping.row_reader import RowReader
from sendx_cli.core.mapping.source_rows import OptedOut, RowError, RowValues, SourceRow
from sendx_cli.core.plan.plan import PlanBuilder
from sendx_cli.errors import InvalidValue, UsageError
from sendx_cli.files.contact_rows import determine_mapping, field_date_orders
from sendx_cli.files.layout import Overrides
from sendx_cli.files.row_checker import CheckedRow, RowChecker, check_rows
from sendx_cli.files.source import open_source
from tests.values import row

TODAY = date(2026, 1, 31)
LIST = "list_" + "a" * 22


def mapped(*header: str, maps: tuple[str, ...] = (), action: str = "identify") -> ColumnMapping:
    return explain(header, ColumnOptions(action=action, maps=maps))


def checker(mapping: ColumnMapping, defaults: ContactValues | None = None) -> RowChecker:
    return RowChecker(mapping, defaults or ContactValues(), today=TODAY)


def test_a_rows_own_value_wins_and_tags_and_lists_are_added() -> None:
    """What options say holds for every row that does not say otherwise."""
    defaults = ContactValues(
        first_name="Friend",
        company="Acme",
        birthday="2000-01-01",
        fields=(("Plan", "free"), ("Source", "fair")),
        tags=("vip", "fair"),
        lists=(LIST,),
    )
    check = checker(mapped("email"), defaults).check
    own = row(7, "a@b.co", first_name="Ann", fields=(("Plan", "pro"),), tags=("vip", "own"))
    assert check(own) == CheckedRow(
        7,
        Identify(
            email="a@b.co",
            first_name="Ann",
            company="Acme",
            birthday="2000-01-01",
            fields=(("Plan", "pro"), ("Source", "fair")),
            tags=("vip", "own", "fair"),
            lists=(LIST,),
        ),
    )
    assert check(row(8, "b@b.co", notes=("odd",))) == CheckedRow(
        8,
        Identify(
            email="b@b.co",
            first_name="Friend",
            company="Acme",
            birthday="2000-01-01",
            fields=(("Plan", "free"), ("Source", "fair")),
            tags=("vip", "fair"),
            lists=(LIST,),
        ),
        ("odd",),
    )


def test_a_track_takes_its_tags_from_both() -> None:
    """Columns and options together; a tag of one that the other removes is the row's error."""
    mapping = mapped("email", "add_tags", "remove_tags", action="track")
    check = checker(mapping, ContactValues(add_tags=("customer",))).check
    assert check(row(2, "a@b.co", add_tags=("vip",), remove_tags=("lead",))) == CheckedRow(
        2, Track(email="a@b.co", add_tags=("vip", "customer"), remove_tags=("lead",))
    )
    assert check(row(3, "a@b.co", remove_tags=("customer",))) == RowError(
        3, "tag customer is both added and removed", email="a@b.co"
    )


def test_a_track_takes_tags_to_remove_from_both() -> None:
    """One option is enough, and what it cannot say is refused before the file is read."""
    check = checker(
        mapped("email", "remove_tags", action="track"), ContactValues(remove_tags=("lead",))
    ).check
    assert check(row(2, "a@b.co", add_tags=("vip",), remove_tags=("old",))) == CheckedRow(
        2, Track(email="a@b.co", add_tags=("vip",), remove_tags=("old", "lead"))
    )
    for defaults in (ContactValues(add_tags=("x",)), ContactValues(remove_tags=("x",))):
        checked = checker(mapped("email", action="track"), defaults).check(row(2, "a@b.co"))
        assert isinstance(checked, CheckedRow)
    for defaults in (ContactValues(add_tags=("\0",)), ContactValues(remove_tags=("\0",))):
        with pytest.raises(InvalidValue):
            checker(mapped("email", "add_tags", action="track"), defaults)


def test_a_track_without_any_tag_is_refused_before_the_file_is_read() -> None:
    """A file that names none would be a million bad rows; one with a column may have them."""
    with pytest.raises(UsageError) as caught:
        checker(mapped("email", action="track"))
    assert caught.value.message == "no tags to add or remove"
    check = checker(mapped("email", "add_tags", action="track")).check
    assert check(row(2, "a@b.co")) == RowError(
        2, "no tag to add or remove", hint="use --add-tag or --remove-tag", email="a@b.co"
    )


@pytest.mark.parametrize(
    "defaults", [ContactValues(birthday="2027-01-01"), ContactValues(tags=(" ",))]
)
def test_options_that_cannot_be_sent_are_refused_at_once(defaults: ContactValues) -> None:
    """They would make every row bad."""
    with pytest.raises(InvalidValue):
        checker(mapped("email"), defaults)


@pytest.mark.parametrize(
    ("values", "message", "column"),
    [
        (row(2, "bob"), 'not an address, it has no "@": bob', "E-Mail"),
        (row(2, "a@b.co", new_email="b"), 'not an address, it has no "@": b', "new_email"),
        (
            row(2, "a@b.co", first_name="x" * 256),
            "first name is 256 characters long, at most 255 are allowed",
            "Whole",
        ),
        (row(2, "a@b.co", company="\x01"), "company contains the control character U+0001", "C"),
        (
            row(2, "a@b.co", birthday="2026-02-01"),
            "birthday is in the future: 2026-02-01",
            "dob",
        ),
        (row(2, "a@b.co", tags=("\0",)), "tag contains the control character U+0000", None),
        (row(2, "a@b.co", lists=("7",)), "not a list id: 7", "lists"),
        (
            row(2, "a@b.co", fields=(("Ok", "1"), ("Plan", "\x02"))),
            "custom field Plan contains the control character U+0002",
            "P",
        ),
        (
            row(2, "a@b.co", fields=(("Plan", "1"), ("Plan", "2"))),
            "custom field Plan is given twice",
            None,
        ),
    ],
)
def test_names_the_column_that_is_to_blame(
    values: RowValues, message: str, column: str | None
) -> None:
    """Where several columns could be, or none by itself is, none is named."""
    mapping = mapped(
        *("E-Mail", "new_email", "Whole", "C", "dob", "tags", "labels", "lists", "P"),
        maps=("Whole=full_name", "C=company", "P=field:Plan"),
    )
    error = checker(mapping).check(values)
    assert isinstance(error, RowError)
    assert (error.line, error.message, error.column) == (2, message, column)


def test_a_tracks_bad_values_are_found_as_well() -> None:
    """The address and the tags are checked by the same rules."""
    check = checker(mapped("email", "add_tags", action="track")).check
    assert [
        check(row(2, "bob", add_tags=("x",))),
        check(row(3, "a@b.co", add_tags=("\0",))),
    ] == [
        RowError(2, 'not an address, it has no "@": bob', "email", email="bob"),
        RowError(3, "tag to add contains the control character U+0000", "add_tags", email="a@b.co"),
    ]


def test_the_plan_learns_of_every_row(tmp_path: Path) -> None:
    """Each comes out as what is to become of it, in the file's order."""
    path = tmp_path / "people.csv"
    path.write_text(
        "email,first name,status\n"
        "Ann <ann@b.co>,Ann,active\n"
        "bob,Bob,active\n"
        "mailto:cid@b.co,,\n"
        "dan@b.co,Dan,unsubscribed\n"
        "short@b.co\n"
    )
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        mapping = determine_mapping(source, ColumnOptions())
        builder = PlanBuilder(mapping, source.name)
        rows = list(check_rows(source, checker(mapping), builder))
    assert [type(row) for row in rows] == [CheckedRow, RowError, CheckedRow, OptedOut, RowError]
    assert [row for row in rows if isinstance(row, CheckedRow)] == [
        CheckedRow(2, Identify(email="ann@b.co", first_name="Ann")),
        CheckedRow(4, Identify(email="cid@b.co")),
    ]
    plan = builder.plan()
    assert (plan.rows, plan.to_send, plan.contacts, plan.held_back.total) == (5, 2, 2, 1)
    assert [(error.line, error.message) for error in plan.bad.first] == [
        (3, 'not an address, it has no "@": bob'),
        (6, "1 cell, the header has 3"),
    ]


def test_rows_that_cannot_be_read_do_not_hide_how_dates_are_written(tmp_path: Path) -> None:
    """The whole column tells, whatever stands before the row that does."""
    path = tmp_path / "people.csv"
    path.write_text("email,birthday\nshort@b.co\na@b.co,01/02/1990\nb@b.co,\nc@b.co,31/01/1990\n")
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        assert determine_mapping(source, ColumnOptions()).date_order is DateOrder.DMY


def test_a_field_whose_dates_do_not_tell_their_order_is_named_by_its_column(
    tmp_path: Path,
) -> None:
    """As the file calls it, so that it can be found there."""
    path = tmp_path / "people.csv"
    path.write_text("email,End of trial\na@b.co,31/12/2026\nb@b.co,12/31/2026\n")
    options = ColumnOptions(maps=("End of trial=field:Until",))
    with open_source(str(path), Overrides(), io.BytesIO()) as source:
        mapping = determine_mapping(source, options)
        with pytest.raises(InvalidValue, match='the dates of column "End of trial" have diff'):
            field_date_orders(source, mapping, {"Until"})
        assert field_date_orders(source, mapping, {"Other"}) == {}


def test_all_that_is_wrong_with_a_row_is_told() -> None:
    """Whether it was found as the row was read or as its values were checked."""
    mapping = mapped("E-Mail", "dob", "company").with_date_order(DateOrder.YMD)
    check = checker(mapping).check
    assert check(row(2, "bob", birthday="2026-02-01", company="\x01")) == RowError(
        2,
        'not an address, it has no "@": bob; '
        "company: company contains the control character U+0001; "
        "dob: birthday is in the future: 2026-02-01",
        "E-Mail",
        email="bob",
    )
    read = RowReader(mapping).read
    error = read(SourceRow(3, ("bob", "31.31.2000", "")))
    assert isinstance(error, RowError)
    told = "not a date in the order ymd (such as 1985-12-31): 31.31.2000"
    assert checker(mapping).with_address(error) == replace(
        error, message=f'{told}; E-Mail: not an address, it has no "@": bob'
    )
    for other in (replace(error, email="bob@b.co"), replace(error, column=None)):
        assert checker(mapping).with_address(other) == other
