"""Checks of the way to the service, and of its answer."""

import json
import os
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit

from sendx_cli.api.engine_name import libcurl_refusal
from sendx_cli.api.proxies import proxy_for, refuse_unusable, shown_proxy
from sendx_cli.api.tls import refuse_unreadable, trusted_paths
from sendx_cli.core.account.catalogue import members_in
from sendx_cli.core.plan.account_comparison import AccountComparison
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.doctor.check import Check, failed, ok, skipped, warning
from sendx_cli.errors import PassingTrouble, SendxError
from sendx_cli.output.account_text import members_text
from sendx_cli.settings.resolve import Chosen, Settings

LOOK_UP_TIMEOUT_S = 10.0
_SHOWN_ADDRESSES = 3
_SLACK_S = 30.0
"""How wrong a clock may be before it is told; a Date header has whole seconds and a way to go."""
_MINUTE_S = 60.0
_FAR_S = 120.0
_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def profile(settings: Settings) -> Check:
    """Which profile and service are in force, and why."""
    name, base_url = settings.profile, settings.base_url
    return ok("profile", f"{_with_origin(name)}, {_with_origin(base_url)}")


def key(settings: Settings) -> Check:
    """Whether there is a key; the key command is run, if there is one."""
    try:
        settings.key()
    except SendxError as error:
        return failed("key", error)
    source = settings.key_source
    how = "" if source.command is None else ", by its key command"
    return ok("key", f"from {source.origin}{how}")


def proxy(base_url: str, environ: Mapping[str, str] = os.environ) -> Check:
    """Whether a proxy stands between, and can be used."""
    url = proxy_for(base_url)
    if url is None:
        return ok("proxy", "none")
    try:
        refuse_unusable(url)
    except SendxError as error:
        return failed("proxy", error)
    variable = next((name for name in _PROXY_VARIABLES if environ.get(name)), "the system")
    return ok("proxy", f"{shown_proxy(url)} (from {variable})")


def name_look_up(base_url: str) -> Check:
    """Whether the service's name has an address here, or its proxy's name, which is asked first."""
    host = urlsplit(proxy_for(base_url) or base_url).hostname or ""
    try:
        addresses = _addresses_of(host)
    except (OSError, UnicodeError, Empty):
        error = PassingTrouble(
            f"{host} cannot be resolved",
            hint=f"check the network, the base URL and DNS: getent hosts {host}",
        )
        return failed("name lookup", error)
    if addresses == [host]:
        return ok("name lookup", "not needed")
    shown = ", ".join(addresses[:_SHOWN_ADDRESSES])
    more = len(addresses) - _SHOWN_ADDRESSES
    return ok("name lookup", f"{host} is {shown}{f' and {more} more' if more > 0 else ''}")


def _addresses_of(host: str) -> list[str]:
    """Look a name up. A thread waits: the look-up itself can neither be limited nor interrupted."""
    found: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            facts = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(address[0]) for *_, address in facts)))
        except (OSError, UnicodeError) as error:
            found.put(error)

    Thread(target=look_up, daemon=True).start()
    result = found.get(timeout=LOOK_UP_TIMEOUT_S)
    if isinstance(result, Exception):
        raise result
    return result


def authorities(settings: Settings, environ: Mapping[str, str]) -> Check:
    """Whether the certificate authorities that are trusted can be read."""
    name = "authorities"
    if not settings.base_url.value.startswith("https:"):
        return ok(name, "none needed: plain HTTP, to this machine")
    paths = trusted_paths(environ, settings.ca_bundle.value)
    try:
        refuse_unreadable(paths)
    except SendxError as error:
        return failed(name, error)
    # Of the stores, httpx cannot read that of macOS.
    reads_store = sys.platform == "win32" or libcurl_refusal() is None
    store = ", and the system's certificate store" if paths.is_store_trusted and reads_store else ""
    return ok(name, f"{paths.file or paths.directory}{store}")


def taken(
    reply: Answer | TransportFailure, refusal: SendxError | None, *, elapsed_s: float, place: str
) -> Check:
    """Whether the service accepts the key.

    Args:
        reply: What came back.
        refusal: What that means, unless the key is taken.
        elapsed_s: How long it took.
        place: The service's host and port.
    """
    if refusal is not None:
        return failed("service", refusal)
    status = f"HTTP {reply.status}, " if isinstance(reply, Answer) else ""
    return ok("service", f"{place} accepts the key ({status}{elapsed_s * 1000:.0f} ms)")


def account(reply: Answer | TransportFailure) -> Check:
    """Whose account it is: the first addresses of its team (GET /team/member)."""
    try:
        items = json.loads(reply.body) if isinstance(reply, Answer) else []
        members = members_in(item for item in items if isinstance(item, dict))
    except (ValueError, TypeError, RecursionError):
        members = ()
    if not members:
        return skipped("account", "the service does not show whose account it is")
    return ok("account", members_text(AccountComparison(members=members)))


def clock(reply: Answer | TransportFailure, now_unix_s: float) -> Check:
    """Whether this machine's clock agrees with the service's.

    Args:
        reply: An answer, whose header `Date` says what time it is there (RFC 9110, 6.6.1).
        now_unix_s: What time it is here, in seconds since 1970.
    """
    there = reply.headers.get("date") if isinstance(reply, Answer) else None
    try:
        moment = parsedate_to_datetime(there or "")
        ahead_s = now_unix_s - moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return skipped("clock", "the service did not report its time")
    here = datetime.fromtimestamp(now_unix_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if abs(ahead_s) <= _SLACK_S:
        return ok("clock", f"{here}, in sync with the service")
    by = f"{abs(ahead_s):.0f} s" if abs(ahead_s) < _FAR_S else f"{abs(ahead_s) / _MINUTE_S:.0f} min"
    side = "ahead of" if ahead_s > 0 else "behind"
    return warning(
        "clock",
        f"{here} is {by} {side} the service's: certificates and waits depend on it",
        "set the clock: timedatectl set-ntp true",
    )


def _with_origin(chosen: Chosen[str]) -> str:
    return f"{chosen.value} ({chosen.origin})"
