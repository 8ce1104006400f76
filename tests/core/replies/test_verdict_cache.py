import pytest

from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import judge
from sendx_cli.core.replies.verdict_cache import VerdictCache

REPLIES = [
    Answer(200, {}, b'{"status":"200","message":"OK"}'),
    Answer(200, {}, b'{"status":"error","message":"no"}'),
    Answer(201, {}, b'{"status":"200","message":"OK"}'),
    Answer(200, {"content-type": "text/html"}, b"<html>"),
    Answer(200, {}, b"{%s}" % b",".join(b'"m%d":0' % n for n in range(100))),
    Answer(404, {}, b'{"message":"Resource not found"}'),
    Answer(500, {}, b""),
    TransportFailure("timeout", "no answer", may_have_arrived=True),
]


@pytest.mark.parametrize("reply", REPLIES)
def test_what_is_remembered_is_what_would_be_judged(reply: Answer | TransportFailure) -> None:
    """Whatever is asked, and however often an answer comes."""
    remembering = VerdictCache()
    for action in ("identify", "track", "identify"):
        for is_first in (False, True):
            expected = judge(reply, action=action, is_first=is_first)
            assert remembering(reply, action=action, is_first=is_first) == expected


def test_answers_that_are_all_different_are_judged_too() -> None:
    """Few are remembered: older deployments send the contact along."""
    remembering = VerdictCache()
    for n in (*range(50), *range(50)):
        body = b'{"message":"%d"}' % n
        verdict = remembering(Answer(200, {}, body), action="track", is_first=False)
        assert verdict.message == str(n)
