from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.tally import Counted, Tally


def test_a_run_without_rows_has_all_numbers() -> None:
    """Before the first row every count is there and is 0."""
    assert Tally(0.0).counted() == Counted(dict.fromkeys(Outcome, 0), 0, ())


def test_rows_are_counted_by_outcome_and_those_that_were_retried_once_more() -> None:
    """Each row is in one count; a row that was sent three times is one that was retried."""
    tally = Tally(10.0)
    tally.add(Outcome.ACCEPTED, attempts=1, now=10.5)
    tally.add(Outcome.ACCEPTED, attempts=3, now=12.0)
    tally.add(Outcome.REJECTED, attempts=1, now=12.0)
    tally.add(Outcome.UNKNOWN, attempts=1, now=12.3)
    tally.add(Outcome.SKIPPED, attempts=0, now=12.4)
    counted = tally.counted()
    assert (counted.rows, counted.retried, counted.counts) == (
        5,
        1,
        {
            Outcome.ACCEPTED: 2,
            Outcome.REJECTED: 1,
            Outcome.FAILED: 0,
            Outcome.UNKNOWN: 1,
            Outcome.SKIPPED: 1,
            Outcome.UNCHANGED: 0,
        },
    )


def test_the_rate_of_a_slot_that_is_not_over_is_not_told() -> None:
    """A rate is told only of time that has passed: the last slot would look like a slump."""
    tally = Tally(0.0)
    for now in (0.1, 0.2, 1.3, 2.0):
        tally.add(Outcome.ACCEPTED, attempts=1, now=now)
    assert tally.counted().accepted_per_s == (2.0, 1.0)


def test_rows_that_were_not_accepted_add_nothing_to_the_rate() -> None:
    """The picture of the throughput is of what was accepted."""
    tally = Tally(0.0)
    tally.add(Outcome.REJECTED, attempts=1, now=0.5)
    tally.add(Outcome.ACCEPTED, attempts=1, now=1.0)
    tally.add(Outcome.ACCEPTED, attempts=1, now=2.0)
    assert tally.counted().accepted_per_s == (0.0, 1.0)


@given(st.lists(st.sampled_from(Outcome), max_size=60))
def test_every_row_is_in_one_count(outcomes: list[Outcome]) -> None:
    """The counts add up to the rows."""
    tally = Tally(0.0)
    for number, outcome in enumerate(outcomes):
        tally.add(outcome, attempts=1, now=float(number))
    counted = tally.counted()
    assert counted.rows == len(outcomes)
    assert counted.counts[Outcome.ACCEPTED] == outcomes.count(Outcome.ACCEPTED)
