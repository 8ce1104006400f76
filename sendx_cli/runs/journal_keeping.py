"""`--keep-journal`: what is older is removed from a stream's journal while the stream is sent."""

from collections import deque

from sendx_cli.clock import Clock
from sendx_cli.journal.old_rows import OldRows
from sendx_cli.journal.results import result_of_left_out
from sendx_cli.runs.live_rows import LiveRows
from sendx_cli.runs.report_file import NoReport, Report

_PASSES = 100
"""So often is the journal looked through in the time that it keeps, but once a minute at most."""
_LEAST_PASS_S = 60.0


class JournalKeeping:
    """Removes old rows from a stream's journal, a few in each turn of the sender.

    Rows that were not sent have no time in the journal: they are as old as the lines read with
    them, of which a hundred are noted over the time that is kept.

    Args:
        old_rows: Removes them.
        keep_s: How old they may be, in seconds.
        live: How far the input has been read.
        clock: What time it is.
        report: Gets the rows that were not sent, which it is otherwise told at the end.
        source: The name of the input.
        action: The run's action.
    """

    def __init__(
        self,
        old_rows: OldRows,
        keep_s: float,
        live: LiveRows,
        clock: Clock,
        *,
        report: Report | NoReport,
        source: str,
        action: str,
    ) -> None:
        self._old_rows = old_rows
        self._keep_s = keep_s
        self._live = live
        self._clock = clock
        self._report = report
        self._source = source
        self._action = action
        self._pass_s = max(keep_s / _PASSES, _LEAST_PASS_S)
        self._due_at = clock.now() + self._pass_s
        self._lines: deque[tuple[float, int]] = deque()
        self._line = -1

    def step(self) -> None:
        """Remove a few old rows, if that is due.

        Raises:
            PassingTrouble: The journal or the report cannot be written.
        """
        now = self._clock.now()
        if now < self._due_at:
            return
        before = int(self._clock.unix() - self._keep_s)
        has_more = self._old_rows.remove_some(before)
        has_more = self._remove_left_out(now, before) or has_more
        if not has_more:
            self._lines.append((now, self._live.read.line))
            self._due_at = now + self._pass_s

    def _remove_left_out(self, now: float, before: int) -> bool:
        while self._lines and self._lines[0][0] <= now - self._keep_s:
            _, self._line = self._lines.popleft()
        removed = self._old_rows.remove_left_out(self._line, before)
        for row in removed:
            self._report.write(result_of_left_out(row, self._action, self._source))
        return bool(removed)
