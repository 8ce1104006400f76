"""The server's side of one HTTP/1.1 connection: requests read from it, responses written to it."""

from collections.abc import Callable
from time import gmtime, strftime

import h11

from sendx_cli.sandbox.messages import Refused, Request, Response, reason_for

MAX_BODY_BYTES = 1 << 20
_MAX_HEAD_BYTES = 16_384
_PART_BYTES = 65_536
_GO_ON = h11.InformationalResponse(status_code=100, headers=[], reason="Continue")
_END = h11.EndOfMessage()
_NO_REQUEST = {400: "not an HTTP/1.1 request"}


class Wire:
    """Requests in turn, each to be answered before the next is read (RFC 9112).

    Args:
        receive: Returns at most so many bytes of what the other side sends; none at the end.
        send: Sends bytes to the other side.
    """

    def __init__(self, receive: Callable[[int], bytes], send: Callable[[bytes], object]) -> None:
        self._receive = receive
        self._send = send
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._method = b""

    def read_request(self) -> Request | None:
        """Return the next request; None where the other side has no more.

        Raises:
            Refused: What came is no request; the connection is of no use after the answer.
            ConnectionError: The other side stopped amid a request.
        """
        head = self._event()
        if not isinstance(head, h11.Request):
            return None
        self._method = head.method
        path, _, query = head.target.decode("latin-1").partition("?")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        if sum(name == b"origin" for name, _ in head.headers) > 1:
            raise Refused(400, "two origins for one request")
        if int(headers.get("content-length", 0)) > MAX_BODY_BYTES:
            raise Refused(413)
        body = bytearray()
        while isinstance(event := self._event(), h11.Data):
            body += event.data
            if len(body) > MAX_BODY_BYTES:
                raise Refused(413)
        return Request(head.method.decode("latin-1"), path, query, headers, bytes(body))

    def respond(self, response: Response, *, is_last: bool = False) -> bool:
        """Answer the request that was read, or what was no request.

        Args:
            response: What is answered; to HEAD, its headers alone.
            is_last: Whether the connection ends after it, whatever the client wants.

        Returns:
            Whether a further request may be read.
        """
        headers = [
            ("Date", strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime())),
            ("Content-Length", str(len(response.body))),
            *response.headers.items(),
        ]
        if is_last:
            headers.append(("Connection", "close"))
        reason = reason_for(response.status)
        head = h11.Response(status_code=response.status, headers=headers, reason=reason)
        body = [] if self._method == b"HEAD" else [h11.Data(data=response.body)]
        self._send(b"".join(self._http.send(event) or b"" for event in (head, *body, _END)))
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    def _event(self) -> h11.Event:
        """Return the next thing that the other side said."""
        try:
            while not isinstance(event := self._http.next_event(), h11.Event):
                if self._http.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(
                        status_code=100, headers=[], reason="Continue"
                    )
                    self._send(self._http.send(go_on) or b"")
                part = self._receive(_PART_BYTES)
                if not part and self._http.their_state is not h11.IDLE:
                    raise ConnectionError("the other side stopped within a request")
                self._http.receive_data(part)
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint
            raise Refused(status, _NO_REQUEST.get(status, "")) from None
        return event
