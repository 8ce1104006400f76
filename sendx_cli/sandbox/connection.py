"""One client's connection: its requests in turn, each answered or failed as configured."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event

from sendx_cli.clock import SystemClock
from sendx_cli.sandbox.app import App
from sendx_cli.sandbox.callers import refusal_of
from sendx_cli.sandbox.injected_faults import FaultSource, InjectedFault
from sendx_cli.sandbox.log import Entry, emails_in
from sendx_cli.sandbox.messages import Refused, Request, Response
from sendx_cli.sandbox.wire import Wire

_NO_LINGER = struct.pack("ii", 1, 0)
_DRAIN_S = 1.0
_DRAIN_PARTS = 256
_DRAIN_PART_BYTES = 65_536
_UNANSWERED = frozenset({"reset", "timeout"})


@dataclass(frozen=True, slots=True)
class SandboxService:
    """What all connections of a server share.

    Args:
        app: The API.
        fault_source: Decides which requests fail.
        on_request: Called with each request's log entry before its answer is sent.
        stopped: Set when the server ends.
    """

    app: App
    fault_source: FaultSource
    on_request: Callable[[Entry], None] | None
    stopped: Event


class Connection:
    """Answers the requests of one client, in its own thread."""

    def __init__(self, peer: socket.socket, service: SandboxService) -> None:
        self._peer = peer
        self._service = service

    def run(self) -> None:
        """Answer requests until either side closes the connection."""
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = Wire(self._peer.recv, self._peer.sendall)
        with suppress(OSError), self._peer:
            try:
                while request := wire.read_request():
                    if not self._take(wire, request):
                        return
            except Refused as refused:
                wire.respond(refused.response, is_last=True)
                self._part()

    def stop_reading(self) -> None:
        """Read no further request; the current answer is still sent."""
        with suppress(OSError):
            self._peer.shutdown(socket.SHUT_RD)

    def _take(self, wire: Wire, request: Request) -> bool:
        came_at = SystemClock().unix()
        refusal = refusal_of(request.headers)
        fault = self._service.fault_source.next() if refusal is None else InjectedFault()
        response = refusal or fault.response or self._service.app.answer(request)
        self._note(request, came_at, fault, response)
        if fault.wait_s:
            self._service.stopped.wait(fault.wait_s)
        if fault.kind in _UNANSWERED:
            self._leave_unanswered(fault.kind)
            return False
        return wire.respond(response, is_last=self._service.stopped.is_set())

    def _part(self) -> None:
        # Closing with bytes unread would reset the connection, and the answer could be lost.
        self._peer.shutdown(socket.SHUT_WR)
        self._peer.settimeout(_DRAIN_S)
        for _ in range(_DRAIN_PARTS):
            if not self._peer.recv(_DRAIN_PART_BYTES):
                return

    def _leave_unanswered(self, kind: str | None) -> None:
        if kind == "timeout":
            # Until the client gives up, or the server ends.
            self._peer.recv(1)
        else:
            self._peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)

    def _note(
        self, request: Request, came_at: float, fault: InjectedFault, response: Response
    ) -> None:
        if self._service.on_request is None:
            return
        was_answered_by_app = fault.response is None
        is_change = request.method == "POST" and response.status == HTTPStatus.OK
        self._service.on_request(
            Entry(
                unix_s=came_at,
                method=request.method,
                path=request.path,
                emails=emails_in(request),
                status=None if fault.kind in _UNANSWERED else response.status,
                fault=fault.kind,
                was_applied=was_answered_by_app and is_change,
            )
        )
