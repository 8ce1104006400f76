import io

import pytest

from sendx_cli.sandbox.messages import Refused, Request, Response
from sendx_cli.sandbox.wire import MAX_BODY_BYTES, Wire

OK = Response(200, b"{}", {"Content-Type": "application/json"})
HOST = b"Host: x\r\n"


def wire_of(sent: bytes) -> tuple[Wire, io.BytesIO]:
    written = io.BytesIO()
    return Wire(io.BytesIO(sent).read, written.write), written


def read(sent: bytes) -> tuple[Request | None, bytes]:
    wire, written = wire_of(sent)
    return wire.read_request(), written.getvalue()


def test_a_request_with_a_length() -> None:
    """Header names are lowered, values kept, white space around them is not theirs."""
    sent = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Y:  Z \r\nContent-Length: 2\r\n\r\nhi and more"
    headers = {"host": "x", "x-y": "Z", "content-length": "2"}
    assert read(sent) == (Request("POST", "/a", "b=c", headers, b"hi"), b"")


def test_a_request_in_chunks() -> None:
    """Extensions and trailers are passed over."""
    sent = (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\n"
    )
    headers = {"host": "x", "transfer-encoding": "chunked"}
    assert read(sent) == (Request("POST", "/", "", headers, b"abc0123456789"), b"")


def test_a_request_that_comes_in_pieces() -> None:
    """It is put together, however the network cuts it."""
    sent = io.BytesIO(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
    wire = Wire(lambda _size: sent.read(1), io.BytesIO().write)
    request = wire.read_request()
    assert request is not None
    assert (request.path, request.body) == ("/a", b"hi")


def test_a_client_that_waits_is_told_to_go_on() -> None:
    """`Expect: 100-continue` is answered before the body is read."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
    parts, written = [head, b"x"], io.BytesIO()
    request = Wire(lambda _size: parts.pop(0), written.write).read_request()
    assert request is not None
    assert (request.body, written.getvalue()) == (b"x", b"HTTP/1.1 100 Continue\r\n\r\n")


def test_the_end_of_a_connection() -> None:
    """Nothing more comes."""
    assert read(b"") == (None, b"")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"SSH-2.0-x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"no colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"name : x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: two\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\nx", 501),
        (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Origin: null\r\nOrigin: http://x\r\n\r\n", 400),
        (b"GET /" + b"x" * 70_000, 431),
    ],
)
def test_what_is_no_request_is_refused(sent: bytes, status: int) -> None:
    """With the status that says why."""
    with pytest.raises(Refused) as refused:
        read(sent)
    assert refused.value.response.status == status


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1),
        b"Transfer-Encoding: chunked\r\n\r\n110000\r\n" + b"x" * 0x110000 + b"\r\n",
    ],
    ids=["told", "found"],
)
def test_a_body_that_is_too_large_is_refused(body: bytes) -> None:
    """Before it is read, where its length is told; else as soon as it is found out."""
    with pytest.raises(Refused) as refused:
        read(b"POST / HTTP/1.1\r\n" + HOST + body)
    assert refused.value.response.status == 413


def test_a_request_that_breaks_off_is_none() -> None:
    """Half a body must not be acted on."""
    with pytest.raises(ConnectionError):
        read(b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhi")


@pytest.mark.parametrize(
    ("head", "goes_on"),
    [
        (b"GET / HTTP/1.1\r\n" + HOST, True),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Keep-Alive, Close\r\n", False),
        (b"GET / HTTP/1.0\r\n", False),
    ],
)
def test_which_request_is_the_last(head: bytes, goes_on: bool) -> None:
    """HTTP/1.1 keeps the connection unless told otherwise."""
    wire, _ = wire_of(head + b"\r\n")
    wire.read_request()
    assert wire.respond(OK) is goes_on


def test_the_server_can_end_the_connection() -> None:
    """It says so in the answer."""
    wire, written = wire_of(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    wire.read_request()
    assert wire.respond(OK, is_last=True) is False
    assert b"\r\nConnection: close\r\n" in written.getvalue()


def test_a_response_as_bytes() -> None:
    """The length is the body's; for HEAD too, which gets none."""
    wire, written = wire_of(b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n")
    wire.read_request()
    wire.respond(Response(520, b"{}", {"Content-Type": "application/json"}), is_last=True)
    lines = written.getvalue().split(b"\r\n")
    date = lines.pop(1)
    assert date.startswith(b"Date: ")
    assert date.endswith(b" GMT")
    assert lines == [
        b"HTTP/1.1 520 Unknown Error",
        b"Content-Length: 2",
        b"Content-Type: application/json",
        b"Connection: close",
        b"",
        b"",
    ]
