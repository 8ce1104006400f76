"""Which proxy stands before the service, by the environment: for https only, never for loopback."""

import urllib.request
from urllib.parse import urlsplit


def proxy_for(base_url: str) -> str | None:
    """Return the proxy's URL for requests to `base_url`, or None.

    Requests in clear go to loopback alone and never to a proxy, which would read the key.
    """
    url = urlsplit(base_url)
    if url.scheme != "https" or url.hostname is None:
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(url.hostname):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
