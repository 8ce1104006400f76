"""A cache of verdicts, because most answers of a run are the same."""

from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import Kind, Verdict, judge

_MAX_KNOWN = 16
_MAX_BODY_BYTES = 256


class VerdictCache:
    """Judges replies as `judge` does, and caches the verdicts on short answers that accept.

    Such a verdict depends on the status and the body only: the action, the headers and earlier
    replies make no difference to it.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], Verdict] = {}

    def __call__(self, reply: Answer | TransportFailure, *, action: str, is_first: bool) -> Verdict:
        """Judge a reply to `action`; the arguments are those of `judge`."""
        if isinstance(reply, TransportFailure) or len(reply.body) > _MAX_BODY_BYTES:
            return judge(reply, action=action, is_first=is_first)
        key = (reply.status, reply.body)
        known = self._known.get(key)
        if known is not None:
            return known
        verdict = judge(reply, action=action, is_first=is_first)
        if verdict.kind is Kind.ACCEPTED:
            if len(self._known) == _MAX_KNOWN:
                self._known.clear()
            self._known[key] = verdict
        return verdict
