"""The base URL: which are safe to send a key to, and which belong to one another."""

import re
from urllib.parse import SplitResult, urlsplit

from sendx_cli.errors import InvalidValue

DEFAULT_BASE_URL = "https://api.sendx.io/api/v1/rest"
"""SendX's production service."""

_DEFAULT_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")
_EXAMPLE = f"such as {DEFAULT_BASE_URL}"


def check_base_url(text: str) -> str:
    """Return the base URL without a slash at its end.

    The key goes wherever this points, so it is HTTPS, or plain HTTP to this machine
    (`localhost`, `127.0.0.0/8`, `[::1]`); and nothing in it may hide where it points: no user
    name, query or fragment (RFC 3986, 3.2.1 and 7.6).

    Raises:
        InvalidValue: It is none of those. The message does not show it: it may hold a password.
    """
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise InvalidValue(f"must be a URL in plain ASCII, {_EXAMPLE}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise InvalidValue("must be a URL with a valid host and port") from None
    if reason := _reason_against(parts, port, text):
        raise InvalidValue(reason)
    return text.rstrip("/")


def origin_of(base_url: str) -> tuple[str, str, int]:
    """Return a checked base URL's scheme, host and port (RFC 6454, 4): a key is for one of them."""
    parts = urlsplit(base_url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]


def origin_text(base_url: str) -> str:
    """Return a checked base URL's origin as text, the port always said."""
    scheme, host, port = origin_of(base_url)
    return f"{scheme}://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Return whether a host can only be this machine, without asking any name service."""
    if host in {"localhost", "::1"}:
        return True
    octets = host.split(".")
    return (
        len(octets) == 4  # noqa: PLR2004 - an IPv4 address has four octets
        and octets[0] == "127"
        and all(octet.isdigit() and int(octet) <= 255 for octet in octets)  # noqa: PLR2004
    )


def _reason_against(parts: SplitResult, port: int | None, text: str) -> str | None:
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(parts.hostname or ""):
        return f"must be an https URL, {_EXAMPLE}"
    if "@" in parts.netloc:
        return "must not contain a user name or password"
    if "?" in text or "#" in text:
        return "must not contain a query or fragment"
    if port == 0 or parts.netloc.endswith(":"):
        return "must have a port from 1 to 65535, or none"
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        return "must be https: plain http is for this machine only, such as http://localhost:8080"
    return None
