"""Durations in words, for people."""

_MINUTE_S = 60


def span_text(seconds: float) -> str:
    """Return a duration in words: `5 s`, `15 minutes`."""
    minutes = seconds / _MINUTE_S
    return f"{minutes:g} minutes" if minutes > 1 and minutes.is_integer() else f"{seconds:g} s"
