"""The transport failures, shared by both HTTP libraries, of which none is imported here."""

from sendx_cli.api.proxies import shown_proxy
from sendx_cli.core.replies.answers import TransportFailure

_AGAIN_HINT = "run it again later"
_PROXY_HINT = "check the proxy in the environment (HTTPS_PROXY, NO_PROXY)"
_NETWORK_HINT = "check the network and the base URL, then run it again"


def overdue(timeout_s: float) -> TransportFailure:
    """Return the failure of an attempt that took too long, in all or for one read or write."""
    return TransportFailure(
        "timeout", f"no answer within {timeout_s:g} s", may_have_arrived=True, hint=_AGAIN_HINT
    )


def connection_lost() -> TransportFailure:
    """Return the failure of a connection that broke after the request began, or made no sense."""
    return TransportFailure(
        "connection_lost",
        "the connection broke before the answer",
        may_have_arrived=True,
        hint=_AGAIN_HINT,
    )


def broken_answer(message: str) -> TransportFailure:
    """Return the failure of an answer that cannot be used."""
    return TransportFailure("broken_answer", message, may_have_arrived=True)


def no_connection(place: str, *, is_late: bool, proxy: str | None = None) -> TransportFailure:
    """Return the failure to connect: refused, unreachable, or not in time.

    Args:
        place: The service's host and port.
        is_late: Whether it took too long.
        proxy: The proxy's URL, if the way leads through one.
    """
    where = place if proxy is None else f"{place} through the proxy {shown_proxy(proxy)}"
    message = f"no connection to {where} in time" if is_late else f"cannot connect to {where}"
    hint = _NETWORK_HINT if proxy is None else _PROXY_HINT
    return TransportFailure("connection", message, may_have_arrived=False, hint=hint)


def no_address(host: str, *, is_temporary: bool, proxy: str | None = None) -> TransportFailure:
    """Return the failure to look up a name; final unless the name service itself failed.

    Args:
        host: The service's name.
        is_temporary: Whether the name service failed.
        proxy: The proxy's URL, if the way leads through one: then it is its name.
    """
    return TransportFailure(
        "name_lookup",
        f"cannot find the address of {host if proxy is None else _named(proxy)}",
        may_have_arrived=False,
        is_final=not is_temporary,
        hint=_NETWORK_HINT if proxy is None else _PROXY_HINT,
    )


def untrusted(host: str, reason: str) -> TransportFailure:
    """Return the failure to verify the certificate of `host`."""
    return TransportFailure(
        "certificate",
        f"the certificate of {host} cannot be trusted: {reason}",
        may_have_arrived=False,
        is_final=True,
        hint="the connection may be intercepted; for a company proxy, set SENDX_CA_BUNDLE to "
        "its certificate authority",
    )


def proxy_refused(proxy: str | None, *, wants_login: bool) -> TransportFailure:
    """Return the failure of a proxy that refused to connect; final if it asks for a login."""
    name = _named(proxy)
    return TransportFailure(
        "proxy",
        f"{name} requires authentication" if wants_login else f"{name} refused the connection",
        may_have_arrived=False,
        is_final=wants_login,
        hint=_PROXY_HINT,
    )


def too_many_files() -> TransportFailure:
    """Return the failure to open another file or connection in this process."""
    return TransportFailure(
        "too_many_files",
        "too many open files",
        may_have_arrived=False,
        is_final=True,
        hint="lower --concurrency or raise `ulimit -n`",
    )


def unusable_request(reason: str) -> TransportFailure:
    """Return the failure to make a request from the URL, key and settings."""
    return TransportFailure(
        "unusable_request",
        f"the request could not be made: {reason}",
        may_have_arrived=False,
        is_final=True,
        hint="check the base URL, the key's prefix and the proxy settings",
    )


def _named(proxy: str | None) -> str:
    return "the proxy" if proxy is None else f"the proxy {shown_proxy(proxy)}"
