"""Many calls under way at once: hand calls in, take replies out as they come."""

from typing import NamedTuple, Protocol

from sendx_cli.api.requests import Call
from sendx_cli.core.replies.answers import Answer, TransportFailure

CONNECT_TIMEOUT_S = 5.0
"""The longest until a request begins to leave: look-up, connection, proxy and TLS together."""


class Reply(NamedTuple):
    """What came back for the call handed in under `ticket`.

    Args:
        ticket: The number given with the call.
        reply: The answer, or why there is none.
        elapsed_s: From the moment it was handed in.
    """

    ticket: int
    reply: Answer | TransportFailure
    elapsed_s: float


class Exchange(Protocol):
    """Where the sender hands in calls; which engine carries them is not its concern."""

    def submit(self, ticket: int, call: Call) -> None:
        """Begin a call; returns at once."""

    def wait(self, timeout_s: float | None) -> list[Reply]:
        """Return the replies that are there, waiting for one if there is none.

        Returns an empty list when `timeout_s` has gone by, or after `wake`.
        """

    def wake(self) -> None:
        """End a wait under way; may be called from a signal's handler."""

    def close(self) -> None:
        """Let go of all connections."""
