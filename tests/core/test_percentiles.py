import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.percentiles import Percentiles


def test_nothing_counted_has_no_percentile() -> None:
    """Where nothing was sent there is no latency, not one of 0."""
    assert Percentiles().at(0.5) is None


def test_one_duration_is_every_percentile() -> None:
    """A single duration is told as it is."""
    percentiles = Percentiles()
    percentiles.add(0.123)
    assert [percentiles.at(share) for share in (0.5, 0.95, 0.99, 1.0)] == [0.123] * 4


@given(
    st.lists(st.floats(1e-5, 1e6), min_size=1, max_size=300),
    st.sampled_from([0.01, 0.5, 0.95, 0.99, 1.0]),
)
def test_each_percentile_is_near_the_duration_of_its_rank(
    durations_s: list[float], share: float
) -> None:
    """Whatever the durations, a percentile is within 3 % of the one by nearest rank."""
    percentiles = Percentiles()
    for duration_s in durations_s:
        percentiles.add(duration_s)
    exact_s = sorted(durations_s)[math.ceil(share * len(durations_s)) - 1]
    assert percentiles.at(share) == pytest.approx(exact_s, rel=0.03)


def test_no_time_at_all_is_a_duration_too() -> None:
    """A clock that did not move, or an hour of waiting, breaks nothing."""
    percentiles = Percentiles()
    for duration_s in (0.0, 0.0, 0.0, 1e9):
        percentiles.add(duration_s)
    assert [percentiles.at(share) for share in (0.5, 0.75)] == pytest.approx([0.0, 0.0], abs=2e-5)
