"""HTTP/1.1 as bytes (RFC 9112): requests read from a connection, responses written to it.

Written out here because the standard library's server reads headers with the e-mail parser,
which takes longer than everything else that the sandbox does for a request.
"""

from collections.abc import Callable
from time import gmtime, strftime
from typing import BinaryIO

from sendx_cli.sandbox.messages import Refused, Request, Response, reason_for

MAX_BODY_BYTES = 1 << 20
_MAX_LINE_BYTES = 16_384
_MAX_HEADERS = 100
_SINGLE = {
    "content-length": "two lengths for one body",
    "host": "two hosts for one request",
    "origin": "two origins for one request",
}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def read_request(stream: BinaryIO, write: Callable[[bytes], object]) -> Request | None:
    """Read the next request of a connection; None where the other side has no more.

    Args:
        stream: What the other side sends.
        write: Sends to the other side; asked only for `Expect: 100-continue`.

    Raises:
        Refused: What came is no request; the connection cannot be used any more.
    """
    line = _line(stream) or _line(stream)  # an empty line before a request is passed over (2.2)
    if not line:
        return None
    method, target, version = _split_request_line(line)
    headers = _headers(stream)
    if version == b"HTTP/1.0":
        headers.setdefault("connection", "close")
    if headers.get("expect", "").lower() == "100-continue":
        write(_CONTINUE)
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, _body(stream, headers))


def is_last(request: Request) -> bool:
    """Tell whether the connection ends after this request."""
    options = request.headers.get("connection", "").lower().split(",")
    return "close" in {option.strip() for option in options}


def encode_response(response: Response, *, is_last: bool, has_body: bool = True) -> bytes:
    """Return a response as it goes over the wire.

    Args:
        response: What is answered.
        is_last: Whether the connection ends after it.
        has_body: False for HEAD, whose answer is the headers alone.
    """
    lines = [
        f"HTTP/1.1 {response.status} {reason_for(response.status)}",
        strftime("Date: %a, %d %b %Y %H:%M:%S GMT", gmtime()),
        f"Content-Length: {len(response.body)}",
        *(f"{name}: {value}" for name, value in response.headers.items()),
    ]
    if is_last:
        lines.append("Connection: close")
    head = "\r\n".join((*lines, "", "")).encode("latin-1")
    return head + response.body if has_body else head


def _line(stream: BinaryIO) -> bytes:
    line = stream.readline(_MAX_LINE_BYTES)
    if len(line) == _MAX_LINE_BYTES:
        raise Refused(431)
    return line.rstrip(b"\r\n")


def _split_request_line(line: bytes) -> tuple[str, str, bytes]:
    parts = line.split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1."):  # noqa: PLR2004 - RFC 9112, 3
        raise Refused(400, "not an HTTP/1.1 request")
    return parts[0].decode("latin-1"), parts[1].decode("latin-1"), parts[2]


def _headers(stream: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MAX_HEADERS):
        line = _line(stream)
        if not line:
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name or name != name.strip():
            raise Refused(400, "a header line is malformed")
        if name.lower() in headers and name.lower() in _SINGLE:
            raise Refused(400, _SINGLE[name.lower()])
        headers[name.lower()] = value.strip()
    raise Refused(431)


def _body(stream: BinaryIO, headers: dict[str, str]) -> bytes:
    encoding = headers.get("transfer-encoding", "").lower()
    length = headers.get("content-length")
    if encoding == "chunked" and length is None:
        return _chunks(stream)
    if encoding:
        raise Refused(501 if length is None else 400, "cannot tell where the body ends")
    return _exactly(stream, _size(length, base=10)) if length is not None else b""


def _chunks(stream: BinaryIO) -> bytes:
    body = b""
    while size := _size(_line(stream).partition(b";")[0].decode("latin-1").strip(), base=16):
        if len(body) + size > MAX_BODY_BYTES:
            raise Refused(413)
        body += _exactly(stream, size)
        _line(stream)
    _headers(stream)  # trailers
    return body


def _size(text: str, *, base: int) -> int:
    if not text.isascii() or not text.isalnum():
        raise Refused(400, "a length is malformed")
    try:
        size = int(text, base)
    except ValueError:
        raise Refused(400, "a length is malformed") from None
    if size > MAX_BODY_BYTES:
        raise Refused(413)
    return size


def _exactly(stream: BinaryIO, size: int) -> bytes:
    body = stream.read(size)
    if len(body) < size:
        raise ConnectionError("the other side stopped amid a body")
    return body
