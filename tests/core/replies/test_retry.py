import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.retry import (
    Decision,
    Final,
    RetryPolicy,
    Stop,
    Wait,
    backoff_s,
    decide,
    read_retry_after,
)
from sendx_cli.core.replies.verdict import Kind, Verdict

MIDDLE = 0.5


def decision(
    kind: Kind,
    *,
    attempt: int = 1,
    repeatable: bool = True,
    retry_unknown: bool = False,
    retry_after_s: float | None = None,
) -> Decision:
    return decide(
        Verdict(kind, "code", "message"),
        attempt=attempt,
        is_repeatable=repeatable,
        policy=RetryPolicy(retry_unknown=retry_unknown),
        jitter=lambda: MIDDLE,
        retry_after_s=retry_after_s,
    )


@pytest.mark.parametrize(
    ("kind", "repeatable", "expected"),
    [
        (Kind.ACCEPTED, True, Final(Outcome.ACCEPTED)),
        (Kind.REFUSED, True, Final(Outcome.REJECTED)),
        (Kind.STOP, True, Stop(Outcome.SKIPPED)),
        (Kind.EXHAUSTED, True, Stop(Outcome.FAILED)),
        (Kind.NOT_SENT, False, Wait(0.25)),
        (Kind.THROTTLED, False, Wait(0.25)),
        (Kind.AMBIGUOUS, True, Wait(0.25)),
        (Kind.AMBIGUOUS, False, Final(Outcome.UNKNOWN)),
    ],
)
def test_doubt_is_repeated_only_where_repeating_is_harmless(
    kind: Kind, repeatable: bool, expected: Decision
) -> None:
    """A track or a count that may have arrived is never sent again unasked."""
    assert decision(kind, repeatable=repeatable) == expected


def test_doubt_is_repeated_where_asked_for() -> None:
    """`--retry-unknown` takes the risk, and in the end it is still unknown."""
    assert decision(Kind.AMBIGUOUS, repeatable=False, retry_unknown=True) == Wait(0.25)
    final = decision(Kind.AMBIGUOUS, attempt=5, repeatable=False, retry_unknown=True)
    assert final == Final(Outcome.UNKNOWN)


def test_gives_up_after_the_retries() -> None:
    """Four repetitions by default."""
    assert decision(Kind.NOT_SENT, attempt=4) == Wait(2.0)
    assert decision(Kind.NOT_SENT, attempt=5) == Final(Outcome.FAILED)


@pytest.mark.parametrize(
    ("kind", "repeatable", "expected"),
    [
        (Kind.THROTTLED, True, Stop(Outcome.SKIPPED)),
        (Kind.THROTTLED, False, Stop(Outcome.SKIPPED)),
        (Kind.AMBIGUOUS, True, Stop(Outcome.SKIPPED)),
        (Kind.AMBIGUOUS, False, Final(Outcome.UNKNOWN)),
        (Kind.REFUSED, True, Final(Outcome.REJECTED)),
    ],
)
@pytest.mark.parametrize("attempt", [1, 5])
def test_a_wait_that_is_too_long_stops_everything_and_fails_nothing(
    kind: Kind, repeatable: bool, attempt: int, expected: Decision
) -> None:
    """A quarter of an hour is waited for, a second more is not: the contact is still to come."""
    found = decision(kind, attempt=attempt, repeatable=repeatable, retry_after_s=901)
    assert found == expected
    if attempt == 1 and isinstance(expected, Stop):
        assert decision(kind, repeatable=repeatable, retry_after_s=900) == Wait(900)


def test_doubt_that_may_be_repeated_stays_doubt_where_the_wait_is_too_long() -> None:
    """`--retry-unknown` would have repeated it."""
    stopped = decision(Kind.AMBIGUOUS, repeatable=False, retry_unknown=True, retry_after_s=901)
    assert stopped == Stop(Outcome.UNKNOWN)


def test_never_comes_back_before_it_was_told_to() -> None:
    """`Retry-After` is a lower bound."""
    assert decision(Kind.THROTTLED, retry_after_s=7) == Wait(7)


@given(st.integers(1, 1000), st.floats(0, 1, exclude_max=True))
def test_back_off_lies_between_nothing_and_half_a_minute(attempt: int, drawn: float) -> None:
    """Full jitter under a ceiling that doubles up to 30 s."""
    assert 0 <= backoff_s(attempt, lambda: drawn) <= min(30, 0.5 * 2 ** min(attempt - 1, 16))


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        (None, None, None),
        ("2", None, 2.0),
        (" 2 ", None, 2.0),
        ("86400", None, 86400.0),
        ("99999999999999999999", None, 1e9),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", 1e9),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", 0.0),
        ("Mon, 01 Jan 0001 00:00:00 +1400", None, 0.0),
        ("Sat, 01 Jan 10000 00:00:00 GMT", None, None),
        ("-5", None, None),
        ("1.5", None, None),
        ("\u00b2", None, None),
        ("\u0663", None, None),
        ("soon", None, None),
        ("1, 2", None, 2.0),
        ("30,2", None, 30.0),
        ("soon, 5", None, 5.0),
        ("2, Wed, 21 Oct 2015 07:28:10 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 10.0),
        ("Wed, 21 Oct 2015 07:28:10 GMT, 60", "Wed, 21 Oct 2015 07:28:00 GMT", 60.0),
        (
            "Wed, 21 Oct 2015 07:28:10 GMT, Wed, 21 Oct 2015 07:28:40 GMT",
            "Wed, 21 Oct 2015 07:28:00 GMT",
            40.0,
        ),
        ("Wednesday, 21-Oct-15 07:28:10 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 10.0),
        ("Wed, 21 Oct 2015 07:28:10 GMT", "garbage", 20.0),
        ("Wed, 21 Oct 2015 07:28:10 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 10.0),
        ("Wed Oct 21 07:28:10 2015", "Wed, 21 Oct 2015 07:28:00 GMT", 10.0),
        ("Wed, 21 Oct 2015 07:27:00 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:10 GMT", None, 20.0),
    ],
)
def test_reads_retry_after_as_seconds_or_date(
    value: str | None, date: str | None, seconds: float | None
) -> None:
    """Anything else counts as not said."""
    now = 1445412470.0
    assert read_retry_after(value, date=date, now_unix_s=now) == seconds


@given(st.text(max_size=30))
def test_no_retry_after_raises(value: str) -> None:
    """Whatever a server sends is read or ignored."""
    seconds = read_retry_after(value, date=value, now_unix_s=0.0)
    assert seconds is None or 0 <= seconds <= 1e9
