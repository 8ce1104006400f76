"""Which proxy stands before the service, by the environment: for https only, never for loopback."""

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from sendx_cli.errors import ServiceUnusable

_SYSTEM_SETTINGS = frozenset({"darwin", "win32"})
"""Where the proxy may be set in the system itself."""


def proxy_for(base_url: str) -> str | None:
    """Return the proxy's URL for requests to `base_url`, or None.

    Requests in clear go to loopback alone and never to a proxy, which would read the key.
    """
    url = urlsplit(base_url)
    if url.scheme != "https" or url.hostname is None:
        return None
    if sys.platform not in _SYSTEM_SETTINGS and not _is_proxy_named():
        return None
    import urllib.request  # loads http.client and email: 30 ms

    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(url.hostname):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def shown_proxy(proxy: str) -> str:
    """Return a proxy's URL as people may see it: scheme, host and port, no user or password.

    What stands for a port and is no number is left out: it may be a password without its host.
    """
    scheme, separator, rest = proxy.partition("://")
    bare = (
        (rest if separator else proxy)
        .rpartition("@")[2]
        .partition("/")[0]
        .partition("?")[0]
        .partition("#")[0]
    )
    host, colon, port = bare.rpartition(":")
    if colon and not port.isdigit() and not port.endswith("]"):
        bare = f"{host}:***"
    return f"{scheme}{separator}{bare}" if separator else bare


def proxy_passwords(environ: Mapping[str, str]) -> set[str]:
    """Return the logins in the environment's proxies, with and without the name before them."""
    logins = {
        value.rpartition("@")[0].rpartition("//")[2]
        for name, value in environ.items()
        if name.lower().endswith("_proxy")
    }
    return (logins | {login.partition(":")[2] for login in logins}) - {""}


def refuse_unusable(proxy: str | None) -> None:
    """Refuse a proxy that neither HTTP library could use.

    Raises:
        ServiceUnusable: It is no `http://` or `https://` URL with a host and a possible port.
    """
    if proxy is not None and (reason := _reason_against(proxy)):
        raise unusable(proxy, reason)


def unusable(proxy: str | None, reason: str) -> ServiceUnusable:
    """Return the error for a proxy that cannot be used."""
    return ServiceUnusable(
        f"the proxy {shown_proxy(proxy or '')} cannot be used: {reason}",
        hint="check HTTPS_PROXY and ALL_PROXY in the environment, such as http://proxy:3128",
    )


def _reason_against(proxy: str) -> str | None:
    try:
        parts = urlsplit(proxy)
        host = parts.hostname
    except ValueError:
        return "it is not a URL"
    try:
        is_port = parts.port != 0
    except ValueError:
        is_port = False
    if parts.scheme not in {"http", "https"}:
        return "it is neither http:// nor https://"
    if not host:
        return "it has no host"
    return None if is_port else "its port is not a number from 1 to 65535"


def _is_proxy_named() -> bool:
    return any(name.lower().endswith("_proxy") for name in os.environ)
