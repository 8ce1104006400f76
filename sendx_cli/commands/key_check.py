"""Does the service take the key? A harmless call (`GET /tag?limit=1`) tells."""

import json
from http import HTTPStatus

from sendx_cli.api.requests import key_check
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import Kind, Verdict, judge
from sendx_cli.errors import KeyRefused, PassingTrouble, SendxError, ServiceUnusable
from sendx_cli.runtime import Runtime
from sendx_cli.settings.resolve import Settings
from sendx_cli.wiring import exchange_for

_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_PASSING = frozenset({Kind.THROTTLED, Kind.NOT_SENT, Kind.AMBIGUOUS, Kind.EXHAUSTED})
_COPY_AGAIN = "copy the key from the SendX app (Settings, Team API Key) and log in again"
_LATER = "run it again later, or store the key unchecked with --no-check"


def check_key(runtime: Runtime, settings: Settings) -> None:
    """Ask the service once whether it takes the key in force; changes nothing there.

    Raises:
        KeyRefused: It does not.
        ServiceUnusable: What answers is not the contact API, or cannot be trusted.
        PassingTrouble: It could not be found out now.
    """
    exchange = exchange_for(runtime, settings, sandbox=False)
    exchange.submit(0, key_check(settings.base_url.value))
    ((_, reply, _),) = exchange.wait(None)
    exchange.close()
    if not _is_list(reply):
        _raise_unless_taken(reply, settings)


def _is_list(reply: Answer | TransportFailure) -> bool:
    """Return whether it is the documented answer, a JSON array of tags."""
    if isinstance(reply, TransportFailure) or reply.status != HTTPStatus.OK:
        return False
    try:
        return isinstance(json.loads(reply.body), list)
    except (ValueError, RecursionError):
        return False


def _raise_unless_taken(reply: Answer | TransportFailure, settings: Settings) -> None:
    verdict = judge(reply, action="identify", is_first=True)
    if verdict.kind is Kind.ACCEPTED:
        return
    error, hint = _meaning(verdict)
    message = verdict.message
    if verdict.status and "HTTP" not in message:
        message += f" (HTTP {verdict.status})"
    raise error(message, where=settings.base_url.value, hint=hint)


def _meaning(verdict: Verdict) -> tuple[type[SendxError], str | None]:
    if verdict.status in _REFUSED:
        return KeyRefused, _COPY_AGAIN
    if verdict.kind in _PASSING:
        return PassingTrouble, _LATER
    return ServiceUnusable, verdict.hint
