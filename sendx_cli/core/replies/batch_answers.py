"""What an answer of the bulk endpoint means for the rows of its batch.

Only the plain success is documented, `{"status": "success", "message": "..."}`. What a partial
failure looks like, and whether a refused batch changed anything, is not: an answer that is not
plainly a success means nothing for any single row. Neither does one that lists results for other
contacts than those of the batch: of 24 results for 25 contacts it is not known which is missing.
"""

from collections.abc import Collection, Iterator, Mapping
from enum import Enum, auto

from sendx_cli.core.replies import statuses
from sendx_cli.core.replies.verdict import Kind, Verdict

_NOT_THERE = frozenset({404, 405, 415, 501})
_WHOLE = frozenset({statuses.OK, statuses.CREATED, statuses.ACCEPTED})
_SUCCESS = frozenset({"success", "ok"})
_LIST_DEPTH = 2
"""In the body, or in an object in its members: deeper down are the members of a contact."""
_FAILURE_WORDS = ("error", "fail", "reject", "invalid", "skip")


class BatchOutcome(Enum):
    """What follows from an answer to a batch.

    `AS_ONE`: the verdict holds for all its rows. `APART`: each row must be decided by a call of
    its own. `NOT_THERE`: likewise, and the service has no such endpoint.
    """

    AS_ONE = auto()
    APART = auto()
    NOT_THERE = auto()


def outcome_of_batch(verdict: Verdict) -> BatchOutcome:
    """Return what follows from a verdict of `judge_batch`."""
    if verdict.status in _NOT_THERE:
        return BatchOutcome.NOT_THERE
    if verdict.kind in {Kind.REFUSED, Kind.AMBIGUOUS}:
        return BatchOutcome.APART
    return BatchOutcome.AS_ONE


def judge_batch(verdict: Verdict, emails: Collection[str]) -> Verdict:
    """Return the verdict on a batch, given the `verdict` on the same answer to a single call.

    A complete answer that does not plainly accept every row is not a fault of the service: it
    refuses the batch.

    Args:
        verdict: What the answer would mean for a single call.
        emails: The addresses of the batch's contacts, without duplicates.
    """
    is_success = verdict.kind is Kind.ACCEPTED
    if is_success and _is_plain(verdict, emails):
        return verdict
    is_list = isinstance(verdict.response, list) and verdict.code == "broken_answer"
    if not is_success and not is_list:
        return verdict
    return verdict._replace(
        kind=Kind.REFUSED, code="not_plain_success", hint="each row is decided by itself"
    )


def _is_plain(verdict: Verdict, emails: Collection[str]) -> bool:
    body = verdict.response
    return (
        verdict.status in _WHOLE
        and isinstance(body, dict)
        and _is_success(body.get("status"))
        and not any(map(_names_a_failure, _objects_in(body)))
        and all(_names_each(listed, emails) for listed in _lists_in(body))
    )


def _is_success(status: object) -> bool:
    """Whether a body's `status`, of any type, means success, or is absent."""
    if status is None or status is True:
        return True
    text = str(status).strip().lower()
    return text in _SUCCESS or (text.isascii() and text.isdigit() and int(text[:4]) in _WHOLE)


def _objects_in(body: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield the body and the objects directly in its members: possibly a result for each row."""
    yield body
    for value in body.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield inner


def _lists_in(value: object, depth: int = _LIST_DEPTH) -> Iterator[list[object]]:
    """Yield the lists that are not empty, and the names in objects with a member per contact."""
    if isinstance(value, list) and value:
        yield value
    elif isinstance(value, dict) and any("@" in name for name in value):
        yield list(value)
    elif isinstance(value, dict) and depth:
        for inner in value.values():
            yield from _lists_in(inner, depth - 1)


def _names_each(listed: list[object], emails: Collection[str]) -> bool:
    """Whether a list has an item for each contact, compared by address if it has addresses."""
    if len(listed) != len(emails):
        return False
    named = {address.casefold() for address in map(_address_in, listed) if address is not None}
    return not named or named == {email.casefold() for email in emails}


def _address_in(item: object) -> str | None:
    text = item.get("email") if isinstance(item, dict) else item
    return text.strip() if isinstance(text, str) and "@" in text else None


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
