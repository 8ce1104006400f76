"""What is told of a run while it goes on: each row's result, and how far it is."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sendx_cli.clock import Clock
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Verdict
from sendx_cli.core.totals.tally import Tally
from sendx_cli.delivery.circuit_breaker import Patience
from sendx_cli.delivery.results import result_of
from sendx_cli.delivery.rows import Settled
from sendx_cli.delivery.sender import Sender
from sendx_cli.ending import Ending
from sendx_cli.errors import PassingTrouble, ResultsLost, SendxError
from sendx_cli.output.annotations import Annotations
from sendx_cli.output.progress import NoProgress, Progress
from sendx_cli.output.result_stream import ResultStream
from sendx_cli.output.writer import Output
from sendx_cli.results import Result
from sendx_cli.runs.report_file import NoReport, Report

_RATE_OVER_S = 5.0
_DOWN = "the service is down: one call at a time finds out when it is back"


class Watch:
    """Tells of each row as it is decided. Where nobody can be told any more, it stops the run.

    Args:
        output: Where results and messages go.
        source: How the file is called.
        progress: How far it is.
        report: Where each result is written as well.
        clock: What time it is.
    """

    def __init__(
        self,
        output: Output,
        source: str,
        progress: Progress | NoProgress,
        report: Report | NoReport,
        clock: Clock,
    ) -> None:
        self._output = output
        self._source = source
        self._progress = progress
        self._report = report
        self._clock = clock
        self._results: ResultStream | None = ResultStream(output)
        self._annotations = Annotations(output)
        self._tally = Tally(clock.now())
        self._paces: deque[tuple[float, int]] = deque()
        self._told: Verdict | None = None
        self.stop_run: Callable[[], None] = lambda: None
        """Called where results cannot be told any more."""
        self.ending: Ending | None = None
        """The pipe that results went to is closed."""
        self.trouble: SendxError | None = None
        """Results could not be written."""

    def waited(self, wait_s: float, verdict: Verdict) -> None:
        """Take note that a row waits for its repetition."""
        self._told = verdict
        self._output.detail(f"{verdict.message}: trying again in {wait_s:.1f} s")

    def decided(self, settled: Settled) -> None:
        """Tell what became of a row."""
        result = result_of(settled, self._source)
        self._tally.add(settled.outcome, attempts=settled.attempts, now=self._clock.now())
        self._annotate(result)
        with self.telling():
            self._report.write(result)
            if self._results is not None:
                self._results.write(result)

    def turned(self, sender: Sender, pacer: Pacer, patience: Patience) -> None:
        """Hand over what was written, and show how far the run is, if that is due."""
        if self._results is not None:
            with self.telling():
                self._output.flush()
        if not self._progress.is_due:
            return
        counted = self._tally.counted()
        note = None
        if patience.is_down:
            note = f"{_DOWN} ({self._told.message})" if self._told else _DOWN
        self._progress.update(
            counted,
            rate_per_s=self._rate_per_s(counted.rows),
            limit_per_s=pacer.limit_per_s,
            in_flight=sender.in_flight,
            note=note,
        )

    def close(self) -> None:
        """End what was written."""
        with self.telling():
            self._report.keep()
            if self._results is not None:
                self._results.close()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Hold that what is told within may find nobody who takes it: then the run stops."""
        try:
            yield
        except BrokenPipeError:
            self._results, self.ending = None, Ending.PIPE_CLOSED
            self.stop_run()
        except (ResultsLost, PassingTrouble) as trouble:
            self._results, self.trouble = None, trouble
            self.stop_run()

    def _annotate(self, result: Result) -> None:
        if result.error is not None and result.outcome is not Outcome.SKIPPED and result.line:
            self._annotations.error(
                self._source,
                line=result.line,
                message=result.error.message,
                hint=result.error.hint,
            )

    def _rate_per_s(self, rows: int) -> float | None:
        """Return the rows decided a second over the last few seconds."""
        now = self._clock.now()
        self._paces.append((now, rows))
        while now - self._paces[0][0] > _RATE_OVER_S:
            self._paces.popleft()
        began_at, before = self._paces[0]
        return (rows - before) / (now - began_at) if now > began_at else None
