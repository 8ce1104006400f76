"""Rows that a journal no longer has (`--keep-journal`): a part is never taken for the whole."""

from sendx_cli.clock import past_text
from sendx_cli.errors import InputError
from sendx_cli.journal.removed import Removed
from sendx_cli.quantity import quantity


def no_longer_kept(removed: Removed) -> str:
    """Return in words what a journal no longer has."""
    rows, moment = quantity(removed.rows, "row"), past_text(removed.before)
    return f"counted but no longer kept (--keep-journal): {rows} decided before {moment}"


def refuse_part(run: str, removed: Removed | None, *, hint: str) -> None:
    """Refuse what needs all rows of a run where some are no longer kept.

    Args:
        run: The run's id.
        removed: The rows that its journal no longer has; None: it has all.
        hint: What can be done instead.

    Raises:
        InputError: Some are no longer kept.
    """
    if removed is not None:
        raise InputError(f"run {run}: {no_longer_kept(removed)}", hint=hint)
