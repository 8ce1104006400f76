"""One request over the network, one reply back: the seam behind which the HTTP library lies.

A carrier is used by one thread and keeps one connection. It follows no redirect, keeps no
cookie and reads no login from any file: the transport is used directly, without a client.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import httpx

from sendx_cli.api.breakdowns import breakdown_of
from sendx_cli.api.proxies import proxy_for
from sendx_cli.api.redaction import redacted
from sendx_cli.api.requests import Call
from sendx_cli.api.troubles import broken_answer
from sendx_cli.core.answers import Answer, Breakdown
from sendx_cli.core.verdict import MAX_BODY_BYTES
from sendx_cli.errors import ServiceUnusable

if TYPE_CHECKING:
    import ssl

CONNECT_TIMEOUT_S = 5.0
IDLE_EXPIRY_S = 4.0
"""Idle connections are dropped before common servers drop them (5 s)."""


class Carrier(Protocol):
    """Carries one call at a time."""

    def carry(self, call: Call) -> Answer | Breakdown:
        """Send `call` and return what came back; never raises for trouble on the way."""

    def close(self) -> None:
        """Let go of the connection."""


def open_transport(base_url: str, trusted: "ssl.SSLContext | None") -> httpx.BaseTransport:
    """Return a transport of one connection to the service.

    Args:
        base_url: Where the service is; decides whether a proxy stands before it.
        trusted: Which authorities are trusted; None for plain HTTP, which needs none and is
            spared the building of a context it would not use.

    Raises:
        ServiceUnusable: The proxy cannot be used.
    """
    proxy = proxy_for(base_url)
    try:
        return httpx.HTTPTransport(
            verify=trusted or False,
            trust_env=False,
            limits=httpx.Limits(max_connections=1, keepalive_expiry=IDLE_EXPIRY_S),
            proxy=proxy,
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        raise ServiceUnusable(
            "the proxy named by the environment cannot be used",
            hint="HTTPS_PROXY takes http:// and https:// addresses",
        ) from None


class HttpCarrier:
    """Carries calls over an httpx transport.

    Args:
        transport: What opens connections; the sandbox and tests hand in their own.
        headers: The headers of every request, with the key.
        timeout_s: The longest wait for any single read or write.
        secret: What no answer may show again, should the service repeat it.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport,
        headers: Mapping[str, str],
        timeout_s: float,
        *,
        secret: str | None = None,
    ) -> None:
        self._transport = transport
        self._secret = secret
        self._headers = headers
        connect_s = min(CONNECT_TIMEOUT_S, timeout_s)
        self._extensions = {
            "timeout": {
                "connect": connect_s,
                "read": timeout_s,
                "write": timeout_s,
                "pool": timeout_s,
            }
        }

    def carry(self, call: Call) -> Answer | Breakdown:
        """Send `call`, read the whole answer."""
        host = "the service"
        try:
            url = httpx.URL(call.url)
            host = url.host
            request = httpx.Request(
                call.method,
                url,
                headers=self._headers,
                content=call.body or None,
                extensions=self._extensions,
            )
            response = self._transport.handle_request(request)
            try:
                return self._read(response)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
            return breakdown_of(error, host=host)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def _read(self, response: httpx.Response) -> Answer | Breakdown:
        body = bytearray()
        assert isinstance(response.stream, httpx.SyncByteStream)
        for part in response.stream:
            body += part
            if len(body) > MAX_BODY_BYTES:
                return broken_answer("the answer is too long")
        headers = {name.lower(): value for name, value in response.headers.items()}
        if headers.get("content-encoding", "identity") != "identity":
            return broken_answer("the answer is in an encoding nobody asked for")
        whole = bytes(body) if self._secret is None else redacted(bytes(body), self._secret)
        return Answer(response.status_code, headers, whole)
