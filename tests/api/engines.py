"""The engines that stand behind the exchange, each made in the same way."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sendx_cli.api.carrier import HttpCarrier, open_transport
from sendx_cli.api.curl_exchange import CurlExchange
from sendx_cli.api.exchange import Exchange, Reply
from sendx_cli.api.proxies import proxy_for
from sendx_cli.api.requests import Call, headers_for
from sendx_cli.api.threaded_exchange import ThreadedExchange

KEY = "Key0of1the2tests"
Open = Callable[[str, float, Path | None], Exchange]


def open_threads(base_url: str, timeout_s: float, ca_file: Path | None) -> Exchange:
    headers = headers_for(KEY, None)
    trusted = ssl.create_default_context(cafile=ca_file) if ca_file else None

    def open_carrier() -> HttpCarrier:
        return HttpCarrier(open_transport(base_url, trusted), headers, timeout_s, secret=KEY)

    return ThreadedExchange(open_carrier, timeout_s)


def open_curl(base_url: str, timeout_s: float, ca_file: Path | None) -> Exchange:
    return CurlExchange(
        headers_for(KEY, None),
        timeout_s,
        secret=KEY,
        proxy=proxy_for(base_url),
        ca_file=str(ca_file) if ca_file else None,
    )


ENGINES: dict[str, Open] = {"threads": open_threads, "curl": open_curl}


@contextmanager
def engine(
    name: str, base_url: str, *, timeout_s: float = 20.0, ca_file: Path | None = None
) -> Iterator[Exchange]:
    with closing(ENGINES[name](base_url, timeout_s, ca_file)) as exchange:
        yield exchange


def post(base_url: str, body: bytes = b'{"email":"a@b.co"}') -> Call:
    return Call("POST", base_url + "/contact/track", body)


def ask(exchange: Exchange, call: Call, ticket: int = 1) -> Reply:
    """Hand in one call and wait for its reply."""
    exchange.submit(ticket, call)
    while not (replies := exchange.wait(30.0)):
        pass
    (reply,) = replies
    assert reply.ticket == ticket
    return reply
