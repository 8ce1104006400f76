"""What came back from one attempt, before anything is made of it."""

from collections.abc import Mapping
from typing import NamedTuple


class Answer(NamedTuple):
    """An HTTP answer, whole.

    Args:
        status: HTTP status code.
        headers: Names in lower case.
        body: At most as many bytes as the client takes.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportFailure(NamedTuple):
    """No answer: the network failed first.

    Args:
        kind: A stable word for programs, such as `timeout` or `connection`.
        message: What happened, for people; never holds the key.
        may_have_arrived: Whether the service could have acted on the request.
        is_final: Whether trying again cannot help before somebody acts.
        hint: What to do next.
    """

    kind: str
    message: str
    may_have_arrived: bool
    is_final: bool = False
    hint: str | None = None
