"""What the reply to a read (GET) means: any JSON list or object is an answer."""

from sendx_cli.core.replies import statuses
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import Kind, Verdict, judge, read_body, reports_error

READ = "read"
"""The action of a read, beside `identify` and `track`."""


def judge_read(reply: Answer | TransportFailure, *, is_first: bool) -> Verdict:
    """Judge the reply to a read; `response` of an accepted one is the parsed body.

    Args:
        reply: The reply.
        is_first: As for `judge`.
    """
    if isinstance(reply, Answer) and statuses.OK <= reply.status < statuses.MULTIPLE_CHOICES:
        body = read_body(reply.body)
        is_answer = isinstance(body, list) or (isinstance(body, dict) and not reports_error(body))
        if is_answer:
            return Verdict(Kind.ACCEPTED, "accepted", "OK", None, reply.status, body)
    return judge(reply, action=READ, is_first=is_first)
