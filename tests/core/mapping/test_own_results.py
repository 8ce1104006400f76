"""Results of sendx, told from files of people, and those that were accepted from the others."""

import json

import pytest

from sendx_cli.core.mapping.columns import ColumnOptions, explain
from sendx_cli.core.mapping.own_results import LEFT_ASIDE, ResultsKind, results_kind
from sendx_cli.core.mapping.row_reader import RowReader
from sendx_cli.core.mapping.source_rows import MemberRow, RowError, RowValues, SourceRow
from sendx_cli.core.mapping.spellings import Target
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.results import Result, ResultError

ALONE = Result("a@b.co", "track", Outcome.ACCEPTED, "OK")
OF_FILE = ALONE._replace(source="p.csv", line=2)
NAMES = tuple(ALONE.record())
LOOKUP = ("email", "ok", "found", "contact", "error")


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (NAMES, ResultsKind.SENT),
        (tuple(OF_FILE.record()), ResultsKind.SENT),
        (tuple(reversed(NAMES)), ResultsKind.SENT),
        ((*NAMES, "source", "line", "sent", "Plan"), ResultsKind.SENT),
        (LOOKUP, ResultsKind.LOOKED_UP),
        ((*LOOKUP, "source", "line"), ResultsKind.LOOKED_UP),
    ],
)
def test_results_are_known_by_all_of_their_members(
    header: tuple[str, ...], kind: ResultsKind
) -> None:
    """In any order, and whatever else stands beside them."""
    assert results_kind(header) is kind


@pytest.mark.parametrize("missing", NAMES)
def test_without_one_of_them_a_file_is_an_ordinary_one(missing: str) -> None:
    """A file of people may have a status and a message of its own."""
    assert results_kind([name for name in NAMES if name != missing]) is None
    assert results_kind([name.title() for name in NAMES]) is None


def test_of_results_the_address_alone_is_taken() -> None:
    """Their status says who left nowhere, and --custom-fields writes none of them."""
    mapping = explain(tuple(OF_FILE.record()), ColumnOptions(custom_fields=True))
    taken = [column for column in mapping.columns if column.why != LEFT_ASIDE]
    assert [(column.name, column.target) for column in taken] == [("email", Target.EMAIL)]
    assert not any(column.opt_out for column in mapping.columns)


def test_columns_that_somebody_added_mean_what_they_do_elsewhere() -> None:
    """Also one that is spelled nearly like a member: it may say who left."""
    mapping = explain((*NAMES, "tags", "Status"), ColumnOptions())
    assert [column.target for column in mapping.columns[-2:]] == [Target.TAGS, Target.OPT_OUT]


def test_a_member_is_sent_where_somebody_says_so() -> None:
    """As every column."""
    options = ColumnOptions(maps=("message=field:Said",))
    column = explain(NAMES, options).columns[NAMES.index("message")]
    assert (column.target, column.field) == (Target.FIELD, "Said")


def read(result: Result, *, takes_unknown: bool = False) -> list[str]:
    """What is read of a result: as JSON, as a CSV, and as a spreadsheet writes that again."""
    record = result.record()
    options = ColumnOptions(action="track", takes_unknown=takes_unknown)
    reader = RowReader(explain(tuple(record), options))
    cells = tuple(
        value if isinstance(value, str) else json.dumps(value) if value is not None else ""
        for value in record.values()
    )
    spread = tuple(cell.upper() if cell in {"true", "false"} else cell for cell in cells)
    rows: list[SourceRow | MemberRow] = [
        MemberRow(1, "", record),
        SourceRow(1, cells),
        SourceRow(1, spread),
    ]
    return [told(reader.read(row)) for row in rows]


def told(row: object) -> str:
    if isinstance(row, RowError):
        return f"{row.column}: {row.message} ({row.hint}) {row.email}"
    assert isinstance(row, RowValues)
    return row.contact.email


def failed(kind: str) -> Result:
    error = ResultError(kind, "why", "how")
    return OF_FILE._replace(outcome=Outcome.REJECTED, message="no", error=error)


def test_what_was_accepted_is_sent() -> None:
    """And so is what was left out as it is so already."""
    assert read(OF_FILE) == ["a@b.co"] * 3
    assert read(OF_FILE._replace(outcome=Outcome.UNCHANGED)) == ["a@b.co"] * 3


@pytest.mark.parametrize("kind", ["rejected", "not_sent", "held_back", "bad"])
def test_what_was_not_accepted_is_a_bad_row(kind: str) -> None:
    """Also with --retry-unknown: that is for another kind."""
    said = "None: was not accepted: why (--skip-invalid skips such rows) a@b.co"
    assert read(failed(kind)) == [said] * 3
    assert read(failed(kind), takes_unknown=True) == [said] * 3


def test_what_is_unknown_is_sent_where_somebody_says_so() -> None:
    """Nobody can tell whether it was applied."""
    said = (
        "None: its outcome is unknown: why "
        "(--retry-unknown sends such rows, --skip-invalid skips them) a@b.co"
    )
    assert read(failed("unknown")) == [said] * 3
    assert read(failed("unknown"), takes_unknown=True) == ["a@b.co"] * 3


@pytest.mark.parametrize("ok", [None, "yes", 1, ""])
def test_what_says_neither_is_a_bad_row(ok: object) -> None:
    """Files may have been joined, or edited."""
    row = MemberRow(1, "", {**OF_FILE.record(), "ok": ok})
    reader = RowReader(explain(tuple(OF_FILE.record()), ColumnOptions()))
    assert told(reader.read(row)) == (
        "ok: is neither true nor false (use results as sendx wrote them) a@b.co"
    )


@pytest.mark.parametrize("error", [None, "", "{", "[]", '{"kind": 3}'])
def test_a_reason_that_cannot_be_read_does_not_matter(error: object) -> None:
    """The row is a bad one all the same."""
    row = MemberRow(1, "", {**OF_FILE.record(), "ok": False, "error": error})
    reader = RowReader(explain(tuple(OF_FILE.record()), ColumnOptions(takes_unknown=True)))
    assert told(reader.read(row)).startswith("None: was not accepted: no reason is given")


def test_a_contact_that_was_not_found_is_a_bad_row() -> None:
    """A lookup says so itself."""
    reader = RowReader(explain(LOOKUP, ColumnOptions(takes_unknown=True)))
    error = {"kind": "no_such_contact", "message": "there is no such contact", "hint": None}
    record = {"email": "a@b.co", "ok": False, "found": False, "contact": None, "error": error}
    assert told(reader.read(MemberRow(1, "", dict(record)))) == (
        "None: there is no such contact (--skip-invalid skips such rows) a@b.co"
    )
    found = {**record, "ok": True, "found": True, "contact": {"tags": ["x"]}, "error": None}
    assert told(reader.read(MemberRow(1, "", dict(found)))) == "a@b.co"
