"""Waits and moments in words, for people."""

import time

_MINUTE_S = 60
_TOO_FAR = "a day beyond the calendar"


def span_text(seconds: float) -> str:
    """Return a stretch of time: `5 s`, `15 minutes`."""
    minutes = seconds / _MINUTE_S
    return f"{minutes:g} minutes" if minutes > 1 and minutes.is_integer() else f"{seconds:g} s"


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
