import io

import pytest

from sendx_cli.sandbox.messages import Refused, Request, Response
from sendx_cli.sandbox.wire import MAX_BODY_BYTES, encode_response, is_last, read_request


def read(sent: bytes) -> tuple[Request | None, bytes]:
    written = io.BytesIO()
    return read_request(io.BytesIO(sent), written.write), written.getvalue()


def test_a_request_with_a_length() -> None:
    """Header names are lowered, values kept, white space around them is not theirs."""
    sent = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Y:  Z \r\nContent-Length: 2\r\n\r\nhi and more"
    headers = {"host": "x", "x-y": "Z", "content-length": "2"}
    assert read(sent) == (Request("POST", "/a", "b=c", headers, b"hi"), b"")


def test_a_request_in_chunks() -> None:
    """Extensions and trailers are passed over."""
    sent = (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\n"
    )
    headers = {"transfer-encoding": "chunked"}
    assert read(sent) == (Request("POST", "/", "", headers, b"abc0123456789"), b"")


def test_a_client_that_waits_is_told_to_go_on() -> None:
    """`Expect: 100-continue` is answered before the body is read."""
    sent = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
    request, written = read(sent)
    assert (request and request.body, written) == (b"x", b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("sent", [b"", b"\r\n"])
def test_the_end_of_a_connection(sent: bytes) -> None:
    """Nothing more comes."""
    assert read(sent) == (None, b"")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"SSH-2.0-x\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nOrigin: null\r\nOrigin: http://localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nname : x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: two\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nx", 501),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1), 413),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n", 431),
    ],
)
def test_what_is_no_request_is_refused(sent: bytes, status: int) -> None:
    """With the status that says why."""
    with pytest.raises(Refused) as refused:
        read(sent)
    assert refused.value.response.status == status


def test_a_body_that_breaks_off_is_no_request() -> None:
    """Half a body must not be acted on."""
    with pytest.raises(ConnectionError):
        read(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhi")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nConnection: Keep-Alive, Close\r\n\r\n", True),
        (b"GET / HTTP/1.0\r\n\r\n", True),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", False),
    ],
)
def test_which_request_is_the_last(sent: bytes, expected: bool) -> None:
    """HTTP/1.1 keeps the connection unless told otherwise, HTTP/1.0 the other way about."""
    request, _ = read(sent)
    assert request is not None
    assert is_last(request) is expected


def test_a_response_as_bytes() -> None:
    """The length is the body's; for HEAD too, which gets none."""
    response = Response(404, b"{}", {"Content-Type": "application/json"})
    lines = encode_response(response, is_last=True, has_body=False).split(b"\r\n")
    date = lines.pop(1)
    assert date.startswith(b"Date: ")
    assert date.endswith(b" GMT")
    assert lines == [
        b"HTTP/1.1 404 Not Found",
        b"Content-Length: 2",
        b"Content-Type: application/json",
        b"Connection: close",
        b"",
        b"",
    ]
