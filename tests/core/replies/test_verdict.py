import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.verdict import Kind, judge

OK = b'{"status": "200", "message": "OK"}'


def kind_of(
    status: int,
    body: bytes,
    *,
    action: str = "track",
    is_first: bool = False,
    headers: dict[str, str] | None = None,
) -> tuple[Kind, str]:
    verdict = judge(Answer(status, headers or {}, body), action=action, is_first=is_first)
    return verdict.kind, verdict.code


@pytest.mark.parametrize(
    "body",
    [
        OK,
        b'{"status": 200, "message": "OK"}',
        b'{"status": "success", "message": "All contacts processed successfully"}',
        b"{}",
        b'{"status": true}',
        b'{"status": 399}',
        b'{"status": "399"}',
        b'{"status": 207}',
        b'{"ok": true, "message": "stored"}',
        b'{"data": "success", "more": [1]}',
    ],
)
def test_a_json_object_that_does_not_say_error_is_accepted(body: bytes) -> None:
    """The types of its members do not matter."""
    assert kind_of(200, body) == (Kind.ACCEPTED, "accepted")


@pytest.mark.parametrize(
    "body",
    [
        b'{"status": "error"}',
        b'{"status": 400}',
        b'{"status": "400"}',
        b'{"status": 400.0}',
        b'{"status": 401}',
        b'{"status": "500"}',
        b'{"status": "ERROR"}',
        b'{"status": "fail"}',
        b'{"status": "failed"}',
        b'{"status": "failure"}',
    ],
)
def test_a_200_that_says_error_is_refused(body: bytes) -> None:
    """What counts is what the service said, not how it was wrapped."""
    assert kind_of(200, body) == (Kind.REFUSED, "rejected")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b'{"a": NaN}',
        b"[" * 100_000,
        b"1" * 5000,
        b'{"a": "\xe9"}',
        b'{"stat',
    ],
)
def test_a_200_that_is_no_json_object_leaves_doubt(body: bytes) -> None:
    """Nothing but a JSON object is a success, and nothing raises."""
    assert kind_of(200, body) == (Kind.AMBIGUOUS, "broken_answer")


def test_a_web_page_as_the_first_answer_stops_everything() -> None:
    """A login page answers all requests alike; amid a run it may be a passing fault."""
    page = b"<!doctype html><title>Log in</title>"
    assert kind_of(200, page, is_first=True) == (Kind.STOP, "login_page")
    assert kind_of(200, page) == (Kind.AMBIGUOUS, "broken_answer")
    headers = {"content-type": "Text/HTML; charset=utf-8"}
    assert kind_of(200, b"Log in", is_first=True, headers=headers) == (Kind.STOP, "login_page")


@pytest.mark.parametrize(
    ("status", "action", "expected"),
    [
        (400, "track", (Kind.REFUSED, "rejected")),
        (401, "track", (Kind.STOP, "key_refused")),
        (403, "identify", (Kind.STOP, "key_refused")),
        (404, "track", (Kind.REFUSED, "no_such_contact")),
        (404, "identify", (Kind.STOP, "wrong_base_url")),
        (405, "identify", (Kind.STOP, "wrong_base_url")),
        (415, "identify", (Kind.STOP, "wrong_base_url")),
        (405, "track", (Kind.REFUSED, "rejected")),
        (415, "track", (Kind.REFUSED, "rejected")),
        (406, "identify", (Kind.REFUSED, "rejected")),
        (407, "track", (Kind.STOP, "proxy_refused")),
        (408, "track", (Kind.AMBIGUOUS, "server_error")),
        (409, "identify", (Kind.REFUSED, "conflict")),
        (413, "identify", (Kind.REFUSED, "rejected")),
        (422, "identify", (Kind.REFUSED, "rejected")),
        (425, "track", (Kind.AMBIGUOUS, "server_error")),
        (429, "identify", (Kind.THROTTLED, "throttled")),
        (500, "identify", (Kind.AMBIGUOUS, "server_error")),
        (502, "track", (Kind.AMBIGUOUS, "server_error")),
        (503, "track", (Kind.AMBIGUOUS, "server_error")),
        (524, "track", (Kind.AMBIGUOUS, "server_error")),
        (999, "track", (Kind.AMBIGUOUS, "server_error")),
        *[(s, "track", (Kind.STOP, "redirect")) for s in (301, 302, 303, 304, 307, 308)],
    ],
)
def test_each_status_has_its_class(status: int, action: str, expected: tuple[Kind, str]) -> None:
    """The question is always whether the service could have acted."""
    assert kind_of(status, b'{"status": "error", "message": "no"}', action=action) == expected


def test_a_503_that_says_when_to_come_back_did_not_act() -> None:
    """Only `Retry-After` tells that the request was turned away at the door."""
    assert kind_of(503, b"", headers={"retry-after": "3"}) == (Kind.THROTTLED, "unavailable")


def test_a_used_up_quota_is_not_throttling() -> None:
    """The documented message says that no waiting helps."""
    body = b'{"status":"error","message":"Email sending limit exceeded. Please upgrade your plan."}'
    assert kind_of(429, body) == (Kind.EXHAUSTED, "quota")


@pytest.mark.parametrize(
    "said",
    ["Please UPGRADE", "monthly quota reached", "not within your plan", "Sending limit exceeded"],
)
def test_a_used_up_quota_is_known_by_any_of_its_words(said: str) -> None:
    """One of them is enough, in any case of letters; other messages are throttling."""
    assert kind_of(429, f'{{"message":"{said}"}}'.encode()) == (Kind.EXHAUSTED, "quota")
    assert kind_of(429, b'{"message":"too many calls: limit of 10/s"}') == (
        Kind.THROTTLED,
        "throttled",
    )


@pytest.mark.parametrize(
    ("arrived", "final", "kind"),
    [(False, False, Kind.NOT_SENT), (True, False, Kind.AMBIGUOUS), (False, True, Kind.STOP)],
)
def test_a_breakdown_says_itself_whether_the_request_could_have_arrived(
    arrived: bool, final: bool, kind: Kind
) -> None:
    """The network layer knows; the verdict follows it."""
    breakdown = TransportFailure("x", "x", may_have_arrived=arrived, is_final=final)
    assert judge(breakdown, action="track", is_first=True).kind is kind


def test_a_long_message_is_cut_and_the_body_kept() -> None:
    """A message fits a terminal; the response stays whole."""
    body = b'{"message": "' + b"x" * 1000 + b'"}'
    verdict = judge(Answer(400, {}, body), action="track", is_first=False)
    assert verdict.message == "x" * 300 + "\u2026"
    assert verdict.response == {"message": "x" * 1000}


@given(st.integers(100, 999), st.binary(max_size=60), st.booleans())
def test_any_answer_has_a_verdict(status: int, body: bytes, is_first: bool) -> None:
    """No answer raises."""
    judge(Answer(status, {}, body), action="identify", is_first=is_first)
