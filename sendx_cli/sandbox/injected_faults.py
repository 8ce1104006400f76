"""Deciding which requests fail, and how, by the configured faults, a clock and a random source."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from threading import Lock

from sendx_cli.sandbox.faults import Faults, RateLimit
from sendx_cli.sandbox.messages import Response, error_response

QUOTA_MESSAGE = "Email sending limit exceeded. Please upgrade your plan."
"""Documented for a plan that is used up; no waiting mends it."""

_LOGIN_PAGE = b"<!DOCTYPE html><title>Sign in</title><h1>Sign in to use this network</h1>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectedFault:
    """What happens to one request.

    Args:
        wait_s: Time by which the answer is held back.
        kind: The failure's kind, `rate_limit`, or None where nothing fails.
        response: Answered in the API's stead, which never sees the request.
    """

    wait_s: float = 0.0
    kind: str | None = None
    response: Response | None = None


class FaultSource:
    """Decides for each request; threads may share one.

    Args:
        faults: What may go wrong, and how often.
        now: Seconds on a clock that never jumps.
        random_share: Draws evenly from [0, 1).
    """

    def __init__(
        self, faults: Faults, now: Callable[[], float], random_share: Callable[[], float]
    ) -> None:
        self._faults = faults
        self._random_share = random_share
        self._bucket = None if faults.rate_limit is None else _Bucket(faults.rate_limit, now)

    def next(self) -> InjectedFault:
        """Return what happens to the next request."""
        wait_s = self._latency_s()
        refusal = None if self._bucket is None else self._bucket.refusal()
        if refusal is not None:
            return InjectedFault(wait_s=wait_s, kind="rate_limit", response=refusal)
        kind = self._failure()
        return InjectedFault(wait_s=wait_s, kind=kind, response=_stand_in(kind))

    def _latency_s(self) -> float:
        latency = self._faults.latency
        if latency is None:
            return 0.0
        return latency.least_s + (latency.most_s - latency.least_s) * self._random_share()

    def _failure(self) -> str | None:
        if not self._faults.failures:
            return None
        drawn = self._random_share()
        for failure in self._faults.failures:
            drawn -= failure.share
            if drawn < 0:
                return failure.kind
        return None


class _Bucket:
    def __init__(self, limit: RateLimit, now: Callable[[], float]) -> None:
        self._limit = limit
        self._now = now
        self._lock = Lock()
        self._tokens = float(limit.burst)
        self._filled_at = now()

    def refusal(self) -> Response | None:
        """Take a token; where there is none, return the answer that says so."""
        with self._lock:
            now = self._now()
            gained = (now - self._filled_at) * self._limit.rate_per_s
            self._tokens = min(self._tokens + gained, self._limit.burst)
            self._filled_at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return None
            wait_s = (1 - self._tokens) / self._limit.rate_per_s
        headers = {"Retry-After": str(max(ceil(wait_s), 1))} if self._limit.says_when else None
        return error_response(HTTPStatus.TOO_MANY_REQUESTS, headers=headers)


def _stand_in(kind: str | None) -> Response | None:
    if kind == "html":
        return Response(HTTPStatus.OK, _LOGIN_PAGE, {"Content-Type": "text/html; charset=utf-8"})
    if kind == "quota":
        return error_response(HTTPStatus.TOO_MANY_REQUESTS, QUOTA_MESSAGE)
    if kind is not None and kind.isdigit():
        return error_response(int(kind))
    return None
