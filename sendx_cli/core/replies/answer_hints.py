"""The hints about limits in an answer's headers, parsed only if there are any."""

from collections.abc import Mapping

from sendx_cli.core.replies.rate_headers import RateHints, read_rate_headers
from sendx_cli.core.replies.retry import read_retry_after


def read_hints(headers: Mapping[str, str], now_unix_s: float) -> RateHints | None:
    """Read `Retry-After` and the rate limits in an answer's headers.

    Args:
        headers: Names in lower case.
        now_unix_s: This machine's clock, for a `Retry-After` date in an answer without `Date`.

    Returns:
        The hints, or None if there are no usable ones.
    """
    retry_after = headers.get("retry-after")
    # Most answers have no such headers: one search for all is much faster than one for each.
    if retry_after is None and "ratelimit" not in " ".join(headers):
        return None
    date = headers.get("date")
    retry_after_s = read_retry_after(retry_after, date=date, now_unix_s=now_unix_s)
    return read_rate_headers(headers, retry_after_s)
