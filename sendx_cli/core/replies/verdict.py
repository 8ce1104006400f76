"""What a reply means, above all whether the service could have acted on the request.

| kind | seen as |
|---|---|
| `ACCEPTED` | 2xx with a JSON object that does not report an error |
| `REFUSED` | 400, 409, 413, 422 and other 4xx; 200 whose body reports an error; 404 on track |
| `THROTTLED` | 429; 503 with `Retry-After` |
| `NOT_SENT` | the request never left: refused, unreachable, connect time-out |
| `AMBIGUOUS` | it may have arrived: time-out, reset, 408, 5xx, a body that cannot be read |
| `EXHAUSTED` | 429 because the plan's quota is used up: waiting does not help |
| `STOP` | no request can succeed: 401, 403, redirect, wrong base URL, certificate, login page |
"""

import json
from collections.abc import Mapping
from enum import Enum, auto
from math import isfinite
from typing import NamedTuple

from sendx_cli.core.replies import statuses
from sendx_cli.core.replies.answers import Answer, TransportFailure

MAX_BODY_BYTES = 8 << 20
"""Longer answers do not come from the contact API: a page of 100 contacts may well have 2 MB."""

_MAX_MESSAGE_LENGTH = 300
_RETRY_LATER_BY_HEADER = 503
_QUOTA_WORDS = ("upgrade", "quota", "your plan", "sending limit")
_WRONG_PLACE_ON_IDENTIFY = frozenset({404, 405, 415})
_AMBIGUOUS_4XX = frozenset({408, 425})


class Kind(Enum):
    """The kind of a reply, which decides whether the request may be sent again."""

    ACCEPTED = auto()
    REFUSED = auto()
    THROTTLED = auto()
    NOT_SENT = auto()
    AMBIGUOUS = auto()
    EXHAUSTED = auto()
    STOP = auto()


class Verdict(NamedTuple):
    """The judgement on the reply to one attempt.

    Args:
        kind: Its kind.
        code: A stable code for programs, such as `rejected` or `throttled`.
        message: The service's message, or what happened to the request.
        hint: What to do next.
        status: HTTP status, if there was an answer.
        response: The body: parsed if it is JSON, else as text.
    """

    kind: Kind
    code: str
    message: str
    hint: str | None = None
    status: int | None = None
    response: object = None


def judge(reply: Answer | TransportFailure, *, action: str, is_first: bool) -> Verdict:
    """Judge a reply to `action`.

    Args:
        reply: The reply.
        action: `identify` or `track`.
        is_first: Whether nothing has been accepted yet, so that a web page instead of an answer
            is a login page or a wrong base URL rather than a temporary fault.
    """
    if isinstance(reply, TransportFailure):
        return _judge_transport_failure(reply)
    body = read_body(reply.body)
    if statuses.OK <= reply.status < statuses.MULTIPLE_CHOICES:
        return _judge_success(reply, body, is_first=is_first)
    return _judge_failure(reply, body, action=action)


def _judge_transport_failure(failure: TransportFailure) -> Verdict:
    if failure.is_final:
        kind = Kind.STOP
    else:
        kind = Kind.AMBIGUOUS if failure.may_have_arrived else Kind.NOT_SENT
    return Verdict(kind, failure.kind, failure.message, failure.hint)


def _judge_success(answer: Answer, body: object, *, is_first: bool) -> Verdict:
    def verdict(kind: Kind, code: str, message: str, hint: str | None = None) -> Verdict:
        return Verdict(kind, code, message, hint, answer.status, body)

    if isinstance(body, dict):
        if reports_error(body):
            return verdict(
                Kind.REFUSED, "rejected", _message_in(body) or "the service reported an error"
            )
        return verdict(Kind.ACCEPTED, "accepted", _message_in(body) or "OK")
    if is_first and _is_web_page(answer):
        return verdict(
            Kind.STOP,
            "login_page",
            "received a web page instead of an answer of the contact API",
            "this looks like a login page or a proxy: check the base URL and the network",
        )
    what = "an empty answer" if not answer.body else "an answer that is not a JSON object"
    message = f"{what} (HTTP {answer.status})"
    return verdict(Kind.AMBIGUOUS, "broken_answer", message, "run it again later")


