"""One request over the network, one reply back: the seam to the HTTP library.

A carrier is used by one thread and keeps one connection. It follows no redirect, keeps no
cookie and reads no login from any file: the transport is used directly, without a client.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

import httpx

from sendx_cli.api.exchange import CONNECT_TIMEOUT_S, LONGEST_LIFE_S
from sendx_cli.api.failures import broken_answer, no_connection
from sendx_cli.api.gate import Connection, Gate
from sendx_cli.api.httpx_failures import failure_of
from sendx_cli.api.keep_alive import KeepAlive
from sendx_cli.api.proxies import proxy_for, refuse_unusable, unusable
from sendx_cli.api.redaction import redacted
from sendx_cli.api.request_start import (
    GateShut,
    GoneStale,
    RequestStart,
    is_spent,
)
from sendx_cli.api.requests import Call, place_in
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import MAX_BODY_BYTES

if TYPE_CHECKING:
    import ssl

IDLE_EXPIRY_S = 4.0
"""Idle connections are dropped before common servers drop them (5 s)."""

_LONGEST_STOP_S = 3600.0


class Carrier(Protocol):
    """Carries one call at a time."""

    def carry(self, call: Call, gate: Gate) -> Answer | TransportFailure:
        """Send `call` and return the reply; network errors are returned, never raised.

        It opens the `gate` before the first byte, and sends nothing if that has been shut.
        """

    def close(self) -> None:
        """Close the connection."""


def open_transport(base_url: str, trusted: "ssl.SSLContext | None") -> httpx.BaseTransport:
    """Return a transport of one connection to the service.

    Args:
        base_url: Where the service is; it decides whether a proxy is used.
        trusted: Which authorities are trusted; None for plain HTTP, which needs no context.

    Raises:
        ServiceUnusable: The proxy cannot be used.
    """
    proxy = proxy_for(base_url)
    refuse_unusable(proxy)
    try:
        return httpx.HTTPTransport(
            verify=trusted or False,
            trust_env=False,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=IDLE_EXPIRY_S),
            proxy=_trusting(proxy, trusted),
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        raise unusable(proxy, "httpx does not accept it") from None


def _trusting(proxy: str | None, trusted: "ssl.SSLContext | None") -> httpx.Proxy | None:
    """Return the proxy; the certificate of an HTTPS proxy is verified like the service's."""
    if proxy is None:
        return None
    is_secured = urlsplit(proxy).scheme == "https"
    return httpx.Proxy(proxy, ssl_context=trusted if is_secured else None)


class HttpCarrier:
    """Carries calls over an httpx transport.

    Args:
        transport: What opens connections; the sandbox and tests pass their own.
        headers: The headers of every request, with the key.
        timeout_s: The longest an attempt may take. The exchange decides when it is over, and ends
            the connection then: a limit of the socket's own would go by the clock alone, also
            where the process was stopped or the machine asleep.
        secret: What to redact from answers, should the service repeat it.
        keep_alive: Whether connections are kept; shared by all carriers of a service.
        longest_life_s: How old a connection may be for it to be kept.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport,
        headers: Mapping[str, str],
        timeout_s: float,
        *,
        secret: str | None = None,
        keep_alive: KeepAlive | None = None,
        longest_life_s: float = LONGEST_LIFE_S,
    ) -> None:
        self._transport = transport
        self._secret = secret
        self._headers = headers
        self._last_headers = {**headers, "Connection": "close"}
        self._keep_alive = keep_alive or KeepAlive()
        self._timeout_s = timeout_s
        connect_s = min(CONNECT_TIMEOUT_S, timeout_s)
        self._timeouts = {
            "connect": connect_s,
            "read": timeout_s + _LONGEST_STOP_S,
            "write": timeout_s + _LONGEST_STOP_S,
            "pool": timeout_s,
        }
        self._is_network = isinstance(transport, httpx.HTTPTransport)
        self._kept: Connection | None = None
        self._answers = 0
        self._longest_life_s = longest_life_s
        self._opened_at = time.monotonic()

    def carry(self, call: Call, gate: Gate) -> Answer | TransportFailure:
        """Send `call` and read the whole answer."""
        try:
            url = httpx.URL(call.url)
            try:
                return self._exchange(call, url, gate)
            except GoneStale:
                return self._exchange(call, url, gate)
        except GateShut:
            return no_connection(place_in(call.url), is_late=True, proxy=self._proxy(call))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
            return failure_of(
                error,
                url=call.url,
                timeout_s=self._timeout_s,
                has_left=gate.has_left,
                proxy=self._proxy(call),
            )

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def _exchange(self, call: Call, url: httpx.URL, gate: Gate) -> Answer | TransportFailure:
        self._learn_of_kept()
        start = RequestStart(gate, self._kept)
        self._kept = None
        asked_at = time.monotonic()
        is_old = start.is_over_kept and asked_at > self._opened_at + self._longest_life_s
        is_kept = self._keep_alive.is_worth_trying and not is_old
        request = httpx.Request(
            call.method,
            url,
            headers=self._headers if is_kept else self._last_headers,
            content=call.body or None,
            extensions={"timeout": self._timeouts, "trace": start.trace},
        )
        if not self._is_network:
            start.begin()
        try:
            response = self._transport.handle_request(request)
        except httpx.TransportError:
            if (
                start.is_over_kept
                and self._answers == 1
                and gate.has_left
                and not gate.is_broken_off
            ):
                self._keep_alive.was_closed()
            raise
        try:
            reply = self._read(response)
        finally:
            response.close()
        if isinstance(reply, Answer):
            self._kept = response.extensions.get("network_stream")
            self._answers = self._answers + 1 if start.is_over_kept else 1
            if not start.is_over_kept:
                self._opened_at = asked_at
            if self._answers == 2:  # noqa: PLR2004 - the second
                self._keep_alive.was_used_again()
        return reply

    def _proxy(self, call: Call) -> str | None:
        return proxy_for(call.url) if self._is_network else None

    def _learn_of_kept(self) -> None:
        if self._answers == 1 and self._kept is not None and is_spent(self._kept):
            self._keep_alive.was_closed()

    def _read(self, response: httpx.Response) -> Answer | TransportFailure:
        body = bytearray()
        assert isinstance(response.stream, httpx.SyncByteStream)
        for part in response.stream:
            body += part
            if len(body) > MAX_BODY_BYTES:
                return broken_answer("the answer is too long")
        headers = {name.lower(): value for name, value in response.headers.items()}
        if headers.get("content-encoding", "identity") != "identity":
            return broken_answer("the answer is in an encoding that was not requested")
        whole = bytes(body) if self._secret is None else redacted(bytes(body), self._secret)
        return Answer(response.status_code, headers, whole)
