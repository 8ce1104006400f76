"""The lines that stay at a terminal's end while results pass above them."""

import io
import os
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO, cast

from sendx_cli.core.totals.sparkline import sparkline
from sendx_cli.output.safe import safe_line
from sendx_cli.output.writer import Output

if TYPE_CHECKING:
    from rich.text import Text

_BAR_COLUMNS = 20
_ERASE_LINE = "\r\x1b[2K"
_LINE_ABOVE = "\x1b[1A"


class LiveBar:
    """A few lines at the terminal's end that can be hidden and shown again.

    They are drawn at most ten times a second, but put back after every result: so they are
    kept as text.

    Args:
        output: Whose standard error is the terminal.
    """

    def __init__(self, output: Output) -> None:
        from rich.console import Console

        self._stream = output.stderr
        self._is_ascii = output.tells_ascii
        self._lines: list[str] = []
        self._is_shown = False
        self._console = Console(
            file=io.StringIO(),  # it draws; when that is shown is decided here
            force_terminal=True,
            no_color=None if output.color is None else not output.color,
            _environ=output.environ,
            highlight=False,
            emoji=False,
            markup=False,
        )

    @property
    def has_cursor(self) -> bool:
        """Whether escape codes move the cursor: older consoles of Windows know none."""
        return not self._console.legacy_windows

    def picture(self, values: tuple[float, ...]) -> str:
        """Draw a sparkline of what the terminal can show."""
        return sparkline(values, ascii_only=self._is_ascii)

    def draw(self, share: float | None, lines: list[list[str]]) -> None:
        """Show other lines, cut to the width that the terminal has now; empty ones are left out.

        Args:
            share: How much is done, from 0 to 1, as a bar before the first line; None: no bar.
            lines: The parts of each line.
        """
        from rich.text import Text

        # In the last column a cursor may or may not go on to the next line.
        width = max(self._console.width - 1, 1)
        texts = [Text(safe_line("  ".join(filter(None, parts)))) for parts in lines if parts]
        if share is not None:
            texts[0] = self._bar(share) + texts[0]
        with self._console.capture() as capture:
            for text in texts:
                self._console.print(text, width=width, no_wrap=True, overflow="crop")
        self.hide()
        self._lines = capture.get().splitlines()
        self.put_back()

    def hide(self) -> None:
        """Hide the lines, so that something else can be written."""
        if self._is_shown:
            self._write(_ERASE_LINE + (_LINE_ABOVE + _ERASE_LINE) * (len(self._lines) - 1))
            self._is_shown = False

    def put_back(self) -> None:
        """Show the lines again, from the cursor on."""
        if self._lines and not self._is_shown:
            self._write("\n".join(self._lines))
            self._is_shown = True

    def _bar(self, share: float) -> "Text":
        from rich.text import Text

        done = int(min(share, 1.0) * _BAR_COLUMNS)
        full, empty = "#-" if self._is_ascii else "━─"
        return Text.assemble((full * done, "green"), empty * (_BAR_COLUMNS - done), "  ")

    def _write(self, text: str) -> None:
        with suppress(OSError):  # nobody is left to look at it
            self._stream.write(text)
            self._stream.flush()


class _Above:
    """A terminal's stream whose text appears above the bar; all else is the stream's own."""

    def __init__(self, bar: LiveBar, stream: TextIO) -> None:
        self._bar = bar
        self._stream = stream

    def write(self, text: str) -> int:
        """Write at once: the bar must not come between."""
        self._bar.hide()
        written = self._stream.write(text)
        self._stream.flush()
        if text.endswith("\n"):
            self._bar.put_back()
        return written

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def above(bar: LiveBar, stream: TextIO) -> TextIO:
    """Return a stream whose text appears above the bar; all else is the stream's own."""
    return cast("TextIO", _Above(bar, stream))


def bar_on(output: Output) -> LiveBar | None:
    """Return a bar where standard error is a terminal with a cursor that can be moved."""
    term = output.environ.get("TERM", "")
    is_dumb = term in {"dumb", "unknown"} or (not term and os.name == "posix")
    if is_dumb or output.is_plain or not output.stderr.isatty():
        return None
    bar = LiveBar(output)
    return bar if bar.has_cursor else None