def _judge_failure(answer: Answer, body: object, *, action: str) -> Verdict:
    status = answer.status
    text = (_message_in(body) if isinstance(body, dict) else None) or f"HTTP {_phrase(status)}"
    kind, code, hint = _classify(answer, text, action=action)
    message = f"redirected to another URL (HTTP {status})" if code == "redirect" else text
    return Verdict(kind, code, message, hint, status, body)


def _classify(answer: Answer, message: str, *, action: str) -> tuple[Kind, str, str | None]:
    status = answer.status
    if status in _STOPPING:
        return Kind.STOP, *_STOPPING[status]
    if status < statuses.BAD_REQUEST:
        return Kind.STOP, "redirect", "check the base URL: the key never follows a redirect"
    if action == "identify" and status in _WRONG_PLACE_ON_IDENTIFY:
        return Kind.STOP, "wrong_base_url", "check the base URL (`sendx config get base_url`)"
    if status == statuses.TOO_MANY_REQUESTS:
        return _classify_throttling(message)
    if status == _RETRY_LATER_BY_HEADER and "retry-after" in answer.headers:
        return Kind.THROTTLED, "unavailable", "the service is not ready: run it again later"
    if status < statuses.INTERNAL_SERVER_ERROR and status not in _AMBIGUOUS_4XX:
        return Kind.REFUSED, *_REFUSALS.get(status, ("rejected", None))
    return Kind.AMBIGUOUS, "server_error", "the service had an error: run it again later"


_STOPPING = {
    401: ("key_refused", "run `sendx login` with the key from SendX: Settings, Team API Key"),
    403: ("key_refused", "this key is not allowed to do that: check it in SendX"),
    407: ("proxy_refused", "the proxy requires authentication: check the proxy in the environment"),
}
_REFUSALS: Mapping[int, tuple[str, str | None]] = {
    404: ("no_such_contact", "identify the contact first: only a known one can be tracked"),
    409: ("conflict", "another contact already has that address, or the change was made before"),
}


def _classify_throttling(message: str) -> tuple[Kind, str, str]:
    if any(word in message.lower() for word in _QUOTA_WORDS):
        return Kind.EXHAUSTED, "quota", "waiting does not fix this: check the plan in SendX"
    return Kind.THROTTLED, "throttled", "the service asks for fewer requests: run it again later"


def read_body(body: bytes) -> object:
    """Return the JSON value; the text if it is not JSON; None if it is empty."""
    if not body:
        return None
    try:
        return json.loads(
            body.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_float=_read_number
        )
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _read_number(text: str) -> float | str:
    """Return the number, or its text if it is too large: JSON has no infinity."""
    number = float(text)
    return number if isfinite(number) else text


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def reports_error(body: Mapping[str, object]) -> bool:
    """Return whether a body says that the request failed, whatever the status of its answer."""
    status = body.get("status")
    if isinstance(status, str):
        if status.isascii() and status.isdigit() and len(status) == len("400"):
            return int(status) >= statuses.BAD_REQUEST
        return status.lower() in {"error", "fail", "failed", "failure"}
    return (
        isinstance(status, int | float)
        and not isinstance(status, bool)
        and status >= statuses.BAD_REQUEST
    )


def _message_in(body: Mapping[str, object]) -> str | None:
    for name in ("message", "error", "detail"):
        value = body.get(name)
        if isinstance(value, str) and value.strip():
            text = value.strip()
            if len(text) > _MAX_MESSAGE_LENGTH:
                return text[:_MAX_MESSAGE_LENGTH] + "…"
            return text
    return None


def _is_web_page(answer: Answer) -> bool:
    content_type = answer.headers.get("content-type", "")
    return "html" in content_type.lower() or answer.body.lstrip()[:1] == b"<"


def _phrase(status: int) -> str:
    from http import HTTPStatus

    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
