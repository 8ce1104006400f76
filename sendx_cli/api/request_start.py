"""Hooking into the HTTP library right before a request's first byte.

httpcore reports each step by its documented `trace` extension, and an exception raised there
aborts the request; the connection is then closed.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from sendx_cli.api.gate import Connection, Gate

_CONNECTING = "connection.connect_tcp.started"
_CONNECTED = (".connect_tcp.complete", ".start_tls.complete")
_WRITING = "http11.send_request_headers.started"


class GateShut(Exception):
    """The call was given up before it was started; nothing has been written."""


class GoneStale(Exception):
    """The kept connection was closed by the other side; nothing has been written."""


def is_spent(kept: "Connection") -> bool:
    """Whether the idle connection was closed by the other side, or has unread bytes."""
    return bool(kept.get_extra_info("is_readable"))


class RequestStart:
    """One try to send one call, checked right before its first byte.

    Args:
        gate: Opened before the first byte to the service; a proxy's CONNECT does not count.
        kept: The connection of the last answer, if there was one. Whether the server has closed
            it is checked here again, because the pool checks too early: between its check and
            the writing, other threads may run.
    """

    def __init__(self, gate: "Gate", kept: "Connection | None") -> None:
        self._gate = gate
        self._kept = kept
        self.is_over_kept = kept is not None
        if kept is not None:
            gate.goes_over(kept)

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Handle one of httpcore's events.

        Raises:
            GateShut: The call was given up.
            GoneStale: The kept connection can no longer be used.
        """
        if event == _CONNECTING:
            self.is_over_kept = False
        elif event.endswith(_CONNECTED):
            self._gate.goes_over(cast("Connection", info["return_value"]))
        elif event == _WRITING and getattr(info["request"], "method", b"") != b"CONNECT":
            self.begin()

    def begin(self) -> None:
        """Open the gate for the first byte.

        Raises:
            GateShut: The call was given up.
            GoneStale: The kept connection can no longer be used.
        """
        if self._kept is not None and self.is_over_kept and is_spent(self._kept):
            raise GoneStale
        if not self._gate.let_out():
            raise GateShut
