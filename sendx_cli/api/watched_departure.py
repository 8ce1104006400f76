"""The moment before a request's first byte, in the HTTP library's own course of events.

httpcore tells of each step by its documented `trace` extension, and takes an exception raised
there as the end of the request; the connection is then closed.
"""

from collections.abc import Mapping
from typing import Protocol

from sendx_cli.api.gate import Gate

_CONNECTING = "connection.connect_tcp.started"
_WRITING = "http11.send_request_headers.started"


class GateShut(Exception):
    """The call was given up before it left; nothing has been written."""


class GoneStale(Exception):
    """The kept connection was closed by the other side; nothing has been written."""


class KeptStream(Protocol):
    """A connection as httpcore shows it."""

    def get_extra_info(self, info: str) -> object:
        """Return what is asked for: `is_readable`, `socket`, ..."""


def is_spent(kept: KeptStream) -> bool:
    """Whether the idle connection was closed by the other side, or holds a stray byte."""
    return bool(kept.get_extra_info("is_readable"))


class WatchedDeparture:
    """One try to send one call.

    Args:
        gate: Asked before the first byte for the service; a proxy's CONNECT is none.
        kept: The connection that the last answer came by, if there was one. One that the
            server has closed is found out here as well as by the pool, which looks too early:
            between its look and the writing other threads have their turn.
    """

    def __init__(self, gate: Gate, kept: KeptStream | None) -> None:
        self._gate = gate
        self._kept = kept
        self.is_over_kept = kept is not None

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Take one of httpcore's events.

        Raises:
            GateShut: The call was given up.
            GoneStale: The kept connection can no longer be used.
        """
        if event == _CONNECTING:
            self.is_over_kept = False
        elif event == _WRITING and getattr(info["request"], "method", b"") != b"CONNECT":
            self.begin()

    def begin(self) -> None:
        """Let the first byte out.

        Raises:
            GateShut: The call was given up.
            GoneStale: The kept connection can no longer be used.
        """
        if self._kept is not None and self.is_over_kept and is_spent(self._kept):
            raise GoneStale
        if not self._gate.let_out():
            raise GateShut
