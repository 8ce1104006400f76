import json

import pytest

from sendx_cli.core.answers import Answer, Breakdown
from sendx_cli.core.batch_answers import BatchFate, fate_of_batch, judge_batch
from sendx_cli.core.verdict import Kind, judge


def fate(reply: Answer | Breakdown) -> tuple[Kind, BatchFate]:
    verdict = judge_batch(judge(reply, action="identify", is_first=False), ["a@b.co"])
    return verdict.kind, fate_of_batch(verdict)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "success", "message": "All contacts processed successfully"},
        {"status": "200", "message": "OK"},
        {"status": 200, "data": [{"email": "a@b.co", "customFields": {"failed payments": "3"}}]},
        {"message": "OK", "errors": [], "failed": 0},
        {},
    ],
)
def test_a_plain_success_accepts_all_rows(body: object) -> None:
    """As documented, or as single calls are answered; further members are borne."""
    reply = Answer(200, {}, json.dumps(body).encode())
    assert fate(reply) == (Kind.ACCEPTED, BatchFate.AS_ONE)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "error", "message": "no"},
        {"status": "partial", "message": "some contacts processed"},
        {"status": "partial_success"},
        {"status": 207},
        {"status": "²"},
        {"status": False},
        {"success": False},
        {"status": "success", "errors": [{"index": 3}]},
        {"status": "success", "failedContacts": ["a@b.co"]},
        {"status": "success", "failed": 1},
        {"status": "success", "data": [{"email": "a@b.co", "status": "failed"}]},
        {"status": "success", "data": {"rejected": 2}},
        {"status": "success", "results": [{"success": True}, {"success": False}]},
        [{"status": "success"}],
    ],
)
def test_what_is_not_plainly_a_success_is_taken_apart(body: object) -> None:
    """And is no trouble of the service."""
    reply = Answer(200, {}, json.dumps(body).encode())
    assert fate(reply) == (Kind.REFUSED, BatchFate.APART)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Answer(207, {}, b'{"status":"success"}'), (Kind.REFUSED, BatchFate.APART)),
        (Answer(400, {}, b'{"status":"error"}'), (Kind.REFUSED, BatchFate.APART)),
        (Answer(413, {}, b""), (Kind.REFUSED, BatchFate.APART)),
        (Answer(500, {}, b"[]"), (Kind.AMBIGUOUS, BatchFate.APART)),
        (Answer(200, {}, b"<html>"), (Kind.AMBIGUOUS, BatchFate.APART)),
        (Breakdown("timeout", "", may_have_arrived=True), (Kind.AMBIGUOUS, BatchFate.APART)),
        (Breakdown("connection", "", may_have_arrived=False), (Kind.NOT_SENT, BatchFate.AS_ONE)),
        (Answer(429, {}, b""), (Kind.LATER, BatchFate.AS_ONE)),
        (Answer(503, {"retry-after": "1"}, b""), (Kind.LATER, BatchFate.AS_ONE)),
        (Answer(401, {}, b""), (Kind.STOP, BatchFate.AS_ONE)),
        (Answer(429, {}, b'{"message":"upgrade"}'), (Kind.EXHAUSTED, BatchFate.AS_ONE)),
        (Answer(404, {}, b""), (Kind.STOP, BatchFate.NOT_THERE)),
        (Answer(405, {}, b""), (Kind.STOP, BatchFate.NOT_THERE)),
        (Answer(501, {}, b""), (Kind.AMBIGUOUS, BatchFate.NOT_THERE)),
    ],
)
def test_other_answers_decide_what_follows(
    reply: Answer | Breakdown, expected: tuple[Kind, BatchFate]
) -> None:
    """As for single calls, save where only the rows themselves can tell."""
    assert fate(reply) == expected
