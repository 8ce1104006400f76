import json
from itertools import cycle

import pytest

from sendx_cli.sandbox.faults import Failure, Faults, Latency, RateLimit
from sendx_cli.sandbox.injected_faults import FaultSource, InjectedFault
from tests.clocks import HandClock

TOO_FAST = {"status": "error", "message": "Rate limit exceeded"}


def source(faults: Faults, *chances: float, clock: HandClock | None = None) -> FaultSource:
    drawn = cycle(chances or (0.5,))
    return FaultSource(faults, (clock or HandClock()).now, lambda: next(drawn))


def test_by_default_nothing_goes_wrong() -> None:
    """No wait and no failure."""
    assert source(Faults()).next() == InjectedFault()


def test_latency_lies_between_its_bounds() -> None:
    """Chance says where."""
    troubled = source(Faults(latency=Latency(1, 3)), 0, 0.5, 0.75)
    assert [troubled.next().wait_s for _ in range(3)] == [1, 2, 2.5]


def test_each_failure_has_its_share() -> None:
    """What is drawn below the first share is the first's, then comes the second's."""
    faults = Faults(failures=(Failure("reset", 0.1), Failure("timeout", 0.2)))
    troubled = source(faults, 0, 0.09, 0.1, 0.29, 0.31, 0.99)
    kinds = [troubled.next().kind for _ in range(6)]
    assert kinds == ["reset", "reset", "timeout", "timeout", None, None]


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("500", 500, {"status": "error", "message": "Internal server error occurred"}),
        ("503", 503, {"status": "error", "message": "Service Unavailable"}),
        ("520", 520, {"status": "error", "message": "Unknown Error"}),
        (
            "401",
            401,
            {"status": 401, "message": "The Team ID or API Key specified is not valid"},
        ),
        (
            "quota",
            429,
            {
                "status": "error",
                "message": "Email sending limit exceeded. Please upgrade your plan.",
            },
        ),
    ],
)
def test_a_status_is_answered_in_the_apis_stead(kind: str, status: int, body: object) -> None:
    """With the body that is documented for it."""
    response = source(Faults(failures=(Failure(kind, 1),))).next().response
    assert response is not None
    assert (response.status, json.loads(response.body)) == (status, body)


def test_html_is_a_login_page_that_looks_like_success() -> None:
    """As a captive portal answers."""
    response = source(Faults(failures=(Failure("html", 1),))).next().response
    assert response is not None
    assert (response.status, response.headers["Content-Type"], response.body[:15]) == (
        200,
        "text/html; charset=utf-8",
        b"<!DOCTYPE html>",
    )


@pytest.mark.parametrize("kind", ["reset", "timeout"])
def test_what_breaks_after_the_fact_lets_the_api_act(kind: str) -> None:
    """There is no answer in its stead."""
    troubled = source(Faults(failures=(Failure(kind, 1),)))
    assert troubled.next() == InjectedFault(kind=kind, response=None)


def test_a_limit_lets_a_burst_through_and_then_its_rate() -> None:
    """A token bucket: full at first, never fuller than the burst."""
    clock = HandClock()
    troubled = source(Faults(rate_limit=RateLimit(4, 2)), clock=clock)
    seen = []
    for pause_s in (0, 0, 0, 0.125, 0.125, 60, 0, 0):
        clock.seconds += pause_s
        seen.append(troubled.next().kind)
    limited = "rate_limit"
    assert seen == [None, None, limited, limited, None, None, None, limited]


@pytest.mark.parametrize(
    ("says_when", "headers"),
    [
        (False, {"Content-Type": "application/json"}),
        (True, {"Content-Type": "application/json", "Retry-After": "2"}),
    ],
)
def test_a_limit_says_when_to_come_back_if_asked_to(
    says_when: bool, headers: dict[str, str]
) -> None:
    """In whole seconds, rounded up."""
    limit = RateLimit(0.625, 1, says_when=says_when)
    troubled = source(Faults(rate_limit=limit))
    troubled.next()
    response = troubled.next().response
    assert response is not None
    assert (response.status, json.loads(response.body)) == (429, TOO_FAST)
    assert response.headers == headers
