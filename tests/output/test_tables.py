"""Tables: colour where it is asked for, and nowhere else."""

import io

import pytest

from sendx_cli.output.tables import draw_rows

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
