"""The libraries that carry calls, as people name them when they report something."""


def engine_name() -> str:
    """Return the HTTP library and its TLS library, with their versions."""
    try:
        from sendx_cli.api.curl_exchange import is_usable
    except ImportError:
        return _httpx_name("pycurl is not installed")
    if not is_usable():
        return _httpx_name("this libcurl is too old")
    import pycurl

    facts = pycurl.version_info()
    return f"libcurl/{facts[1]} {facts[5]}"


def _httpx_name(why: str) -> str:
    import ssl

    import httpx

    tls = ssl.OPENSSL_VERSION.split(maxsplit=2)
    return f"httpx/{httpx.__version__} {'/'.join(tls[:2])} ({why})"
