"""The service of the benchmarks, in a process of its own: it says yes, and counts.

It reads one line of JSON from standard input, writes its port, and ends when its standard input
does: it cannot outlive who started it.
"""

import asyncio
import json
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.benchmarks.account import Account
from tests.benchmarks.limits import Gate, Limit

JSON = b"Content-Type: application/json\r\n"


def answer(status: bytes, body: bytes) -> bytes:
    """Return an HTTP/1.1 answer that keeps the connection."""
    return b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, JSON, len(body), body)


ACCEPTED = answer(b"200 OK", b'{"status":"200","message":"OK"}')
REFUSED = answer(b"429 Too Many Requests", b'{"status":"429","message":"Too many requests"}')
COUNTS = b"GET /counts"
FORGET = b"POST /forget"
READ = b"GET "
MAX_HEADS = 10_000


@dataclass(slots=True)
class Counts:
    """Calls so far; moments are seconds of the machine's monotonic clock."""

    accepted: int = 0
    refused: int = 0
    connections: int = 0
    first_s: float | None = None
    last_s: float | None = None

    def record(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Service:
    """What all connections share."""

    latency_s: float
    gate: Gate | None
    account: Account | None = None
    counts: Counts = field(default_factory=Counts)
    _lengths: dict[bytes, int] = field(default_factory=dict)

    def body_length(self, head: bytes) -> int:
        """Return Content-Length, looked up: a client's heads hardly differ from call to call."""
        length = self._lengths.get(head)
        if length is None:
            length = content_length(head)
            if len(self._lengths) < MAX_HEADS:
                self._lengths[head] = length
        return length

    def admitted(self, head: bytes) -> bytes:
        """Count a call and return its answer."""
        now_s = time.monotonic()
        counts = self.counts
        counts.last_s = now_s
        if counts.first_s is None:
            counts.first_s = now_s
        if self.gate is None or self.gate.admits(now_s):
            counts.accepted += 1
            if self.account is not None and head.startswith(READ):
                return answer(b"200 OK", self.account.page(head.split(b" ", 2)[1].decode()))
            return ACCEPTED
        counts.refused += 1
        return REFUSED

    def told(self, head: bytes) -> bytes:
        """Answer who asks for the counts, or begins them anew."""
        if head.startswith(FORGET):
            self.counts = Counts()
        return answer(b"200 OK", json.dumps(self.counts.record()).encode())


def content_length(head: bytes) -> int:
    """Return what the head says of the body's length in bytes, or 0."""
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


class Connection(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, service: Service, later: Callable[..., object]) -> None:
        self._service = service
        self._later = later
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._service.counts.connections += 1

    def data_received(self, data: bytes) -> None:
        unread = self._unread + data if self._unread else data
        while (end := unread.find(b"\r\n\r\n")) >= 0:
            head = unread[:end]
            whole = end + 4 + self._service.body_length(head)
            if len(unread) < whole:
                break
            unread = unread[whole:]
            self._answer(head)
        self._unread = unread

    def _answer(self, head: bytes) -> None:
        service = self._service
        if head.startswith((COUNTS, FORGET)):
            self._write(service.told(head))
        elif service.latency_s:
            self._later(service.latency_s, self._write, service.admitted(head))
        else:
            self._transport.write(service.admitted(head))

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def asked_for() -> tuple[Service, ssl.SSLContext | None]:
    """Return the service that the first line of standard input describes."""
    asked = json.loads(sys.stdin.readline())
    limit = asked["limit"]
    gate = None if limit is None else Gate(Limit(**limit))
    context = None
    if asked["certificate"]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(asked["certificate"])
    account = Account(asked["contacts"]) if asked["contacts"] else None
    return Service(asked["latency_s"], gate, account), context


async def serve() -> None:
    service, context = asked_for()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(service, loop.call_later), "127.0.0.1", 0, backlog=1024, ssl=context
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
