"""A run's results in any format, each written as soon as it is known."""

from typing import TYPE_CHECKING

from sendx_cli.output.cell_width import ELLIPSIS, cut_to, padded
from sendx_cli.output.formats import OutputFormat, json_line
from sendx_cli.output.repetitions import Repetitions
from sendx_cli.output.safe import safe
from sendx_cli.output.shown import Shown
from sendx_cli.output.terminal import shows_only_ascii, terminal_width
from sendx_cli.output.writer import Output
from sendx_cli.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST_WIDTH = 40
_LINE_WIDTH = 7
_OUTCOME_WIDTH = 8
_STATE_WIDTH = 12
_EMAIL_SHARE = 0.42


class ResultStream:
    """Writes results to standard output as they come; `Output.flush` flushes them.

    A table's columns have fixed widths here: nobody knows the rows that are yet to come. A table
    of the rows that were not accepted has three of each cause, and then how many more there were.

    Args:
        output: Where they go, and in which format.
        shown: Which of them are written.
    """

    def __init__(self, output: Output, shown: Shown = Shown.ALL) -> None:
        self._output = output
        self._shown = shown
        self._repetitions = Repetitions()
        self._count = 0
        self._write: Callable[[Result], None] = {
            OutputFormat.TABLE: self._write_plain_row if output.is_plain else self._write_row,
            OutputFormat.JSON: self._write_item,
        }.get(output.format, self._write_record)

    def write(self, result: Result) -> None:
        """Write one result, if it is of those that are shown.

        Raises:
            SendxError: The system did not take it.
            BrokenPipeError: Nobody reads any more.
        """
        if not self._is_shown(result):
            return
        self._write(result)
        self._count += 1

    def close(self) -> None:
        """Write what follows the last result, and flush."""
        if self._output.format is OutputFormat.JSON:
            self._output.close_items()
        for line in self._repetitions.rest():
            self._output.write(f"{self._cut(safe(line))}\n", at_once=False)
        self._output.flush()

    def _is_shown(self, result: Result) -> bool:
        if self._shown is not Shown.FAILED:
            return self._shown is Shown.ALL
        if result.ok or self._output.format is not OutputFormat.TABLE:
            return not result.ok
        cause = result.error.message if result.error else result.message
        return self._repetitions.is_to_be_told(cause)

    def _write_record(self, result: Result) -> None:
        self._output.stream(result.record(), at_once=False)

    def _write_item(self, result: Result) -> None:
        self._output.item(result.record())

    def _write_row(self, result: Result) -> None:
        names_state = result.state is not None
        if not self._count:
            heading = self._row("line", "email", "outcome", "message", names_state=names_state)
            self._output.write(heading, at_once=False)
        line = "" if result.line is None else str(result.line)
        outcome = result.state or result.outcome
        row = self._row(line, result.email, outcome, result.message, names_state=names_state)
        self._output.write(row, at_once=False)
        if sent := self._sent(result):
            self._output.write(self._cut(f"{'':{_LINE_WIDTH}}  {sent}") + "\n", at_once=False)

    def _write_plain_row(self, result: Result) -> None:
        where = "" if result.line is None else f"line {result.line}: "
        told = (result.email, result.state or result.outcome, result.message, self._sent(result))
        self._output.write(f"{safe(where + ': '.join(filter(None, told)))}\n", at_once=False)

    def _sent(self, result: Result) -> str:
        """Return what was sent, where that is told; empty where nothing was."""
        if result.sent is None or result.sent.body is None:
            return ""
        return f"sent {json_line(result.sent.body, ascii_only=self._output.is_ascii)}"

    def _row(self, line: str, email: str, outcome: str, message: str, *, names_state: bool) -> str:
        email_width = int(self._width() * _EMAIL_SHARE)
        cells = (
            line.rjust(_LINE_WIDTH),
            padded(safe(email), email_width, self._ellipsis()),
            outcome.ljust(_STATE_WIDTH if names_state else _OUTCOME_WIDTH),
            safe(message),
        )
        return self._cut("  ".join(cells)).rstrip() + "\n"

    def _cut(self, text: str) -> str:
        return cut_to(text, self._width(), self._ellipsis())

    def _ellipsis(self) -> str:
        is_ascii = shows_only_ascii(self._output.stdout, self._output.environ)
        return "..." if is_ascii else ELLIPSIS

    def _width(self) -> int:
        return max(terminal_width(self._output.stdout, self._output.environ), _LEAST_WIDTH)
