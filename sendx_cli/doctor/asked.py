"""What came of asking the service."""

from collections.abc import Callable
from typing import NamedTuple

from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.errors import SendxError
from sendx_cli.settings.resolve import Settings


class Asked(NamedTuple):
    """What came of one harmless call.

    Args:
        reply: What came back.
        refusal: What that means, unless the key is taken.
        elapsed_s: How long it took.
    """

    reply: Answer | TransportFailure
    refusal: SendxError | None
    elapsed_s: float


Ask = Callable[[Settings, str], Asked]
"""Reads a path of the service, such as `/tag`, with the key in force."""
