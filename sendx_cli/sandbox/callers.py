"""Who may ask the sandbox on its port: programs that mean this machine, and no foreign web page.

A web page's owner can let a name of theirs point to 127.0.0.1 (DNS rebinding): the browser then
takes the sandbox for a part of that page. Such a request has the foreign name in `Host`
(RFC 9110, 7.2), and one that a page sends to another site has the page's in `Origin` (RFC 6454).
"""

from collections.abc import Mapping
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from sendx_cli.sandbox.messages import Response, error_response

_REFUSED = "the sandbox answers on this machine only: call it as localhost or 127.0.0.1"


def refusal_of(headers: Mapping[str, str]) -> Response | None:
    """Return the answer to a request that must not be served; None where it may be.

    Args:
        headers: Names in lower case.
    """
    origin = headers.get("origin")
    is_foreign = origin is not None and not _is_loopback(_host_of(origin))
    if is_foreign or not _is_loopback(_host_of(f"//{headers.get('host', '')}")):
        return error_response(HTTPStatus.FORBIDDEN, _REFUSED)
    return None


def _is_loopback(host: str | None) -> bool:
    """Return whether a host is this machine, whatever anybody's name server says."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _host_of(url: str) -> str | None:
    """Return the host of a URL in lower case; None if there is none, or more than host and port."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    is_bare = parts.username is None and not (parts.path or parts.query or parts.fragment)
    return parts.hostname if is_bare else None
