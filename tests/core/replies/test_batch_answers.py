import json
from collections.abc import Sequence

import pytest

from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.batch_answers import BatchOutcome, judge_batch, outcome_of_batch
from sendx_cli.core.replies.verdict import Kind, judge


def judged(
    reply: Answer | TransportFailure, emails: Sequence[str] = ("a@b.co",)
) -> tuple[Kind, BatchOutcome]:
    verdict = judge_batch(judge(reply, action="identify", is_first=False), emails)
    return verdict.kind, outcome_of_batch(verdict)


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
    assert judged(reply) == (Kind.ACCEPTED, BatchOutcome.AS_ONE)


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
        {"ok": False},
        {"status": "success", "skipped": 1},
        {"status": "success", "rejects": ["a@b.co"]},
        {"status": "success", "invalidRows": [0]},
        {"status": "success", "results": [{"status": "skipped"}]},
        {"status": "success", "results": [{"status": "rejected"}]},
        {"status": "success", "results": [{"status": "invalid"}]},
        {"status": "success", "results": [{"status": "error"}]},
        {"status": "success", "results": [{"status": "FAILED"}]},
        {"status": "success", "data": {"Failed": 1}},
        {"status": "success", "isRejected": True},
        {"status": "success", "data": {"ok": False}},
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
    assert judged(reply) == (Kind.REFUSED, BatchOutcome.APART)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Answer(207, {}, b'{"status":"success"}'), (Kind.REFUSED, BatchOutcome.APART)),
        (Answer(400, {}, b'{"status":"error"}'), (Kind.REFUSED, BatchOutcome.APART)),
        (Answer(413, {}, b""), (Kind.REFUSED, BatchOutcome.APART)),
        (Answer(500, {}, b"[]"), (Kind.AMBIGUOUS, BatchOutcome.APART)),
        (Answer(200, {}, b"<html>"), (Kind.AMBIGUOUS, BatchOutcome.APART)),
        (
            TransportFailure("timeout", "", may_have_arrived=True),
            (Kind.AMBIGUOUS, BatchOutcome.APART),
        ),
        (
            TransportFailure("connection", "", may_have_arrived=False),
            (Kind.NOT_SENT, BatchOutcome.AS_ONE),
        ),
        (Answer(429, {}, b""), (Kind.THROTTLED, BatchOutcome.AS_ONE)),
        (Answer(503, {"retry-after": "1"}, b""), (Kind.THROTTLED, BatchOutcome.AS_ONE)),
        (Answer(401, {}, b""), (Kind.STOP, BatchOutcome.AS_ONE)),
        (Answer(429, {}, b'{"message":"upgrade"}'), (Kind.EXHAUSTED, BatchOutcome.AS_ONE)),
        (Answer(404, {}, b""), (Kind.STOP, BatchOutcome.NOT_THERE)),
        (Answer(405, {}, b""), (Kind.STOP, BatchOutcome.NOT_THERE)),
        (Answer(415, {}, b""), (Kind.STOP, BatchOutcome.NOT_THERE)),
        (Answer(501, {}, b""), (Kind.AMBIGUOUS, BatchOutcome.NOT_THERE)),
    ],
)
def test_other_answers_decide_what_follows(
    reply: Answer | TransportFailure, expected: tuple[Kind, BatchOutcome]
) -> None:
    """As for single calls, save where only the rows themselves can tell."""
    assert judged(reply) == expected


EMAILS = [f"p{n}@b.co" for n in range(25)]


@pytest.mark.parametrize(
    "members",
    [
        {"results": [{"email": email, "status": "success"} for email in EMAILS]},
        {"results": [{"email": email.upper()} for email in reversed(EMAILS)]},
        {"results": [{"index": n, "status": "200"} for n in range(25)]},
        {"data": {"contacts": EMAILS}},
        {"data": {email: {"status": "ok"} for email in EMAILS}},
        {"results": [{"ok": True, "tags": ["a", "b"]}] * 25, "errors": []},
        {"data": [], "warnings": []},
        {"results": [{"email": f" {email}\n"} for email in EMAILS]},
        {"data": {"template": {"tags": ["a", "b"]}}},
    ],
)
def test_results_that_name_each_contact_are_a_plain_success(members: dict[str, object]) -> None:
    """In any order and any form: a list of results or addresses, or members by address."""
    reply = Answer(200, {}, json.dumps({"status": "success", **members}).encode())
    assert judged(reply, EMAILS) == (Kind.ACCEPTED, BatchOutcome.AS_ONE)


@pytest.mark.parametrize(
    "members",
    [
        {"results": [{"email": email} for email in EMAILS[:24]]},
        {"results": [{"index": n, "status": "200"} for n in range(24)]},
        {"results": [{"index": n, "status": "200"} for n in range(26)]},
        {"results": [{"email": email} for email in [*EMAILS[:24], EMAILS[0]]]},
        {"results": [{"email": email} for email in [*EMAILS[:24], "other@b.co"]]},
        {"data": {"contacts": EMAILS[:24]}},
        {"processed": EMAILS[:24]},
        {"data": {email: {"status": "ok"} for email in EMAILS[:24]}},
        {"data": {"results": dict.fromkeys(EMAILS[:24], "ok")}},
    ],
)
def test_results_that_do_not_name_each_contact_take_the_batch_apart(
    members: dict[str, object],
) -> None:
    """24 results for 25 contacts do not say whose is missing; nor do 25 for others."""
    reply = Answer(200, {}, json.dumps({"status": "success", **members}).encode())
    assert judged(reply, EMAILS) == (Kind.REFUSED, BatchOutcome.APART)
