"""Tables: colour where it is asked for, and nowhere else."""

import io
import re

import pytest

from sendx_cli.output.cell_width import columns_of
from sendx_cli.output.cells import plain_lines
from sendx_cli.output.tables import draw_one, draw_rows

RECORDS = [{"email": "ann@example.com", "ok": True}]
GREEN = "\x1b[32m"


@pytest.mark.parametrize(
    ("environ", "color", "has_color"),
    [
        ({}, None, False),
        ({"CLICOLOR_FORCE": "1"}, None, True),
        ({"CLICOLOR_FORCE": "0"}, None, False),
        ({"CLICOLOR_FORCE": ""}, None, False),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, None, False),
        ({"CLICOLOR_FORCE": "1"}, False, False),
        ({"FORCE_COLOR": "1"}, None, True),
        ({}, True, True),
    ],
)
def test_colour_off_a_terminal_is_there_where_it_was_asked_for(
    environ: dict[str, str], color: bool | None, has_color: bool
) -> None:
    """By `--color`, FORCE_COLOR or CLICOLOR_FORCE; what forbids it is stronger."""
    environ |= {"TERM": "xterm", "COLUMNS": "80"}
    drawn = draw_rows(RECORDS, io.StringIO(), environ, color=color)
    assert (GREEN in drawn) is has_color


class Utf8(io.StringIO):
    """A stream that takes UTF-8, as terminals do."""

    encoding = "utf-8"


CONTACTS: list[dict[str, object]] = [
    {
        "encryptedId": "iiAwL90kBETIS77O5B67n3",
        "email": f"jane.doe.number{n}@a-rather-long-company-name.example.com",
        "firstName": f"Jane{n}",
        "lastName": "",
        "tags": ["vip", "trial", "webinar-2026"],
        "customFields": {"Plan": "pro", "city": "東京"},
        "lists": [],
    }
    for n in range(3)
]
RUNS: list[dict[str, object]] = [
    {
        "run": "20261124-1948-5d9k",
        "start": "19:48",
        "action": "identify",
        "profile": "main",
        "source": "newsletter-subscribers-2026-11-24-export-final.csv",
        "state": "finished",
        "accepted": "99998/100000",
    }
]


def drawn(
    records: list[dict[str, object]], columns: int, environ: dict[str, str] | None = None
) -> list[str]:
    settings = {"TERM": "xterm", "COLUMNS": str(columns), "NO_COLOR": "1", **(environ or {})}
    return draw_rows(records, Utf8(), settings, color=None).splitlines()


@pytest.mark.parametrize("term", ["xterm", "dumb"])
@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("records", [CONTACTS, RUNS], ids=["contacts", "runs"])
def test_a_row_is_a_line_within_the_terminal(
    records: list[dict[str, object]], columns: int, term: str
) -> None:
    """Also on a terminal that can do nothing else."""
    lines = drawn(records, columns, {"TERM": term})
    assert len(lines) == len(records) + 2
    assert all(columns_of(line) <= columns for line in lines)


@pytest.mark.parametrize(
    ("columns", "header"),
    [
        (40, "run state"),
        (42, "run state accepted"),
        (60, "run start source state accepted"),
        (80, "run start action profile source state accepted"),
        (120, "run start action profile source state accepted"),
    ],
)
def test_the_columns_of_runs_go_by_what_matters(columns: int, header: str) -> None:
    """An id is whole at every width, for it is typed."""
    lines = drawn(RUNS, columns)
    assert lines[0].split() == header.split()
    assert lines[2].startswith("20261124-1948-5d9k  ")


def test_contacts_at_80_columns() -> None:
    """Empty columns and the service's ids are left out; fields read as people write them."""
    lines = drawn(CONTACTS[:1], 80)
    assert re.split("  +", lines[0]) == ["email", "firstName", "tags", "customFields"]
    email, name, tags, fields = re.split("  +", lines[2])
    assert re.fullmatch(r"jane\.doe\.number0.*….*example\.com", email)
    assert (name, tags[:5], fields[:9]) == ("Jane0", "vip, ", "Plan=pro…")
    wide = drawn(CONTACTS[:1], 160)[2]
    assert wide.endswith("Jane0      vip, trial, webinar-2026  Plan=pro, city=東京")


def test_what_would_be_sent_is_never_shortened() -> None:
    """A body continues below."""
    body = {"email": "a@b.co", "tags": [f"tag-{n}" for n in range(40)]}
    lines = drawn([{"action": "identify", "method": "POST", "url": "u", "body": body}] * 2, 60)
    text = "".join(line.strip() for line in lines[2:])
    assert text.replace(" ", "").count('"tag-39"]') == 2
    assert "…" not in text


def test_numbers_stand_at_the_right() -> None:
    """So that they can be compared."""
    lines = drawn([{"name": "a", "rows": 5}, {"name": "b", "rows": 12_000}], 80)
    assert lines[2:] == ["a         5", "b     12000"]


@pytest.mark.parametrize("variable", ["LC_ALL", "LC_CTYPE", "LANG"])
def test_in_the_locale_c_lines_are_drawn_in_ascii(variable: str) -> None:
    """Its terminal may show nothing else; what is in the cells stays."""
    lines = drawn(RUNS, 100, {variable: "C"})
    assert "".join(lines).isascii()
    assert lines[1] == "-" * len(lines[1])
    assert "..." in lines[2]
    one = draw_one(RUNS, Utf8(), {"COLUMNS": "80", variable: "POSIX"}, color=False)
    assert one.isascii()


def test_plain_lines_are_whole_and_without_lines_or_columns() -> None:
    """For a screen reader: a member and its value, a blank line between two records."""
    assert plain_lines(
        [*RUNS, {"run": "b", "ok": False, "body": {"a": {"b": 1}}, "none": None}]
    ) == [
        "run: 20261124-1948-5d9k",
        "start: 19:48",
        "action: identify",
        "profile: main",
        "source: newsletter-subscribers-2026-11-24-export-final.csv",
        "state: finished",
        "accepted: 99998/100000",
        "",
        "run: b",
        "ok: no",
        "body.a.b: 1",
    ]
