"""What goes wrong on purpose: `--latency`, `--rate-limit` and `--fail` as values.

The server's options are text, so that a script can hold a bad day in a line:
`--latency 20ms-80ms --rate-limit 100/s:10:retry-after --fail 503:2%,reset:1%`.
"""

import re
from dataclasses import dataclass

from sendx_cli.errors import InvalidValue

_DURATION = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ms|s|)\Z", re.ASCII)
_RATE = re.compile(r"(\d+(?:\.\d+)?)(?:/s)?\Z", re.ASCII)
_FAILURE = re.compile(r"(?:([a-z]+|[45]\d\d):)?(\d+(?:\.\d+)?)%\Z", re.ASCII)
_MAX_LATENCY_S = 3600.0

KINDS = ("reset", "timeout", "html", "quota")
"""Failures that are not a status: see `Failure`."""

_LATENCY_HINT = "write 40ms, 0.2s, or a range: 20ms-80ms"
_RATE_HINT = "write 100/s, with a burst 100/s:10, and 100/s:10:retry-after to say when to come back"
_FAILURE_HINT = f"write 5%, or any of {', '.join(KINDS)} or a status: 503:2%,reset:1%"


@dataclass(frozen=True, slots=True)
class Latency:
    """Each answer is delayed by a time between two bounds, in seconds."""

    least_s: float
    most_s: float


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket: requests beyond it are answered with 429.

    Args:
        rate_per_s: Requests a second, in the long run.
        burst: Requests that may come at once after a pause.
        says_when: Whether the 429 carries `Retry-After`.
    """

    rate_per_s: float
    burst: int
    says_when: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A share of the requests fails.

    Args:
        kind: A status (`"503"`), answered without acting on the request; `"html"`, a login page
            with status 200; `"quota"`, the 429 of a used-up plan; `"reset"`, acted on and the
            connection reset; `"timeout"`, acted on and never answered.
        share: From 0 to 1.
    """

    kind: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """All that goes wrong; by default nothing does."""

    latency: Latency | None = None
    rate_limit: RateLimit | None = None
    failures: tuple[Failure, ...] = ()


def parse_latency(text: str) -> Latency:
    """Read `40ms`, `0.2s`, `0.1` (seconds) or a range such as `20ms-80ms`.

    Raises:
        InvalidValue: It is none of these.
    """
    least, dash, most = text.partition("-")
    least_s = _seconds(least, text)
    latency = Latency(least_s, _seconds(most, text) if dash else least_s)
    if latency.least_s > latency.most_s or latency.most_s > _MAX_LATENCY_S:
        raise InvalidValue(f"not a range of times up to an hour: {text}", hint=_LATENCY_HINT)
    return latency


def parse_rate_limit(text: str) -> RateLimit:
    """Read `RATE[/s][:BURST][:retry-after]`; the burst is a second's worth where it is not given.

    Raises:
        InvalidValue: It has another form, or allows nothing.
    """
    rate, *rest = text.split(":")
    match = _RATE.match(rate)
    bursts = [part for part in rest if part != "retry-after"]
    is_readable = len(bursts) <= 1 and len(rest) - len(bursts) <= 1
    is_whole = all(part.isascii() and part.isdigit() for part in bursts)
    if match is None or not is_readable or not is_whole:
        raise InvalidValue(f"not a rate limit: {text}", hint=_RATE_HINT)
    rate_per_s = float(match[1])
    burst = int(bursts[0]) if bursts else max(int(rate_per_s), 1)
    if rate_per_s <= 0 or burst < 1:
        raise InvalidValue(f"a rate limit that lets nothing through: {text}", hint=_RATE_HINT)
    return RateLimit(rate_per_s, burst, says_when="retry-after" in rest)


def parse_failures(text: str) -> tuple[Failure, ...]:
    """Read `KIND:SHARE%`, several separated by commas; without a kind it is status 500.

    Raises:
        InvalidValue: A part has another form, or the shares are more than all.
    """
    failures = tuple(_failure(part.strip()) for part in text.split(","))
    if sum(failure.share for failure in failures) > 1:
        raise InvalidValue(f"failures of more than 100%: {text}", hint=_FAILURE_HINT)
    return failures


def _failure(text: str) -> Failure:
    match = _FAILURE.match(text)
    kind = (match and match[1]) or "500"
    if match is None or not (kind.isdigit() or kind in KINDS):
        raise InvalidValue(f"not a failure: {text}", hint=_FAILURE_HINT)
    return Failure(kind, float(match[2]) / 100)


def _seconds(text: str, whole: str) -> float:
    match = _DURATION.match(text.strip())
    if match is None:
        raise InvalidValue(f"not a time: {whole}", hint=_LATENCY_HINT)
    return float(match[1]) / (1000 if match[2] == "ms" else 1)
