from sendx_cli.core.totals.work_time import Span, spans_of


def test_a_stop_between_two_processes_is_left_out() -> None:
    """However short it is; what was noted says so."""
    noted = [(100.5, 103.25), (104.0, 110.0)]
    assert spans_of(noted, [101, 103, 104, 109]) == [Span(100.5, 103.25), Span(104.0, 110.0)]
    assert spans_of([(100.5, 130.0)], []) == [Span(100.5, 130.0)]


def test_of_a_process_that_was_killed_its_last_row_tells() -> None:
    """Not a row that the next one decided; where there is none, it took no time."""
    noted = [(100.5, None), (903.5, None), (5000.0, None)]
    assert spans_of(noted, [101, 102, 903, 940]) == [
        Span(100.5, 103.0),
        Span(903.5, 941.0),
        Span(5000.0, 5000.0),
    ]


def test_where_nothing_was_noted_a_lull_counts_and_a_long_stop_does_not() -> None:
    """A minute without a row is part of the run; an hour is not."""
    assert spans_of([], [100, 101, 104, 3_704]) == [Span(100.0, 105.0), Span(3704.0, 3705.0)]
    assert spans_of([], [100, 161]) == [Span(100.0, 162.0)]
    assert spans_of([], []) == []


def test_an_earlier_sendx_may_have_begun_the_run() -> None:
    """What it did not note is told by its rows."""
    noted = [(500.5, 502.0)]
    assert spans_of(noted, [100, 101, 501]) == [Span(100.0, 102.0), Span(500.5, 502.0)]
