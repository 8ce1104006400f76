"""The reply to one attempt, before it is judged: an answer or a transport failure."""

from collections.abc import Mapping
from typing import NamedTuple


class Answer(NamedTuple):
    """A complete HTTP answer.

    Args:
        status: HTTP status code.
        headers: Names in lower case.
        body: At most `MAX_BODY_BYTES` of `verdict`.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportFailure(NamedTuple):
    """No usable answer, because the network failed.

    Args:
        kind: A stable code for programs, such as `timeout` or `connection`.
        message: What happened, for people; never contains the key.
        may_have_arrived: Whether the service could have acted on the request.
        is_final: Whether a retry cannot help until the user does something.
        hint: What to do next.
    """

    kind: str
    message: str
    may_have_arrived: bool
    is_final: bool = False
    hint: str | None = None
