from sendx_cli.core.totals.work_time import by_second, in_slots


def test_a_lull_counts_and_a_stop_between_resumes_does_not() -> None:
    """A minute without a row is part of the run; an hour is not."""
    assert by_second([(100, 5), (101, 4), (104, 0), (3_704, 7)]) == [5, 4, 0, 0, 0, 7]
    assert len(by_second([(100, 5), (161, 5)])) == 62
    assert by_second([]) == []


def test_a_long_run_is_shown_in_few_slots() -> None:
    """All of one width but the last, and nothing is lost."""
    assert in_slots([1] * 40, 40) == (1, (1,) * 40)
    assert in_slots([1] * 90, 40) == (3, (3,) * 30)
    assert in_slots([1] * 41, 40) == (2, (2,) * 20 + (1,))
    assert in_slots([], 40) == (1, ())
