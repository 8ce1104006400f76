"""One libcurl handle, set up once and used for one call after another."""

from collections.abc import Mapping
from io import BytesIO
from typing import NamedTuple

import pycurl

from sendx_cli.api import failures
from sendx_cli.api.exchange import CONNECT_TIMEOUT_S, LONGEST_LIFE_S
from sendx_cli.api.kept_connections import IDLE_EXPIRY_S, KeptConnections
from sendx_cli.api.redaction import redacted
from sendx_cli.api.requests import Call
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import MAX_BODY_BYTES

_MS = 1000


class Terms(NamedTuple):
    """What all transfers of an exchange have in common.

    Args:
        headers: The headers of every request, with the key.
        timeout_s: The longest a whole attempt may take.
        secret: What no answer may show again, should the service repeat it.
        proxy: The proxy's URL, or None; libcurl does not look at the environment.
        ca_file: A bundle of certificate authorities in PEM form, or None.
        ca_directory: A hashed directory of them, or None. With neither, there is no TLS.
        is_store_trusted: Whether those of the system's store are trusted too.
        longest_life_s: How old a connection may be for a further request.
    """

    headers: Mapping[str, str]
    timeout_s: float
    secret: str | None
    proxy: str | None
    ca_file: str | None
    ca_directory: str | None
    is_store_trusted: bool = False
    longest_life_s: float = LONGEST_LIFE_S


