"""The rate limits in an answer's headers.

Two forms are in use: the structured fields of the IETF draft "RateLimit header fields for HTTP"
(`RateLimit: "default";r=0;t=3` and `RateLimit-Policy: "default";q=100;w=1`), and its forerunners
with a header for each number (`X-RateLimit-Limit`, `-Remaining`, `-Reset`, with or without the
`X-`). None of it is promised by SendX: whatever is malformed is ignored.
"""

from collections.abc import Mapping
from typing import NamedTuple

_MAX_DIGITS = 9
_LONGEST_RESET_S = 3600.0


class RateHints(NamedTuple):
    """The hints of one answer; None for those it does not have.

    Args:
        retry_after_s: `Retry-After`, in seconds, as `read_retry_after` returns it.
        remaining: Calls left until the reset.
        reset_s: Seconds until there are more.
        quota: Calls in a window.
        window_s: The window's length in seconds.
    """

    retry_after_s: float | None = None
    remaining: int | None = None
    reset_s: float | None = None
    quota: int | None = None
    window_s: float | None = None


def read_rate_headers(
    headers: Mapping[str, str], retry_after_s: float | None = None
) -> RateHints | None:
    """Read the rate limits in an answer's headers.

    Args:
        headers: Names in lower case.
        retry_after_s: `Retry-After`, as `read_retry_after` returns it.

    Returns:
        The hints, or None if there are no usable ones.
    """
    state = _tightest(headers.get("ratelimit"), "r")
    policy = _tightest(headers.get("ratelimit-policy"), "q")
    remaining = state.get("r", _plain(headers, "remaining"))
    reset = state.get("t", _seconds(_plain(headers, "reset")))
    hints = RateHints(
        retry_after_s=retry_after_s,
        remaining=remaining,
        reset_s=None if reset is None else min(float(reset), _LONGEST_RESET_S),
        quota=policy.get("q", _plain(headers, "limit")),
        window_s=float(policy["w"]) if policy.get("w") else None,
    )
    return None if hints == RateHints() else hints


def _tightest(field: str | None, name: str) -> dict[str, int]:
    """Return, of several limits, the one with the lowest rate of `name`: it is met first."""
    limits = [_parameters(item) for item in field.split(",")] if field else []
    given = [limit for limit in limits if name in limit]
    return min(given, key=lambda limit: _tightness(limit, name), default={})


def _tightness(limit: Mapping[str, int], name: str) -> float:
    return limit[name] / (limit.get("w") or 1)


def _parameters(item: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in item.split(";")[1:]:
        name, _, text = part.partition("=")
        number = _number(text)
        if number is not None:
            found[name.strip()] = number
    return found


def _plain(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(f"x-ratelimit-{name}") or headers.get(f"ratelimit-{name}")
    return None if text is None else _number(text)


def _seconds(reset: int | None) -> int | None:
    # Some services give a time (seconds since 1970), by an unknown clock: that is of no use here.
    return None if reset is None or reset > 10**8 else reset


def _number(text: str) -> int | None:
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > _MAX_DIGITS + 1:
        return None
    return int(digits)
