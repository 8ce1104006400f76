"""Rows that a journal no longer has (`--keep-journal`): a part is never taken for the whole."""

from sendx_cli.clock import past_text
from sendx_cli.errors import InputError
from sendx_cli.journal.removed import Removed


def no_longer_kept(removed: Removed) -> str:
    """Return in words what a journal no longer has."""
    rows = "1 row" if removed.rows == 1 else f"{removed.rows:,} rows"
    moment = past_text(removed.before)
    return f"{rows} decided before {moment} are counted but no longer kept (--keep-journal)"


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
