"""The rows of a run that were not accepted and need a look, in the order of their lines."""

import heapq
from collections.abc import Collection, Iterator

from sendx_cli.journal.rows import LeftOut, LeftOutKind, State
from sendx_cli.journal.view import RunView
from sendx_cli.output.code_quality import Finding

_BAD_CODE = "bad_row"


def failures(view: RunView, states: Collection[State]) -> Iterator[Finding]:
    """Yield the rows in these states, and bad ones, in the order of their lines."""
    refused = (
        Finding(row.line, row.code or row.state, row.message or "", row.contact.email)
        for row in view.rows(states)
        if row.line is not None
    )
    return heapq.merge(refused, map(bad_row, bad_rows(view)))


def bad_rows(view: RunView) -> Iterator[LeftOut]:
    """Yield the rows that cannot be sent."""
    return (row for row in view.left_out() if row.kind is LeftOutKind.BAD)


def bad_row(row: LeftOut) -> Finding:
    """Return why a row cannot be sent."""
    return Finding(row.line, _BAD_CODE, row.message, row.email)
