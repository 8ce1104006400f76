"""What libcurl's error numbers mean, in the same words as for the other engine.

One fact decides before any number does: whether the request had begun to leave. If it had, the
service may have acted on it, whatever libcurl calls the error afterwards. So a number that
is not listed here, or one that libcurl adds later, is never taken for harmless.
"""

import errno
import os
import re
from typing import NamedTuple

import pycurl

from sendx_cli.api import failures
from sendx_cli.api.requests import host_in, place_in
from sendx_cli.core.replies import statuses
from sendx_cli.core.replies.answers import TransportFailure

_UNUSABLE = {
    pycurl.E_UNSUPPORTED_PROTOCOL: "UnsupportedProtocol",
    pycurl.E_URL_MALFORMAT: "InvalidURL",
    pycurl.E_BAD_FUNCTION_ARGUMENT: "a value that libcurl does not accept",
    pycurl.E_UNKNOWN_OPTION: "an option that libcurl does not know",
    pycurl.E_NOT_BUILT_IN: "a feature that this libcurl lacks",
    pycurl.E_FAILED_INIT: "libcurl cannot be started",
    pycurl.E_SSL_CACERT_BADFILE: "the certificate authorities cannot be read",
}
_RESOLVING = frozenset({pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_COULDNT_RESOLVE_PROXY})
_PROXY_ERROR = 97  # CURLE_PROXY; not named by pycurl
_VERIFY_REASON = re.compile(r"(?:problem|verify result): *(.+?)(?: \(\d+\))?$")


class CurlError(NamedTuple):
    """An error of libcurl, with the facts of its transfer.

    Args:
        code: A CURLE number.
        text: libcurl's message.
        has_begun: Whether any byte of the request could have been sent to the service.
        proxy_status: The proxy's answer to CONNECT; 0 if there was none.
        url: Where the request goes.
        proxy: The proxy, if any.
        timeout_s: The longest a whole attempt may take.
        was_found: Whether the service's name has been looked up before with success.
    """

    code: int
    text: str
    has_begun: bool
    proxy_status: int
    url: str
    proxy: str | None
    timeout_s: float
    was_found: bool


def failure_of_curl(error: CurlError) -> TransportFailure:
    """Return the transport failure that libcurl's error means for the request."""
    return _maybe_sent(error) if error.has_begun else _never_sent(error)


def _maybe_sent(error: CurlError) -> TransportFailure:
    if error.code == pycurl.E_OPERATION_TIMEDOUT:
        return failures.overdue(error.timeout_s)
    if error.code == pycurl.E_FILESIZE_EXCEEDED:
        return failures.broken_answer("the answer is too long")
    return failures.connection_lost()


def _never_sent(error: CurlError) -> TransportFailure:
    code, host = error.code, host_in(error.url)
    if code == _PROXY_ERROR or _was_refused_by_proxy(error.proxy_status):
        is_login = error.proxy_status == statuses.PROXY_AUTHENTICATION_REQUIRED
        return failures.proxy_refused(error.proxy, wants_login=is_login)
    if code == pycurl.E_PEER_FAILED_VERIFICATION:
        return failures.untrusted(host, _why_untrusted(error.text))
    if code in _UNUSABLE:
        return failures.unusable_request(_UNUSABLE[code])
    if _is_out_of_files():
        return failures.too_many_files()
    if code in _RESOLVING:
        is_temporary = error.was_found or _is_temporary(_name_sought(error))
        is_proxys = code == pycurl.E_COULDNT_RESOLVE_PROXY
        proxy = error.proxy if is_proxys else None
        return failures.no_address(host, is_temporary=is_temporary, proxy=proxy)
    is_late = code == pycurl.E_OPERATION_TIMEDOUT
    return failures.no_connection(place_in(error.url), is_late=is_late, proxy=error.proxy)


def _was_refused_by_proxy(status: int) -> bool:
    return status != 0 and not statuses.OK <= status < statuses.MULTIPLE_CHOICES


def _name_sought(error: CurlError) -> str:
    if error.code == pycurl.E_COULDNT_RESOLVE_PROXY and error.proxy is not None:
        return host_in(error.proxy)
    return host_in(error.url)


def _is_temporary(name: str) -> bool:
    """Look the name up again: libcurl does not tell an unknown name from a failing name server.

    This only happens where nothing has been sent yet, and libcurl has just looked it up.
    """
    import socket

    try:
        socket.getaddrinfo(name, None)
    except socket.gaierror as error:
        return error.errno == socket.EAI_AGAIN
    except (OSError, UnicodeError):
        return False
    return True


def _is_out_of_files() -> bool:
    """Try to open a file: libcurl reports this as `out of memory` or `cannot connect`."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in {errno.EMFILE, errno.ENFILE}
    return False


def _why_untrusted(text: str) -> str:
    found = _VERIFY_REASON.search(text)
    return found.group(1) if found else text.removeprefix("SSL: ")
