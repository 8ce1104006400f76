from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.pacing.retry_budget import RetryBudget


def test_the_start_is_a_hundred_retries() -> None:
    """Before any call has paid in, a hundred retries are there and no more."""
    budget = RetryBudget(0.0)
    assert sum(budget.take(0.0) for _ in range(500)) == 100


def test_ten_first_attempts_pay_for_one_retry() -> None:
    """Once the start is spent, ten calls buy one retry."""
    budget = RetryBudget(0.0, most=1.0)
    spent = budget.take(0.0)
    for _ in range(9):
        budget.called()
    after_nine = budget.take(0.0)
    budget.called()
    assert (spent, after_nine, budget.take(0.0), budget.take(0.0)) == (True, False, True, False)


def test_a_trickle_lets_the_last_rows_be_tried_again() -> None:
    """With nothing left the next retry is five seconds away, and then it is there."""
    budget = RetryBudget(0.0, most=1.0)
    budget.take(0.0)
    wait_s = budget.wait_s(0.0)
    assert (round(wait_s, 6), budget.take(4.9), budget.take(5.0), budget.wait_s(0.0) > 0) == (
        5.0,
        False,
        True,
        True,
    )


def test_a_moment_trickles_once() -> None:
    """What came by itself in five seconds is one retry, however often it is asked for."""
    budget = RetryBudget(0.0, most=1.0)
    budget.take(0.0)
    assert [budget.take(5.0), budget.take(5.0), budget.take(9.0)] == [True, False, False]


def test_no_more_than_a_hundred_are_saved_up() -> None:
    """Neither by thousands of first attempts nor by an hour."""
    paid, waited = RetryBudget(0.0), RetryBudget(0.0)
    for _ in range(5_000):
        paid.called()
    assert sum(paid.take(0.0) for _ in range(500)) == 100
    assert sum(waited.take(3_600.0) for _ in range(500)) == 100


@given(st.lists(st.booleans(), max_size=600))
def test_retries_never_pass_a_tenth_and_the_start(wishes: list[bool]) -> None:
    """Whatever the order of calls and wishes, retries stay within 100 and a tenth of the calls."""
    budget = RetryBudget(0.0)
    calls = retries = 0
    for is_retry in wishes:
        if is_retry:
            retries += budget.take(0.0)
        else:
            budget.called()
            calls += 1
        assert retries <= 100 + calls / 10
