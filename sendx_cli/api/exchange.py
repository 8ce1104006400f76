"""Many calls in flight at once: calls are submitted, replies collected as they come."""

from typing import NamedTuple, Protocol

from sendx_cli.api.requests import Call
from sendx_cli.core.replies.answers import Answer, TransportFailure

CONNECT_TIMEOUT_S = 5.0
"""The longest until a request begins to leave: look-up, connection, proxy and TLS together."""
LONGEST_LIFE_S = 600.0
"""How old a connection may be for a further request: one that is never idle for days would stay
at an address that the service has left."""


class Reply(NamedTuple):
    """The reply to the call submitted under `ticket`.

    Args:
        ticket: The number given with the call.
        reply: The answer, or why there is none.
        elapsed_s: Since it was submitted.
    """

    ticket: int
    reply: Answer | TransportFailure
    elapsed_s: float


class Exchange(Protocol):
    """Carries the sender's calls, by threads or libcurl."""

    def submit(self, ticket: int, call: Call) -> None:
        """Start a call; returns at once."""

    def wait(self, timeout_s: float | None) -> list[Reply]:
        """Return the replies that are there, waiting for one if there is none.

        Returns an empty list when `timeout_s` has gone by, or after `wake`.
        """

    def wake(self) -> None:
        """End the current wait; may be called from a signal handler."""

    def close(self) -> None:
        """Close all connections."""
