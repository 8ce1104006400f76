"""Time, as a value that can be passed in: the only place that reads the machine's clocks."""

import sys
import time
from datetime import date
from typing import Protocol

_EARLIEST_UNIX_S = 86_400.0
_LATEST_UNIX_S = 253_402_214_400.0
"""9999-12-31 00:00 UTC: an hour has a calendar day in every zone up to here, and none beyond."""

_MINUTE_S = 60
_TOO_FAR = "a day beyond the calendar"


class Clock(Protocol):
    """The times that the rest of the program uses."""

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
        # On Windows the monotonic clock goes by steps of 15.6 ms before Python 3.13.
        return time.perf_counter() if sys.platform == "win32" else time.monotonic()

    def unix(self) -> float:
        """Seconds since 1970, within the calendar however wrong the machine's clock may be."""
        try:
            return min(max(time.time(), _EARLIEST_UNIX_S), _LATEST_UNIX_S)
        except OverflowError:  # from the year 2262 on, whose nanoseconds take more than 64 bits
            return _LATEST_UNIX_S

    def today(self) -> date:
        """The local day."""
        return date.fromtimestamp(self.unix())  # noqa: DTZ012 - a birthday is a local day


def day_text(unix_s: float, now_unix_s: float) -> str:
    """Return a moment by the local clock in few letters: `14:05`, `Nov 23`, `2025`.

    Args:
        unix_s: The moment, in seconds since 1970.
        now_unix_s: The present one.
    """
    try:
        moment, now = time.localtime(unix_s), time.localtime(now_unix_s)
        if moment[:3] == now[:3]:
            return time.strftime("%H:%M", moment)
        return time.strftime("%b %d" if moment[0] == now[0] else "%Y", moment)
    except (OverflowError, ValueError, OSError):
        return _TOO_FAR


def past_text(unix_s: float) -> str:
    """Return a moment that has passed by the local clock, to its minute: `2026-11-25 14:05`.

    Args:
        unix_s: The moment, in seconds since 1970.
    """
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(unix_s))
    except (OverflowError, ValueError, OSError):
        return _TOO_FAR


def moment_text(unix_s: float, now_unix_s: float) -> str:
    """Return a moment by the local clock: `14:05`, or `2026-11-25 14:05` on another day.

    It is rounded up to the minute, so that who waits until then has waited long enough.

    Args:
        unix_s: The moment, in seconds since 1970.
        now_unix_s: The present one.
    """
    minute_s = -(-unix_s // _MINUTE_S) * _MINUTE_S
    try:
        moment, now = time.localtime(minute_s), time.localtime(now_unix_s)
        is_today = moment[:3] == now[:3]
        return time.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M", moment)
    except (OverflowError, ValueError, OSError):
        return _TOO_FAR
