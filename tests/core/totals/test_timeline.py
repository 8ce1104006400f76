"""A run over time: every rate that is told of it is made of these slots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.totals.timeline import SLOTS, Slot, Timeline, timeline
from sendx_cli.core.totals.work_time import Span

MOMENTS = st.floats(0, 400).map(lambda seconds: round(seconds, 3))


def accepted(**seconds: int) -> dict[int, Slot]:
    return {int(second[1:]): Slot(count, count) for second, count in seconds.items()}


def widths(line: Timeline) -> list[float]:
    return [round(slot.width_s, 3) for slot in line.slots]


def test_the_ends_of_a_run_have_the_widths_they_took() -> None:
    """The first second and the last are parts of one, and their rates are of those parts."""
    line = timeline(accepted(s10=5, s11=10, s12=20, s13=3), [Span(10.5, 13.6)])
    assert widths(line) == [0.5, 1.0, 1.0, 0.6]
    assert [round(per_s, 3) for per_s in line.rates] == [10.0, 10.0, 20.0, 5.0]
    assert (round(line.elapsed_s, 3), round(line.average_per_s, 3)) == (3.1, 12.258)
    assert line.highest_per_s == 20.0


def test_what_is_shorter_than_half_a_slot_goes_to_its_neighbour() -> None:
    """A tenth of a second with three rows is no rate of thirty."""
    line = timeline(accepted(s10=3, s11=10, s12=10, s13=3), [Span(10.9, 13.1)])
    assert (widths(line), [slot.accepted for slot in line.slots]) == ([1.1, 1.1], [13, 13])


def test_a_run_within_a_second_is_one_slot_of_its_width() -> None:
    """Its average is what it was while it was sent."""
    line = timeline(accepted(s10=5), [Span(10.25, 10.5)])
    assert (widths(line), line.rates, line.average_per_s) == ([0.25], (20.0,), 20.0)


def test_a_run_that_took_no_time_has_no_rate() -> None:
    """As on a clock that stands still."""
    line = timeline(accepted(s10=5), [Span(10.0, 10.0)])
    assert (line.elapsed_s, line.rates, line.average_per_s) == (0.0, (0.0,), 0.0)
    assert timeline({}, []) == Timeline()


def test_a_stop_is_a_break_between_slots() -> None:
    """Whatever it took, also where a run is resumed within the second it stopped in."""
    line = timeline(accepted(s10=4, s100=6), [Span(10.0, 11.0), Span(100.0, 101.0)])
    assert (widths(line), line.rates, line.breaks) == ([1.0, 1.0], (4.0, 6.0), (1,))
    again = timeline(accepted(s10=4), [Span(10.0, 10.25), Span(10.75, 11.0)])
    assert (round(again.elapsed_s, 3), again.average_per_s, again.breaks) == (0.5, 8.0, ())


def test_a_long_run_has_few_slots() -> None:
    """All of one width but the ends; a last one that is too short goes to the one before."""
    line = timeline({}, [Span(0.0, 90.0)], 40)
    assert (line.slot_s, widths(line)) == (3, [3.0] * 30)
    line = timeline({}, [Span(0.0, 41.0)], 40)
    assert (line.slot_s, widths(line)) == (2, [2.0] * 20 + [1.0])
    line = timeline({}, [Span(0.0, 40.6)], 40)
    assert (line.slot_s, widths(line)) == (2, [2.0] * 19 + [2.6])


@given(
    st.dictionaries(st.integers(-50, 500), st.integers(0, 9), max_size=40),
    st.lists(st.tuples(MOMENTS, MOMENTS), min_size=1, max_size=5),
)
def test_nothing_is_lost_and_the_numbers_agree(
    counts: dict[int, int], ends: list[tuple[float, float]]
) -> None:
    """Whatever the clock did: all rows are there, the widths add up, no average is the highest."""
    moments = sorted({moment for pair in ends for moment in pair})
    spans = [Span(*pair) for pair in zip(moments[::2], moments[1::2], strict=False)]
    line = timeline({second: Slot(n, n) for second, n in counts.items()}, spans)
    if not spans:
        return
    assert sum(slot.accepted for slot in line.slots) == sum(counts.values())
    assert line.elapsed_s == pytest.approx(sum(end - start for start, end in spans))
    assert len(line.slots) <= SLOTS
    assert line.average_per_s <= line.highest_per_s * (1 + 1e-9)
