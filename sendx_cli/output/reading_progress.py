"""How far the account has been read, on standard error: a live line, elsewhere one now and then."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sendx_cli.clock import Clock
from sendx_cli.output.live_bar import bar_on
from sendx_cli.output.writer import Output

_REDRAW_EVERY_S = 0.1
_LINE_EVERY_S = 10.0


class ShowsReading(Protocol):
    """Shows the numbers as they stand, if that is due."""

    def __call__(self, *, found: int, wanted: int, pages: int) -> None:
        """Show them.

        Args:
            found: Contacts of the file that were found so far.
            wanted: Contacts of the file.
            pages: Pages that were asked for.
        """


@contextmanager
def reading_progress(output: Output, clock: Clock) -> Iterator[ShowsReading]:
    """Yield what shows how far the account has been read; nothing where quiet was asked for."""
    bar = None if output.is_quiet else bar_on(output)
    every_s = _LINE_EVERY_S if bar is None else _REDRAW_EVERY_S
    due_at = clock.now() + (0.0 if bar is not None else every_s)

    def show(*, found: int, wanted: int, pages: int) -> None:
        nonlocal due_at
        if output.is_quiet or clock.now() < due_at:
            return
        due_at = clock.now() + every_s
        text = f"account: {found:,} of {wanted:,} contacts found, {pages:,} pages"
        if bar is None:
            output.note(text)
        else:
            bar.draw(found / wanted, [[text]])

    try:
        yield show
    finally:
        if bar is not None:
            bar.hide()
