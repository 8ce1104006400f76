"""The libraries that carry calls, as people name them when they report something."""


def engine_name() -> str:
    """Return the HTTP library and its TLS library, with their versions."""
    why = libcurl_refusal()
    if why is not None:
        return _httpx_name(why)
    import pycurl

    facts = pycurl.version_info()
    return f"libcurl/{facts[1]} {facts[5]}"


def libcurl_refusal() -> str | None:
    """Return why libcurl does not carry the calls, or None if it does."""
    try:
        from sendx_cli.api.curl_exchange import is_usable
    except ImportError:
        return "pycurl is not installed"
    return None if is_usable() else "this libcurl is too old"


def _httpx_name(why: str) -> str:
    import ssl

    import httpx

    tls = ssl.OPENSSL_VERSION.split(maxsplit=2)
    return f"httpx/{httpx.__version__} {'/'.join(tls[:2])} ({why})"
