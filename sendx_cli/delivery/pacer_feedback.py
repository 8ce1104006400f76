"""What the pacer learns from an answer: the same for writes and reads, as the limit is one."""

from sendx_cli.api.exchange import Reply
from sendx_cli.clock import Clock
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.answer_hints import read_hints
from sendx_cli.core.replies.answers import Answer
from sendx_cli.core.replies.verdict import Kind, Verdict


def tell_pacer(
    pacer: Pacer, clock: Clock, reply: Reply, verdict: Verdict, *, sent_at: float, now: float
) -> float | None:
    """Pass an answer on to the pacer; return the seconds that it asks to wait, if any.

    Args:
        pacer: Learns how fast to go.
        clock: For a `Retry-After` that is a date.
        reply: The reply; without an answer there is nothing to learn.
        verdict: What it means.
        sent_at: When its call was sent.
        now: When it came.
    """
    if not isinstance(reply.reply, Answer):
        return None
    hints = read_hints(reply.reply.headers, clock.unix())
    pacer.answered(
        now,
        started_at=sent_at,
        throttled=verdict.kind is Kind.THROTTLED,
        latency_s=reply.elapsed_s,
        headers=hints,
    )
    return None if hints is None else hints.retry_after_s
