"""What the network's exceptions mean, in our own words; nothing else names them.

The library hides causes that no repetition mends (a certificate, a host that does not exist, a
bad header) inside its general errors, so the chain of causes is read.
"""

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

from sendx_cli.api import failures
from sendx_cli.api.requests import host_in, place_in
from sendx_cli.core.replies.answers import TransportFailure

_UNUSABLE = (httpx.UnsupportedProtocol, httpx.InvalidURL, ValueError, ImportError)


def failure_of(
    error: Exception, *, url: str, timeout_s: float, has_left: bool, proxy: str | None = None
) -> TransportFailure:
    """Return what an exception of the network layer means for a request.

    Args:
        error: What was raised.
        url: Where the request goes.
        timeout_s: The longest an attempt may take.
        has_left: Whether any byte of it could have left for the service. If so, the service may
            have acted on it, whatever the exception is.
        proxy: The proxy's URL, if the way leads through one.
    """
    if isinstance(error, httpx.LocalProtocolError):  # raised before anything is written
        return failures.unusable_request(type(error).__name__)
    return _maybe_sent(error, timeout_s) if has_left else _never_sent(error, url, proxy)


def _maybe_sent(error: Exception, timeout_s: float) -> TransportFailure:
    if isinstance(error, httpx.TimeoutException):
        return failures.overdue(timeout_s)
    return failures.connection_lost()


def _never_sent(error: Exception, url: str, proxy: str | None) -> TransportFailure:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return failures.untrusted(host_in(url), cause.verify_message)
        if isinstance(cause, socket.gaierror):
            is_temporary = cause.errno == socket.EAI_AGAIN
            return failures.no_address(host_in(url), is_temporary=is_temporary, proxy=proxy)
        if isinstance(cause, OSError) and cause.errno in {errno.EMFILE, errno.ENFILE}:
            return failures.too_many_files()
    if isinstance(error, _UNUSABLE):
        return failures.unusable_request(type(error).__name__)
    if isinstance(error, httpx.ProxyError):
        return failures.proxy_refused(proxy, wants_login=str(error).startswith("407"))
    is_late = isinstance(error, httpx.TimeoutException)
    return failures.no_connection(place_in(url), is_late=is_late, proxy=proxy)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
