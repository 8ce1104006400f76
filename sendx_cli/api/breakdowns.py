"""What the network's exceptions mean, in our own words; nothing else names them.

The library hides causes that no repetition mends (a certificate, a host that does not exist, a
bad header) inside its general errors, so the chain of causes is read.
"""

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

from sendx_cli.api import troubles
from sendx_cli.core.answers import Breakdown

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def breakdown_of(error: Exception, *, host: str) -> Breakdown:
    """Say what an exception of the network layer means for a request to `host`."""
    return (
        _from_causes(error, host)
        or _from_proxy(error)
        or (_never_sent(error, host) if isinstance(error, _NEVER_SENT) else None)
        or (_maybe_sent(error) if isinstance(error, httpx.TransportError) else None)
        or troubles.unusable_request(type(error).__name__)
    )


def _from_causes(error: Exception, host: str) -> Breakdown | None:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return troubles.untrusted(host, cause.verify_message)
        if isinstance(cause, socket.gaierror):
            return troubles.no_address(host, is_passing=cause.errno == socket.EAI_AGAIN)
        if isinstance(cause, OSError) and cause.errno in {errno.EMFILE, errno.ENFILE}:
            return troubles.too_many_files()
    return None


def _from_proxy(error: Exception) -> Breakdown | None:
    if not isinstance(error, httpx.ProxyError):
        return None
    return troubles.proxy_refused(wants_login=str(error).startswith("407"))


def _never_sent(error: Exception, host: str) -> Breakdown:
    return troubles.no_connection(host, is_late=isinstance(error, httpx.TimeoutException))


def _maybe_sent(error: Exception) -> Breakdown | None:
    if isinstance(error, httpx.TimeoutException):
        return troubles.no_answer()
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return troubles.connection_lost()
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
