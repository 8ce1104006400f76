"""Headers spread over several lines (as in the Pollock benchmark): no line of them is a row."""

from pathlib import Path

import pytest

from tests.runs.conftest import Send
from tests.servers import ScriptedServer

ROW = "2026-01-31,Ann,ann@example.com\n"
MAPS = ("--map", "DATE=field:since", "--map", "NAME=first_name", "--map", "ADDRESS=email")
REPEATED = "people.csv:{line}: the row repeats the header (were files concatenated?)\n"


@pytest.mark.parametrize(
    ("below", "told"),
    [
        (["DATE,NAME,ADDRESS\n"], [REPEATED]),
        (["DATE,NAME,ADDRESS\n"] * 2, [REPEATED] * 2),
        (["of sign-up,of contact,of mail\n"], ['not an address, it has no "@": of mail\n']),
        ([",(first),\n"], ["ADDRESS: empty\n"]),
    ],
    ids=["twice", "thrice", "words", "some"],
)
@pytest.mark.parametrize("skips", [False, True])
def test_the_lines_below_the_first_are_no_rows(
    send: Send, server: ScriptedServer, folder: Path, below: list[str], told: list[str], skips: bool
) -> None:
    """They are named and nothing is sent; where bad rows are skipped, they are the only ones."""
    (folder / "people.csv").write_text("".join(["DATE,NAME,ADDRESS\n", *below, ROW]))
    run = send(
        "identify", "--from", "people.csv", *MAPS, *["--skip-invalid"] * skips, "-o", "jsonl"
    )
    assert run.code == (4 if skips else 2)
    assert [request.json for request in server.requests] == [
        {
            "email": "ann@example.com",
            "firstName": "Ann",
            "customFields": {"since": "2026-01-31"},
        }
    ] * skips
    for line, text in enumerate(told, start=2):
        assert text.format(line=line) in run.err


def test_a_line_of_groups_above_the_header_is_left_out(
    send: Send, server: ScriptedServer, folder: Path
) -> None:
    """The line with the name of the address is the header; the plan says so."""
    (folder / "people.csv").write_text(
        "Person,,\nEmail,First Name,Last Name\nann@example.com,Ann,Lee\n"
    )
    run = send("identify", "--from", "people.csv", "-o", "jsonl")
    assert run.code == 0
    assert "skipped 1 line before the header" in run.err
    assert [request.json for request in server.requests] == [
        {"email": "ann@example.com", "firstName": "Ann", "lastName": "Lee"}
    ]
