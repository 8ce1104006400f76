import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.replies.rate_headers import RateHints, read_rate_headers


@pytest.mark.parametrize(
    ("headers", "hints"),
    [
        ({"ratelimit": '"default";r=0;t=3'}, RateHints(remaining=0, reset_s=3.0)),
        ({"ratelimit-policy": '"default";q=100;w=1'}, RateHints(quota=100, window_s=1.0)),
        ({"ratelimit": '"a";r=50;t=9, "b"; r=2; t=1'}, RateHints(remaining=2, reset_s=1.0)),
        (
            {"ratelimit-policy": '"day";q=86400;w=86400, "s";q=10;w=1, "m";q=30;w=60'},
            RateHints(quota=30, window_s=60.0),
        ),
        (
            {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "7"},
            RateHints(remaining=0, reset_s=7.0, quota=60),
        ),
        ({"x-ratelimit-limit": "1000000000"}, RateHints(quota=1_000_000_000)),
        ({"ratelimit-remaining": "12"}, RateHints(remaining=12)),
        (
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000000"},
            RateHints(remaining=0),
        ),
        ({"ratelimit": '"default";r=0;t=90000'}, RateHints(remaining=0, reset_s=3600.0)),
        (
            {"ratelimit": '"default";r=1', "x-ratelimit-reset": "4"},
            RateHints(remaining=1, reset_s=4.0),
        ),
    ],
)
def test_what_is_said_is_read(headers: dict[str, str], hints: RateHints) -> None:
    """The draft's fields and the older ones are read, and of several limits the tightest."""
    expected = RateHints(None, hints.remaining, hints.reset_s, hints.quota, hints.window_s)
    assert read_rate_headers(headers) == expected


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ratelimit": ""},
        {"ratelimit": '"default";r=-1;t=x'},
        {"ratelimit": ';;;=,=;"'},
        {"ratelimit-policy": '"default";q=1.5;w=0'},
        {"x-ratelimit-remaining": "²", "x-ratelimit-limit": "٣", "x-ratelimit-reset": "1e9"},
        {"x-ratelimit-limit": "9" * 11},
        {"x-ratelimit-limit": "9" * 400},
    ],
)
def test_what_is_malformed_is_passed_over(headers: dict[str, str]) -> None:
    """Nothing usable said is nothing said."""
    assert read_rate_headers(headers) is None


def test_retry_after_comes_along() -> None:
    """`Retry-After`, read elsewhere, is a hint by itself."""
    assert read_rate_headers({}, 2.0) == RateHints(retry_after_s=2.0)


@given(st.text(), st.sampled_from(["ratelimit", "ratelimit-policy", "x-ratelimit-reset"]))
def test_no_header_breaks_it(text: str, name: str) -> None:
    """Whatever a header holds, reading it raises nothing, and no number is negative."""
    hints = read_rate_headers({name: text})
    found = [] if hints is None else [hints.remaining, hints.reset_s, hints.quota, hints.window_s]
    assert all(number is None or number >= 0 for number in found)