class Transfer:
    """A handle of libcurl, and what came back through it.

    libcurl sends a request again by itself when a kept connection dies without a byte of
    answer, though the service may have acted on the first. Two locks stand before that: the
    body comes from a reader that cannot be rewound, and the gate before each request opens
    once a call. `is_stale` tells that it stayed shut since the kept connection had been closed:
    nothing has left then, and the call may begin again over a new one.

    Args:
        terms: What holds for every call.
        kept: The connections of all transfers that share them.

    Raises:
        ValueError: A header holds what HTTP cannot carry.
        pycurl.error: libcurl does not take a value.
    """

    def __init__(self, terms: Terms, kept: KeptConnections) -> None:
        self.curl = pycurl.Curl()
        self.is_stale = False
        self._kept = kept
        self._call = Call("", "")
        self._opened: list[int] = []
        self._port = 0
        self._headers = [*_header_lines(terms.headers), b"Expect:"]
        self._last_headers = [*self._headers, b"Connection: close"]
        self._is_kept = True
        self.ticket = 0
        self.started_at = 0.0
        self.url = ""
        self.has_begun = False
        self._secret = terms.secret
        self._lines: list[bytes] = []
        self._parts: list[bytes] = []
        self._set_safety()
        self._set_trust(terms)
        self._set_terms(terms)

    def begin(self, ticket: int, call: Call, now: float) -> None:
        """Make ready for `call`; it leaves once the handle is added to a multi handle."""
        self.ticket, self.started_at, self._call = ticket, now, call
        self._prepare(is_fresh=False)

    def begin_again(self) -> None:
        """Make the same call ready once more, over a new connection."""
        self._prepare(is_fresh=True)

    def _prepare(self, *, is_fresh: bool) -> None:
        self.has_begun = self.is_stale = False
        for old in (self._lines, self._parts, self._opened):
            old.clear()
        curl, call = self.curl, self._call
        is_kept = self._kept.are_worth_trying
        curl.setopt(pycurl.FRESH_CONNECT, int(is_fresh or not is_kept))
        curl.setopt(pycurl.FORBID_REUSE, int(not is_kept))
        if is_kept is not self._is_kept:
            curl.setopt(pycurl.HTTPHEADER, self._headers if is_kept else self._last_headers)
            self._is_kept = is_kept
        if call.url != self.url:
            curl.setopt(pycurl.URL, call.url)
            self.url = call.url
        if call.method == "GET":
            curl.setopt(pycurl.HTTPGET, 1)
            return
        curl.setopt(pycurl.POST, 1)
        curl.setopt(pycurl.READFUNCTION, BytesIO(call.body).read)
        curl.setopt(pycurl.POSTFIELDSIZE, len(call.body))

    def answer(self) -> Answer | TransportFailure:
        """Return the answer that came, whole."""
        headers = _headers_in(self._lines)
        if headers.get("content-encoding", "identity") != "identity":
            return failures.broken_answer("the answer is in an encoding that was not requested")
        body = b"".join(self._parts)
        self._kept.note_answer(self._port)
        if self._secret is not None:
            body = redacted(body, self._secret)
        return Answer(self.curl.getinfo(pycurl.RESPONSE_CODE), headers, body)

    def close(self) -> None:
        """Close the handle."""
        self.curl.close()

    def _open_gate(self, _their_ip: str, _our_ip: str, _their_port: int, our_port: int) -> int:
        """Let a request out, the first time; libcurl calls this before each one it sends."""
        if self.has_begun:  # the kept connection broke under it, and this would be its repetition
            self.note_end()
        self._port = our_port
        if self._opened:
            self._kept.add(our_port, self._opened)
        elif not self.has_begun:
            self.is_stale = not self._kept.is_quiet(our_port)
        if self.is_stale:
            self.note_end()
        if self.has_begun or self.is_stale:
            return int(pycurl.PREREQFUNC_ABORT)
        self.has_begun = True
        self._kept.note_use(our_port)
        return int(pycurl.PREREQFUNC_OK)

    def note_end(self) -> None:
        """Record that the connection ended without a whole answer to this call."""
        self._kept.note_end(self._port)

    def _note_socket(self, number: int, _purpose: int) -> int:
        self._opened.append(number)
        return int(pycurl.SOCKOPT_OK)

    def _set_safety(self) -> None:
        for option, value in (
            (pycurl.PREREQFUNCTION, self._open_gate),
            (pycurl.SOCKOPTFUNCTION, self._note_socket),
            (pycurl.HEADERFUNCTION, self._lines.append),
            (pycurl.WRITEFUNCTION, self._parts.append),
            (pycurl.MAXFILESIZE, MAX_BODY_BYTES),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.HTTP09_ALLOWED, 0),
            (pycurl.HTTP_CONTENT_DECODING, 0),
            (pycurl.NETRC, pycurl.NETRC_IGNORED),
            (pycurl.NOSIGNAL, 1),  # libcurl's own alarm would disturb the program's signals
            (pycurl.MAXAGE_CONN, IDLE_EXPIRY_S),
        ):
            self.curl.setopt(option, value)

    def _set_trust(self, terms: Terms) -> None:
        """Trust what is named and nothing else.

        With no path named, pycurl would put in one that it finds by itself: then there is no
        TLS at all. With one named, the other is said to be unset, lest it be filled in too.
        """
        is_trusting = terms.ca_file is not None or terms.ca_directory is not None
        secured = pycurl.PROTO_HTTPS if is_trusting else 0
        self.curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | secured)
        for verify in (pycurl.SSL_VERIFYPEER, pycurl.PROXY_SSL_VERIFYPEER):
            self.curl.setopt(verify, 1)
        for verify in (pycurl.SSL_VERIFYHOST, pycurl.PROXY_SSL_VERIFYHOST):
            self.curl.setopt(verify, 2)  # 2: the name must match
        for option, path in (
            (pycurl.CAINFO, terms.ca_file),
            (pycurl.CAPATH, terms.ca_directory),
            (pycurl.PROXY_CAINFO, terms.ca_file),
            (pycurl.PROXY_CAPATH, terms.ca_directory),
        ):
            if path is None:
                self.curl.unsetopt(option)
            else:
                self.curl.setopt(option, path)
        if terms.is_store_trusted:
            for option in (pycurl.SSL_OPTIONS, pycurl.PROXY_SSL_OPTIONS):
                self.curl.setopt(option, pycurl.SSLOPT_NATIVE_CA)

    def _set_terms(self, terms: Terms) -> None:
        curl = self.curl
        connect_s = min(CONNECT_TIMEOUT_S, terms.timeout_s)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(connect_s * _MS)))
        curl.setopt(pycurl.MAXLIFETIME_CONN, max(1, int(terms.longest_life_s)))
        curl.setopt(pycurl.HTTPHEADER, self._headers)
        curl.setopt(pycurl.PROXY, terms.proxy or "")  # empty: do not ask the environment
        curl.setopt(pycurl.NOPROXY, "")
        if terms.proxy is not None:
            curl.setopt(pycurl.HTTPPROXYTUNNEL, 1)
            curl.setopt(pycurl.HEADEROPT, pycurl.HEADER_SEPARATE)  # the proxy never sees the key


def _header_lines(headers: Mapping[str, str]) -> list[bytes]:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if any(character in line for line in lines for character in "\r\n\0"):
        raise ValueError("a header contains a line break")
    return [line.encode("ascii") for line in lines]


def _headers_in(lines: list[bytes]) -> dict[str, str]:
    """Return the last block of headers; a proxy's and 1xx answers' come before it."""
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            key, text = name.decode("latin-1").lower(), _text(value.strip())
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        elif line.startswith(b"HTTP/"):
            headers.clear()
    return headers


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
