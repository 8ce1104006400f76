"""What the network's exceptions mean, in our own words; nothing else names them.

The library hides causes that no repetition mends (a certificate, a host that does not exist, a
bad header) inside its general errors, so the chain of causes is read.
"""

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx

from sendx_cli.core.answers import Breakdown

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_AGAIN_HINT = "run it again later"
_NETWORK_HINT = "check the network and the base URL, then run it again"


def breakdown_of(error: Exception, *, host: str) -> Breakdown:
    """Say what an exception of the network layer means for a request to `host`."""
    return (
        _from_causes(error, host)
        or _from_proxy(error)
        or (_never_sent(error, host) if isinstance(error, _NEVER_SENT) else None)
        or (_maybe_sent(error) if isinstance(error, httpx.TransportError) else None)
        or Breakdown(
            "unusable_request",
            f"the request could not be made: {type(error).__name__}",
            may_have_arrived=False,
            is_final=True,
            hint="check the base URL, the key's prefix and the proxy settings",
        )
    )


def overdue(timeout_s: float) -> Breakdown:
    """Say that the whole attempt took longer than it may."""
    return Breakdown(
        "timeout", f"no answer within {timeout_s:g} s", may_have_arrived=True, hint=_AGAIN_HINT
    )


def _from_causes(error: Exception, host: str) -> Breakdown | None:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Breakdown(
                "certificate",
                f"the certificate of {host} cannot be trusted: {cause.verify_message}",
                may_have_arrived=False,
                is_final=True,
                hint="somebody may be intercepting the connection; "
                "a company proxy's authority goes into SENDX_CA_BUNDLE",
            )
        if isinstance(cause, socket.gaierror):
            return _unresolved(cause, host)
        if isinstance(cause, OSError) and cause.errno in {errno.EMFILE, errno.ENFILE}:
            return Breakdown(
                "too_many_files",
                "too many open files",
                may_have_arrived=False,
                is_final=True,
                hint="lower --concurrency or raise `ulimit -n`",
            )
    return None


def _unresolved(cause: socket.gaierror, host: str) -> Breakdown:
    is_passing = cause.errno == socket.EAI_AGAIN
    return Breakdown(
        "name_lookup",
        f"cannot find the address of {host}",
        may_have_arrived=False,
        is_final=not is_passing,
        hint=_NETWORK_HINT,
    )


def _from_proxy(error: Exception) -> Breakdown | None:
    if not isinstance(error, httpx.ProxyError):
        return None
    is_login = str(error).startswith("407")
    return Breakdown(
        "proxy",
        "the proxy wants a login" if is_login else "the proxy refused the connection",
        may_have_arrived=False,
        is_final=is_login,
        hint="check the proxy in the environment (HTTPS_PROXY, NO_PROXY)",
    )


def _never_sent(error: Exception, host: str) -> Breakdown:
    if isinstance(error, httpx.TimeoutException):
        message = f"no connection to {host} in time"
    else:
        message = f"cannot connect to {host}"
    return Breakdown("connection", message, may_have_arrived=False, hint=_NETWORK_HINT)


def _maybe_sent(error: Exception) -> Breakdown | None:
    if isinstance(error, httpx.TimeoutException):
        return Breakdown("timeout", "no answer in time", may_have_arrived=True, hint=_AGAIN_HINT)
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return Breakdown(
            "connection_lost",
            "the connection broke before the answer",
            may_have_arrived=True,
            hint=_AGAIN_HINT,
        )
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
