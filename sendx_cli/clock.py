"""Time, as a value that can be handed in: the only place that asks the machine what time it is."""

import time
from datetime import date
from typing import Protocol


class Clock(Protocol):
    """What the rest of the program knows of time."""

    def now(self) -> float:
        """Seconds on a clock that never jumps; only differences mean something."""

    def unix(self) -> float:
        """Seconds since 1970, for records and for dates sent by others."""

    def today(self) -> date:
        """The day it is here."""


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> float:
        """Seconds of the monotonic clock."""
        return time.monotonic()

    def unix(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def today(self) -> date:
        """The local day."""
        return date.fromtimestamp(time.time())  # noqa: DTZ012 - a birthday is a local day
