"""What httpx's exceptions mean: the same table as for libcurl's numbers, by literal values."""

import errno
import socket
import ssl

import httpx
import pytest

from sendx_cli.api.httpx_failures import failure_of


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "x")
    error.verify_message = "self-signed certificate"
    return error


FAILURES = {
    "connect": (httpx.ConnectError("x"), ("connection", False, False)),
    "connect time-out": (httpx.ConnectTimeout("x"), ("connection", False, False)),
    "pool time-out": (httpx.PoolTimeout("x"), ("connection", False, False)),
    "read time-out": (httpx.ReadTimeout("x"), ("timeout", True, False)),
    "write time-out": (httpx.WriteTimeout("x"), ("timeout", True, False)),
    "read": (httpx.ReadError("x"), ("connection_lost", True, False)),
    "write": (httpx.WriteError("x"), ("connection_lost", True, False)),
    "protocol": (httpx.RemoteProtocolError("x"), ("connection_lost", True, False)),
    "proxy": (httpx.ProxyError("503 x"), ("proxy", False, False)),
    "proxy's login": (httpx.ProxyError("407 x"), ("proxy", False, True)),
    "our own protocol": (httpx.LocalProtocolError("x"), ("unusable_request", False, True)),
    "scheme": (httpx.UnsupportedProtocol("x"), ("unusable_request", False, True)),
    "address": (httpx.InvalidURL("x"), ("unusable_request", False, True)),
    "certificate": (caused(httpx.ConnectError("x"), untrusted()), ("certificate", False, True)),
    "no such name": (
        caused(httpx.ConnectError("x"), socket.gaierror(socket.EAI_NONAME, "x")),
        ("name_lookup", False, True),
    ),
    "name service": (
        caused(httpx.ConnectError("x"), socket.gaierror(socket.EAI_AGAIN, "x")),
        ("name_lookup", False, False),
    ),
    "open files": (
        caused(httpx.ConnectError("x"), OSError(errno.EMFILE, "x")),
        ("too_many_files", False, True),
    ),
    "the system's open files": (
        caused(httpx.ConnectError("x"), OSError(errno.ENFILE, "x")),
        ("too_many_files", False, True),
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_each_exception_says_whether_it_may_have_arrived_and_whether_it_is_final(
    name: str,
) -> None:
    """What is not sure to have stayed here may have arrived."""
    error, expected = FAILURES[name]
    found = failure_of(error, url="https://h/x", timeout_s=2.0, has_left=expected[1])
    assert (found.kind, found.may_have_arrived, found.is_final) == expected


@pytest.mark.parametrize("name", [name for name, (_, told) in FAILURES.items() if not told[1]])
def test_what_has_left_may_have_arrived_whatever_was_raised(name: str) -> None:
    """But for a request that was refused before anything of it was written."""
    error, (kind, _, _) = FAILURES[name]
    found = failure_of(error, url="https://h/x", timeout_s=2.0, has_left=True)
    assert (found.may_have_arrived, found.is_final) == (
        (False, True) if name == "our own protocol" else (True, False)
    )
    assert (found.kind == kind) is (name == "our own protocol")


@pytest.mark.parametrize("name", ["read", "write", "protocol", "read time-out", "write time-out"])
def test_what_has_not_left_is_sure_not_to_have_arrived(name: str) -> None:
    """A connection that broke before the first byte carried nothing."""
    found = failure_of(FAILURES[name][0], url="https://h/x", timeout_s=2.0, has_left=False)
    assert (found.kind, found.may_have_arrived, found.is_final) == ("connection", False, False)
