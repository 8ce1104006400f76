"""A run's progress on standard error: a live bar on a terminal, elsewhere a line now and then."""

import math
from typing import Self

from sendx_cli.clock import Clock
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.tally import Counted
from sendx_cli.output.live_bar import above, bar_on
from sendx_cli.output.summary import duration, rate
from sendx_cli.output.writer import Output

_REDRAW_EVERY_S = 0.1
_LINE_EVERY_S = 10.0
_LONGEST_S = 300.0
"""Between two lines at most where nothing changes in an outage or a wait."""
_SLOTS_SHOWN = 10
_NOT_ACCEPTED = (Outcome.REJECTED, Outcome.FAILED, Outcome.UNKNOWN)


class NoProgress:
    """Stands in for the progress where it is not shown."""

    is_due = False

    def __enter__(self) -> Self:
        """Show nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Show nothing."""

    def update(self, counted: Counted, **_: object) -> None:
        """Show nothing."""

    def tell(self, done: int, *more: str) -> None:
        """Show nothing."""


class Progress:
    """Shows the progress of a run, as a context manager.

    The live bar needs a terminal that can move its cursor; nothing in the environment makes a
    pipe one. While it is shown, what `output` writes to a terminal appears above it.

    Args:
        output: Where it is shown, on standard error.
        total: Rows there are to send; None where nobody knows.
        clock: What time it is.
    """

    def __init__(self, output: Output, *, total: int | None, clock: Clock) -> None:
        self._output = output
        self._total = total
        self._clock = clock
        self._bar = bar_on(output)
        self._streams = (output.stdout, output.stderr)
        self._due_at = clock.now() + (_LINE_EVERY_S if self._bar is None else 0.0)
        self._noted: tuple[str | None, int] | None = None
        self._again_at = 0.0
        self._again_every_s = _LINE_EVERY_S

    @property
    def is_due(self) -> bool:
        """Whether an update would be shown: ten times a second, or every ten seconds."""
        return self._clock.now() >= self._due_at

    def __enter__(self) -> Self:
        """Let what is written to the terminal appear above the bar."""
        stdout, stderr = self._streams
        if self._bar is not None:
            self._output.stderr = above(self._bar, stderr)
            if stdout.isatty():
                self._output.stdout = above(self._bar, stdout)
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        self._output.stdout, self._output.stderr = self._streams
        if self._bar is not None:
            self._bar.hide()

    def update(
        self,
        counted: Counted,
        *,
        decided_per_s: float | None,
        accepted_per_s: float | None,
        limit_per_s: float | None,
        in_flight: int,
        note: str | None = None,
    ) -> None:
        """Show the numbers as they stand, if that is due.

        Args:
            counted: What became of the rows so far.
            decided_per_s: Rows decided a second lately; None where nobody knows.
            accepted_per_s: Rows accepted a second lately, as in the summary; the same.
            limit_per_s: The service's limit as far as it was found; also infinite.
            in_flight: Requests under way.
            note: What else should be known just now: an outage, a wait.
        """
        if not self.is_due:
            return
        where = [_rows(counted, self._total), *_time_left(counted, self._total, decided_per_s)]
        pace = [
            *_rates(accepted_per_s, limit_per_s),
            *_counts(counted),
            f"{in_flight} under way",
        ]
        notes = [note] if note else []
        if self._bar is None:
            self._due_at = self._clock.now() + _LINE_EVERY_S
            if self._is_news(counted, note):
                self._output.note(", ".join([*where, *pace, *notes]))
        else:
            self._due_at = self._clock.now() + _REDRAW_EVERY_S
            share = counted.rows / self._total if self._total else None
            picture = self._bar.picture(counted.accepted_per_s[-_SLOTS_SHOWN:])
            self._bar.draw(share, [[*where, picture], pace, notes])

    def _is_news(self, counted: Counted, note: str | None) -> bool:
        """Return whether to show a line: one that was shown already comes ever more rarely.

        Where nobody knows how many rows will come, one that says nothing new does not come at all.
        """
        now = self._clock.now()
        noted = (note, counted.rows)
        is_same = noted == self._noted
        if is_same and note is None and self._total is None:
            return False
        is_same = is_same and note is not None
        if is_same and now < self._again_at:
            return False
        self._again_every_s = min(2 * self._again_every_s, _LONGEST_S) if is_same else _LINE_EVERY_S
        self._noted, self._again_at = noted, now + self._again_every_s
        return True

    def tell(self, done: int, *more: str) -> None:
        """Show how much is done, if that is due.

        Args:
            done: Out of the total.
            more: What else should be known.
        """
        if not self.is_due:
            return
        words = [f"{done:,} of {self._total or 0:,}", *more]
        if self._bar is None:
            self._due_at = self._clock.now() + _LINE_EVERY_S
            self._output.note(", ".join(words))
        else:
            self._due_at = self._clock.now() + _REDRAW_EVERY_S
            self._bar.draw(done / self._total if self._total else None, [words])


def open_progress(output: Output, *, total: int | None, clock: Clock) -> Progress | NoProgress:
    """Return what shows how far a run is, or its stand-in where quiet was asked for."""
    return NoProgress() if output.is_quiet else Progress(output, total=total, clock=clock)


def _rows(counted: Counted, total: int | None) -> str:
    if not total:
        return f"{counted.rows:,} rows"
    return f"{counted.rows:,} of {total:,} rows ({counted.rows * 100 // total} %)"


def _time_left(counted: Counted, total: int | None, decided_per_s: float | None) -> list[str]:
    if not total or not decided_per_s:
        return []
    left = total - counted.rows
    return [f"{duration(max(left / decided_per_s, 1.0))} left"] if left > 0 else []


def _rates(accepted_per_s: float | None, limit_per_s: float | None) -> list[str]:
    known = [("", accepted_per_s), ("limit ", limit_per_s)]
    return [
        word + rate(per_s) for word, per_s in known if per_s is not None and math.isfinite(per_s)
    ]


def _counts(counted: Counted) -> list[str]:
    """Return the counts by the words of the summary; of those that are 0, accepted alone."""
    others = {str(outcome): counted.counts[outcome] for outcome in _NOT_ACCEPTED}
    others["retried"] = counted.retried
    return [
        f"{counted.counts[Outcome.ACCEPTED]:,} accepted",
        *(f"{count:,} {word}" for word, count in others.items() if count),
    ]
