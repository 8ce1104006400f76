import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.totals.sparkline import MAX_SLOTS, Slots, sparkline


@pytest.mark.parametrize(
    ("values", "picture"),
    [
        ([], ""),
        ([0, 0], "▁▁"),
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([1, 1000], "▂█"),
        ([0.1, 0.1, 0.1], "███"),
    ],
)
def test_a_value_is_a_bar_and_only_none_is_the_lowest(values: list[float], picture: str) -> None:
    """The highest value is a full bar, 0 the lowest, and few never look like none."""
    assert sparkline(values) == picture


def test_a_stream_without_bars_gets_ascii() -> None:
    """The same picture can be drawn in ASCII."""
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], ascii_only=True) == "_.:-=+*#"


@given(st.lists(st.floats(0, 1e9), max_size=80))
def test_a_picture_has_a_character_for_each_value(values: list[float]) -> None:
    """Whatever the values, none is lost and no bar is higher than the highest."""
    assert len(sparkline(values)) == len(values)


def test_counts_fall_into_slots_of_a_second() -> None:
    """At first a slot is a second wide; a second in which nothing happened counts 0."""
    slots = Slots(100.0)
    for now in (100.0, 100.9, 101.0, 103.5):
        slots.add(1, now)
    assert (slots.width_s, slots.counts) == (1.0, (2, 1, 0, 1))


def test_a_sixty_first_slot_makes_two_of_each_into_one() -> None:
    """After a minute a slot is two seconds wide, and what it held is still there."""
    slots = Slots(0.0)
    for second in range(61):
        slots.add(second, float(second))
    pairs = tuple(at + at + 1 for at in range(0, 60, 2))
    assert (slots.width_s, slots.counts) == (2.0, (*pairs, 60))


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(-10, 1e7)), max_size=60))
def test_nothing_is_lost_and_the_slots_stay_few(counted: list[tuple[int, float]]) -> None:
    """However long a run, and even on a clock that goes back, every count is in some slot."""
    slots = Slots(0.0)
    for count, now in counted:
        slots.add(count, now)
    assert sum(slots.counts) == sum(count for count, _ in counted)
    assert len(slots.counts) <= MAX_SLOTS
