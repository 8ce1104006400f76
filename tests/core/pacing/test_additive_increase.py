from itertools import pairwise

import pytest

from sendx_cli.core.pacing.additive_increase import AdditiveIncrease


def met(*left_per_s: float, calls: int = 40, is_held: bool = True) -> AdditiveIncrease:
    """Return one that has met a 429 after each of these rates."""
    sharing = AdditiveIncrease()
    for rate in left_per_s:
        sharing.refused(rate, calls=calls, in_flight=1.0, is_held=is_held)
    return sharing


@pytest.mark.parametrize(
    ("left_per_s", "is_shared"),
    [
        ((25.0,), False),
        ((25.0, 26.0), False),
        ((25.0, 30.0), True),
        ((25.0, 20.0), True),
        ((25.0, 40.0), False),
    ],
)
def test_what_others_left_tells_whether_there_are_any(
    left_per_s: tuple[float, ...], is_shared: bool
) -> None:
    """A rate like the last one shows nobody, a somewhat different one others."""
    assert met(*left_per_s).is_shared == is_shared


def test_a_429_at_a_probe_shows_nobody() -> None:
    """Whoever exceeds what was left is refused by its own doing."""
    assert not met(25.0, 30.0, is_held=False).is_shared


def test_few_calls_show_nobody() -> None:
    """Two calls more or less in five are no difference."""
    assert not met(25.0, 27.0, calls=5).is_shared


def test_when_others_have_ended_it_is_not_shared_any_more() -> None:
    """Two rates that are the same are enough after two that were not."""
    sharing = met(25.0, 30.0)
    after = [
        sharing.refused(left, calls=400, in_flight=4.0, is_held=False) for left in (100.0, 100.0)
    ]
    after += [
        sharing.refused(left, calls=400, in_flight=4.0, is_held=False) for left in (100.5, 100.0)
    ]
    assert after == [True, True, True, False]


@pytest.mark.parametrize("rate_per_s", [0.5, 6.0, 25.0, 60.0, 1_000.0])
def test_a_429_costs_a_share_and_time_brings_it_back(rate_per_s: float) -> None:
    """It falls by 15 %, then rises ever faster, and after minutes it is not infinite."""
    sharing = AdditiveIncrease()
    rates = [sharing.rate_per_s(rate_per_s, age_s) for age_s in (0.0, 1.0, 2.0, 4.0, 8.0, 600.0)]
    assert rates[0] == pytest.approx(0.85 * rate_per_s)
    assert all(later > earlier for earlier, later in pairwise(rates))
    assert rates[-1] < 1e6 * rate_per_s


@pytest.mark.parametrize("slow_per_s", [6.0, 12.0, 25.0])
def test_the_slow_gain_more_with_each_call_than_the_fast(slow_per_s: float) -> None:
    """In the same five calls, one of half the rate grows by more of it: so they become equal."""
    sharing = AdditiveIncrease()
    slow, fast = (
        sharing.rate_per_s(rate, 5.0 / rate) / rate for rate in (slow_per_s, 2.0 * slow_per_s)
    )
    assert slow > fast
