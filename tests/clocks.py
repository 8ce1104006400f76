"""The one clock of the tests: it goes when it is told to."""

from datetime import UTC, date, datetime

BEGAN_UNIX_S = 1_800_000_000
"""2027-01-15 08:00:00 UTC."""


class HandClock:
    """A steady clock and a calendar that move together, by hand.

    Args:
        seconds: What the steady clock says at first.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def now(self) -> float:
        return self.seconds

    def unix(self) -> float:
        return BEGAN_UNIX_S + self.seconds

    def today(self) -> date:
        return datetime.fromtimestamp(self.unix(), UTC).date()
