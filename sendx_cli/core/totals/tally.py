"""The rows of a run counted as they are decided, for whoever watches it."""

from typing import NamedTuple

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.sparkline import Slots


class Counted(NamedTuple):
    """What has been counted so far.

    Args:
        counts: Rows decided, by outcome; every outcome is there.
        retried: Rows that more than one request was made for.
        accepted_per_s: Rows accepted per second, over slots of equal width; those that are over.
    """

    counts: dict[Outcome, int]
    retried: int
    accepted_per_s: tuple[float, ...]

    @property
    def rows(self) -> int:
        """Rows whose outcome is decided."""
        return sum(self.counts.values())


class Tally:
    """Counts rows as they are decided.

    Args:
        began_at: When the run began, in seconds on the caller's clock.
    """

    def __init__(self, began_at: float) -> None:
        self._counts = dict.fromkeys(Outcome, 0)
        self._retried = 0
        self._slots = Slots(began_at)

    def add(self, outcome: Outcome, *, attempts: int, now: float) -> None:
        """Count one row.

        Args:
            outcome: Its outcome.
            attempts: Number of requests made.
            now: When its outcome was decided.
        """
        self._counts[outcome] += 1
        self._retried += attempts > 1
        self._slots.add(int(outcome is Outcome.ACCEPTED), now)

    def counted(self) -> Counted:
        """Return the numbers as they stand."""
        width_s = self._slots.width_s
        rates = tuple(count / width_s for count in self._slots.counts[:-1])
        return Counted(dict(self._counts), self._retried, rates)
