"""What libcurl's error numbers mean, by literal values."""

import socket

import pytest

pytest.importorskip("pycurl", reason="libcurl's binding is not installed")

from sendx_cli.api.curl_failures import CurlError, failure_of_curl

URL, PROXY = "https://service.example/x", "http://proxy.example:3128"
NEVER_SENT = {
    "proxy, by libcurl's word": ((97, 0), ("proxy", False, False)),
    "proxy refuses": ((56, 503), ("proxy", False, False)),
    "proxy redirects": ((56, 302), ("proxy", False, False)),
    "proxy redirects, the least": ((56, 300), ("proxy", False, False)),
    "proxy has opened the tunnel, the most": ((56, 299), ("connection", False, False)),
    "proxy requires authentication": ((56, 407), ("proxy", False, True)),
    "proxy has opened the tunnel": ((56, 200), ("connection", False, False)),
    "certificate": ((60, 0), ("certificate", False, True)),
    "unsupported protocol": ((1, 0), ("unusable_request", False, True)),
    "cannot begin": ((2, 0), ("unusable_request", False, True)),
    "malformed address": ((3, 0), ("unusable_request", False, True)),
    "not built in": ((4, 0), ("unusable_request", False, True)),
    "bad argument": ((43, 0), ("unusable_request", False, True)),
    "unknown option": ((48, 0), ("unusable_request", False, True)),
    "authorities cannot be read": ((77, 0), ("unusable_request", False, True)),
    "cannot connect": ((7, 0), ("connection", False, False)),
    "time-out": ((28, 0), ("connection", False, False)),
    "TLS broke": ((35, 0), ("connection", False, False)),
    "a number of the future": ((999, 0), ("connection", False, False)),
}


def error(
    code: int,
    *,
    has_begun: bool = False,
    proxy_status: int = 0,
    proxy: str | None = None,
    was_found: bool = False,
) -> CurlError:
    return CurlError(
        code=code,
        text="SSL certificate problem: expired (10)",
        has_begun=has_begun,
        proxy_status=proxy_status,
        url=URL,
        proxy=proxy,
        timeout_s=2.0,
        was_found=was_found,
    )


@pytest.mark.parametrize("name", NEVER_SENT)
def test_what_had_not_begun_to_leave_did_not_arrive(name: str) -> None:
    """Final is what only somebody can mend."""
    (code, proxy_status), expected = NEVER_SENT[name]
    found = failure_of_curl(error(code, proxy_status=proxy_status))
    assert (found.kind, found.may_have_arrived, found.is_final) == expected


@pytest.mark.parametrize("code", [1, 2, 5, 6, 7, 28, 35, 52, 55, 56, 60, 63, 77, 97, 999])
@pytest.mark.parametrize("proxy_status", [0, 200, 407, 502])
def test_whatever_had_begun_to_leave_may_have_arrived(code: int, proxy_status: int) -> None:
    """Whatever libcurl calls it, and it is never final."""
    found = failure_of_curl(error(code, has_begun=True, proxy_status=proxy_status))
    kind = {28: "timeout", 63: "broken_answer"}.get(code, "connection_lost")
    assert (found.kind, found.may_have_arrived, found.is_final) == (kind, True, False)


@pytest.mark.parametrize(
    ("code", "proxy", "sought"),
    [
        (6, None, "service.example"),
        (6, PROXY, "service.example"),
        (5, PROXY, "proxy.example"),
        (5, None, "service.example"),
    ],
)
@pytest.mark.parametrize(
    ("answer", "is_final"),
    [
        (socket.gaierror(socket.EAI_AGAIN, "x"), False),
        (socket.gaierror(socket.EAI_NONAME, "x"), True),
        (socket.gaierror(socket.EAI_FAIL, "x"), True),
        (UnicodeError("x"), True),
        (None, False),
    ],
)
def test_a_name_that_is_not_found_is_final_where_the_name_service_says_so(
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    proxy: str | None,
    sought: str,
    answer: Exception | None,
    is_final: bool,
) -> None:
    """It is asked for the name that was sought: the proxy's, where that was not found."""
    asked: list[object] = []

    def look_up(name: object, *_more: object) -> list[object]:
        asked.append(name)
        if answer is not None:
            raise answer
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    found = failure_of_curl(error(code, proxy=proxy))
    assert (found.kind, found.may_have_arrived, found.is_final) == ("name_lookup", False, is_final)
    assert asked == [sought]


def test_a_name_that_was_found_before_is_passing_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host exists; nobody needs to be asked."""

    def look_up(*_arguments: object) -> list[object]:
        raise AssertionError("asked")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    found = failure_of_curl(error(6, was_found=True))
    assert (found.kind, found.is_final) == ("name_lookup", False)
