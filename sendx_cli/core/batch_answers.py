"""What an answer of the bulk endpoint means for the rows of its batch.

Documented is the plain success alone, `{"status": "success", "message": "..."}`. What a partial
failure looks like, and whether a refused batch changed anything, is not: whatever is not plainly
a success says nothing of any single row.
"""

from collections.abc import Iterator, Mapping
from enum import Enum, auto

from sendx_cli.core import statuses
from sendx_cli.core.verdict import Kind, Verdict

_NOT_THERE = frozenset({404, 405, 415, 501})
_WHOLE = frozenset({statuses.OK, statuses.CREATED, statuses.ACCEPTED})
_SUCCESS = frozenset({"success", "ok"})
_FAILURE_WORDS = ("error", "fail", "reject", "invalid", "skip")


class BatchFate(Enum):
    """What follows for a batch.

    `AS_ONE`: all its rows fare alike, as a single call's row would. `APART`: each row is to be
    decided by a call of its own. `NOT_THERE`: likewise, and the service has no such endpoint.
    """

    AS_ONE = auto()
    APART = auto()
    NOT_THERE = auto()


def fate_of_batch(verdict: Verdict) -> BatchFate:
    """Say what follows from what `judge_batch` made of an answer."""
    if verdict.status in _NOT_THERE:
        return BatchFate.NOT_THERE
    if verdict.kind in {Kind.REFUSED, Kind.AMBIGUOUS}:
        return BatchFate.APART
    return BatchFate.AS_ONE


def judge_batch(verdict: Verdict) -> Verdict:
    """Return `verdict`, made of an answer to a single call, as it holds for a batch.

    An answer that came whole, but does not plainly accept every row, is no trouble of the
    service: it refuses the batch.
    """
    is_success = verdict.kind is Kind.ACCEPTED
    if is_success and _is_plain(verdict):
        return verdict
    is_list = isinstance(verdict.response, list) and verdict.code == "broken_answer"
    if not is_success and not is_list:
        return verdict
    return verdict._replace(
        kind=Kind.REFUSED, code="not_plain_success", hint="each row is decided by itself"
    )


def _is_plain(verdict: Verdict) -> bool:
    body = verdict.response
    return (
        verdict.status in _WHOLE
        and isinstance(body, dict)
        and _says_success(body.get("status"))
        and not any(map(_names_a_failure, _objects_in(body)))
    )


def _says_success(status: object) -> bool:
    """Whether a body's `status` says success, or says nothing; its type is of no account."""
    if status is None or status is True:
        return True
    said = str(status).strip().lower()
    return said in _SUCCESS or (said.isascii() and said.isdigit() and int(said[:4]) in _WHOLE)


def _objects_in(body: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield the body and the objects right in its members: a result for each row, perhaps."""
    yield body
    for value in body.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield inner


def _names_a_failure(members: Mapping[str, object]) -> bool:
    if members.get("success") is False or members.get("ok") is False:
        return True
    status = str(members.get("status")).lower()
    if any(word in status for word in _FAILURE_WORDS):
        return True
    return any(
        value and any(word in name.lower() for word in _FAILURE_WORDS)
        for name, value in members.items()
    )
