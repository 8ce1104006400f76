"""Does the service take the key? A harmless call (`GET /tag?limit=1`) tells."""

import json
from http import HTTPStatus

from sendx_cli.api.requests import key_check
from sendx_cli.core.account.catalogue import TAGS
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import Kind, Verdict, judge
from sendx_cli.doctor.asked import Asked
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
    refusal = asked(runtime, settings, later=_LATER).refusal
    if refusal is not None:
        raise refusal


def asked(
    runtime: Runtime, settings: Settings, *, path: str = TAGS, later: str | None = None
) -> Asked:
    """Ask the service once whether it takes the key in force; return what came of it.

    Args:
        runtime: What the call needs.
        settings: With the key.
        path: What is read for it.
        later: What to do where it could not be found out now; None: what the answer says.

    Raises:
        SetupError: There is no usable key, proxy or certificate authority.
    """
    exchange = exchange_for(runtime, settings, sandbox=False)
    exchange.submit(0, key_check(settings.base_url.value, path))
    ((_, reply, elapsed_s),) = exchange.wait(None)
    exchange.close()
    refusal = None if _is_list(reply) else _refusal(reply, settings, later)
    return Asked(reply, refusal, elapsed_s)


def _is_list(reply: Answer | TransportFailure) -> bool:
    """Return whether it is the documented answer, a JSON array."""
    if isinstance(reply, TransportFailure) or reply.status != HTTPStatus.OK:
        return False
    try:
        return isinstance(json.loads(reply.body), list)
    except (ValueError, RecursionError):
        return False


def _refusal(
    reply: Answer | TransportFailure, settings: Settings, later: str | None
) -> SendxError | None:
    verdict = judge(reply, action="identify", is_first=True)
    if verdict.kind is Kind.ACCEPTED:
        return None
    error, hint = _meaning(verdict, later)
    message = verdict.message
    if verdict.status and "HTTP" not in message:
        message += f" (HTTP {verdict.status})"
    return error(message, where=settings.base_url.value, hint=hint)


def _meaning(verdict: Verdict, later: str | None) -> tuple[type[SendxError], str | None]:
    if verdict.status in _REFUSED:
        return KeyRefused, _COPY_AGAIN
    if verdict.kind in _PASSING:
        return PassingTrouble, later or verdict.hint
    return ServiceUnusable, verdict.hint
