"""Which proxy stands before the service, by the environment: for https only, never for loopback."""

import os
import sys
from urllib.parse import urlsplit

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


def _is_proxy_named() -> bool:
    return any(name.lower().endswith("_proxy") for name in os.environ)
