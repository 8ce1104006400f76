"""How far a reading is, on standard error: a live bar on a terminal, elsewhere a line at times."""

from typing import Self

from sendx_cli.clock import Clock
from sendx_cli.output.live_bar import bar_on
from sendx_cli.output.writer import Output

_REDRAW_EVERY_S = 0.1
_LINE_EVERY_S = 10.0


class CountProgress:
    """Shows how many of a known number are done, as a context manager; nothing where quiet.

    Args:
        output: Where it is shown, on standard error.
        clock: What time it is.
        title: What is being done: `snapshot`.
        total: How many there are.
    """

    def __init__(self, output: Output, clock: Clock, title: str, total: int) -> None:
        self._output = output
        self._clock = clock
        self._title = title
        self._total = total
        self._bar = None if output.is_quiet else bar_on(output)
        self._due_at = clock.now() + (_LINE_EVERY_S if self._bar is None else 0.0)

    def __enter__(self) -> Self:
        """Show nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.hide()

    def update(self, done: int) -> None:
        """Show how many are done, if that is due."""
        now = self._clock.now()
        if now < self._due_at:
            return
        text = f"{self._title}: {done:,} of {self._total:,} contacts"
        if self._bar is None:
            self._due_at = now + _LINE_EVERY_S
            self._output.note(text)
        else:
            self._due_at = now + _REDRAW_EVERY_S
            self._bar.draw(done / self._total if self._total else None, [[text]])
