import pytest

from sendx_cli.errors import InvalidValue
from sendx_cli.sandbox.faults import (
    Failure,
    Latency,
    RateLimit,
    parse_failures,
    parse_latency,
    parse_rate_limit,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40ms", Latency(0.04, 0.04)),
        ("0.2s", Latency(0.2, 0.2)),
        ("0.1", Latency(0.1, 0.1)),
        (".5", Latency(0.5, 0.5)),
        ("0", Latency(0, 0)),
        ("20ms-80ms", Latency(0.02, 0.08)),
        ("20ms - 1s", Latency(0.02, 1)),
    ],
)
def test_latency(text: str, expected: Latency) -> None:
    """A time or a range of times; a bare number is seconds."""
    assert parse_latency(text) == expected


@pytest.mark.parametrize(
    "text", ["", "fast", "-5ms", "5 minutes", "80ms-20ms", "1e3", "2h", "3601s"]
)
def test_latency_of_another_form(text: str) -> None:
    """The hint shows the forms there are."""
    with pytest.raises(InvalidValue) as refused:
        parse_latency(text)
    assert refused.value.hint == "write 40ms, 0.2s, or a range: 20ms-80ms"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100/s", RateLimit(100, 100)),
        ("10", RateLimit(10, 10)),
        ("0.5/s", RateLimit(0.5, 1)),
        ("100/s:10", RateLimit(100, 10)),
        ("100/s:10:retry-after", RateLimit(100, 10, says_when=True)),
        ("7:retry-after", RateLimit(7, 7, says_when=True)),
    ],
)
def test_rate_limit(text: str, expected: RateLimit) -> None:
    """The burst is a second's worth where none is given."""
    assert parse_rate_limit(text) == expected


@pytest.mark.parametrize(
    "text", ["", "fast", "0", "-1", "10/h", "10:0", "10:1:2", "10:x", "10:retry-after:retry-after"]
)
def test_rate_limit_of_another_form(text: str) -> None:
    """The hint shows the forms there are."""
    with pytest.raises(InvalidValue) as refused:
        parse_rate_limit(text)
    assert refused.value.hint == (
        "write 100/s, with a burst 100/s:10, and 100/s:10:retry-after to say when to come back"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5%", [Failure("500", 0.05)]),
        ("503:2%", [Failure("503", 0.02)]),
        ("reset:100%", [Failure("reset", 1)]),
        ("html:0.5%, timeout:1%", [Failure("html", 0.005), Failure("timeout", 0.01)]),
    ],
)
def test_failures(text: str, expected: list[Failure]) -> None:
    """A share of the requests each; without a kind it is status 500."""
    assert list(parse_failures(text)) == expected


@pytest.mark.parametrize(
    "text", ["", "5", "%", "200:5%", "fire:5%", "5%,", "60%,reset:60%", "101%"]
)
def test_failures_of_another_form(text: str) -> None:
    """The hint shows the forms there are."""
    with pytest.raises(InvalidValue) as refused:
        parse_failures(text)
    assert refused.value.hint == (
        "write 5%, or any of reset, timeout, html, quota or a status: 503:2%,reset:1%"
    )
