"""Showing a run while it is sent: each row's result, and its progress."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sendx_cli.clock import Clock
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.tally import Counted, Tally
from sendx_cli.delivery.results import result_of
from sendx_cli.delivery.rows import Decided
from sendx_cli.delivery.sender import Sender, Turn
from sendx_cli.ending import Ending
from sendx_cli.errors import PassingTrouble, ResultsLost, SendxError
from sendx_cli.output.annotations import Annotations
from sendx_cli.output.progress import NoProgress, Progress
from sendx_cli.output.result_stream import ResultStream
from sendx_cli.output.shown import Shown
from sendx_cli.output.summary import duration
from sendx_cli.output.writer import Output
from sendx_cli.results import Result
from sendx_cli.runs.report_file import NoReport, Report

if TYPE_CHECKING:
    from sendx_cli.core.replies.verdict import Verdict

_RATE_OVER_S = 5.0
_DOWN = "the service is down: checking with one call at a time"


class RunReporter:
    """Shows what happens in a run, turn by turn, and knows when results can no longer be written.

    Args:
        output: Where results and messages go.
        source: The name of the file.
        progress: Shows the progress.
        report: Where each result is written as well.
        clock: What time it is.
        annotations: Shows rows that were not accepted at their lines.
        shown: Which rows have their results shown.
    """

    def __init__(
        self,
        output: Output,
        source: str,
        progress: Progress | NoProgress,
        report: Report | NoReport,
        clock: Clock,
        *,
        annotations: Annotations,
        shown: Shown,
    ) -> None:
        self._output = output
        self._source = source
        self._progress = progress
        self._report = report
        self._clock = clock
        self._results: ResultStream | None = ResultStream(output, shown)
        self._annotations = annotations
        self._tally = Tally(clock.now())
        self._lately: deque[tuple[float, Counted]] = deque()
        self._paused_for: Verdict | None = None
        self.ending: Ending | None = None
        """Set once the pipe that results go to is closed."""
        self.error: SendxError | None = None
        """Why results could not be written."""
        self.interrupted: set[int] = set()
        """The numbers of rows that were under way at the end and are to come again."""

    @property
    def has_lost_its_reader(self) -> bool:
        """Whether results can no longer be written: then no further row is to be sent."""
        return self.ending is not None or self.error is not None

    def show(self, turn: Turn, sender: Sender) -> None:
        """Show what happened in a turn, and the progress if that is due."""
        for note in turn.notes:
            self._output.note(note)
        for pause in turn.pauses:
            self._paused_for = pause.verdict
            again = f"retrying in {duration(pause.seconds)}"
            self._output.detail(f"{pause.verdict.message}: {again}")
        for decided in turn.decided:
            self._show_decided(decided)
        self._show_progress(sender)

    def _show_decided(self, decided: Decided) -> None:
        result = result_of(decided, self._source)
        if decided.outcome is Outcome.SKIPPED:
            self.interrupted.add(decided.row.number)
        else:
            self._tally.add(decided.outcome, attempts=decided.attempts, now=self._clock.now())
        self._annotate(result)
        with self.writing():
            self._report.write(result)
            if self._results is not None:
                self._results.write(result)

    def _show_progress(self, sender: Sender) -> None:
        if self._results is not None:
            with self.writing():
                self._output.flush()
        if not self._progress.is_due:
            return
        counted = self._tally.counted()
        note = None
        if sender.is_down:
            note = f"{_DOWN} ({self._paused_for.message})" if self._paused_for else _DOWN
        decided_per_s, accepted_per_s = self._rates_per_s(counted)
        self._progress.update(
            counted,
            decided_per_s=decided_per_s,
            accepted_per_s=accepted_per_s,
            limit_per_s=sender.limit_per_s,
            in_flight=sender.in_flight,
            note=note,
        )

    def close(self) -> None:
        """Finish the report and the results."""
        with self.writing():
            self._report.keep()
            if self._results is not None:
                self._results.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Record that results can no longer be written, if writing them fails within."""
        try:
            yield
        except BrokenPipeError:
            self._results, self.ending = None, Ending.PIPE_CLOSED
        except (ResultsLost, PassingTrouble) as error:
            self._results, self.error = None, error

    def _annotate(self, result: Result) -> None:
        if result.error is not None and result.outcome is not Outcome.SKIPPED and result.line:
            self._annotations.error(
                self._source,
                line=result.line,
                message=f"{self._source}:{result.line}: {result.error.message}",
                hint=result.error.hint,
            )

    def _rates_per_s(self, counted: Counted) -> tuple[float | None, float | None]:
        """Return the rows decided and accepted a second over the last few seconds."""
        now = self._clock.now()
        self._lately.append((now, counted))
        while now - self._lately[0][0] > _RATE_OVER_S:
            self._lately.popleft()
        began_at, before = self._lately[0]
        if now <= began_at:
            return None, None
        accepted = counted.counts[Outcome.ACCEPTED] - before.counts[Outcome.ACCEPTED]
        return (counted.rows - before.rows) / (now - began_at), accepted / (now - began_at)
