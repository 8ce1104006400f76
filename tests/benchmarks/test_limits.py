import pytest

from tests.benchmarks.limits import Gate, Limit, steady

STEPS = Limit(steps=((0.0, 100.0), (10.0, 30.0), (20.0, 200.0)), burst=10)
WINDOWS = Limit(steps=((0.0, 100.0),), window_s=1.0)


def accepted(limit: Limit, rate: int, seconds: int) -> int:
    """Ask at an even rate for so long, and return how often it was granted."""
    gate = Gate(limit)
    return sum(gate.admits(1_000 + number / rate) for number in range(rate * seconds))


@pytest.mark.parametrize(
    ("limit", "after_s", "expected"),
    [
        (steady(100, 10), 0, 10),
        (steady(100, 10), 20, 2_010),
        (STEPS, 10, 1_010),
        (STEPS, 15, 1_160),
        (STEPS, 30, 3_310),
        (WINDOWS, 0, 100),
        (WINDOWS, 2.5, 300),
    ],
)
def test_it_knows_the_most_that_could_be_accepted(
    limit: Limit, after_s: float, expected: float
) -> None:
    """The burst, the steps and each window that began count."""
    assert limit.allowed(after_s) == expected


@pytest.mark.parametrize(
    ("limit", "expected"), [(steady(100, 10), 3_009), (STEPS, 3_309), (WINDOWS, 3_000)]
)
def test_who_asks_too_often_gets_all_of_the_limit(limit: Limit, expected: int) -> None:
    """A thousand calls a second for thirty seconds are accepted up to the limit."""
    assert accepted(limit, 1_000, 30) == pytest.approx(expected, abs=1)


def test_who_asks_less_often_is_never_refused() -> None:
    """Spare calls are kept up to the burst, so that an even pace below the rate goes through."""
    assert accepted(steady(100, 1), 90, 20) == 1_800


def test_a_pause_saves_up_no_more_than_the_burst() -> None:
    """After a minute without calls, ten go through at once."""
    gate = Gate(steady(100, 10))
    assert gate.admits(0)
    assert [gate.admits(60) for _ in range(12)] == [True] * 10 + [False] * 2
