"""The clocks of the tests: one that goes when it is told to, and one that is ahead."""

from datetime import UTC, date, datetime

from sendx_cli.clock import SystemClock

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


class ShiftedClock(SystemClock):
    """The machine's clock, whose calendar is ahead by some seconds."""

    seconds = 0.0

    def unix(self) -> float:
        return super().unix() + self.seconds


class Ahead(SystemClock):
    """The machine's clocks, both set forward by hand: a pause of hours in a moment."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def now(self) -> float:
        return super().now() + self.ahead_s

    def unix(self) -> float:
        return super().unix() + self.ahead_s
