from collections.abc import Mapping

import pytest

from sendx_cli.core.replies.answer_hints import read_hints
from sendx_cli.core.replies.rate_headers import RateHints

DATE = "Mon, 23 Nov 2026 07:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "hints"),
    [
        ({}, None),
        ({"date": DATE, "content-type": "application/json"}, None),
        ({"retry-after": "7"}, RateHints(retry_after_s=7.0)),
        ({"retry-after": "soon"}, None),
        (
            {"retry-after": "Mon, 23 Nov 2026 07:00:09 GMT", "date": DATE},
            RateHints(retry_after_s=9.0),
        ),
        ({"x-ratelimit-remaining": "3"}, RateHints(remaining=3)),
        ({"ratelimit": '"default";r=0;t=3'}, RateHints(remaining=0, reset_s=3.0)),
        ({"ratelimit-policy": '"default";q=100;w=1'}, RateHints(quota=100, window_s=1.0)),
    ],
)
def test_whatever_an_answer_says_of_limits_is_read(
    headers: Mapping[str, str], hints: RateHints | None
) -> None:
    """In each of the forms in use, and nothing else is looked at."""
    assert read_hints(headers, 0.0) == hints
