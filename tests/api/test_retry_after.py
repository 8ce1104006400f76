"""When to come again, as it comes through each engine."""

import pytest

from sendx_cli.core.replies.answer_hints import read_hints
from sendx_cli.core.replies.answers import Answer
from tests.api.engines import ENGINES, ask, engine, post
from tests.servers import ScriptedServer

PLAIN = b"HTTP/1.1 429 X\r\nContent-Length: 0\r\n"
DATE = b"Date: Wed, 21 Oct 2015 07:28:00 GMT\r\n"


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (b"Retry-After: 7\r\n", 7.0),
        (b"Retry-After: 2\r\nRetry-After: 90\r\n", 90.0),
        (b"retry-after: 90\r\nServer: x\r\nRetry-After: 2\r\n", 90.0),
        (b"Retry-After: 2, 90\r\n", 90.0),
        (DATE + b"Retry-After: Wed, 21 Oct 2015 07:28:09 GMT\r\nRetry-After: 2\r\n", 9.0),
        (DATE + b"Retry-After: 60\r\nRetry-After: Wed, 21 Oct 2015 07:28:09 GMT\r\n", 60.0),
    ],
)
def test_of_several_waits_the_longest_holds(
    name: str, lines: bytes, seconds: float, server: ScriptedServer
) -> None:
    """Whether they come as one header or as two, in seconds or as a date."""
    server.script = lambda _request, _number: PLAIN + lines + b"\r\n"
    with engine(name, server.url) as exchange:
        reply = ask(exchange, post(server.url)).reply
    assert isinstance(reply, Answer)
    hints = read_hints(reply.headers, 0.0)
    assert hints is not None
    assert hints.retry_after_s == seconds
