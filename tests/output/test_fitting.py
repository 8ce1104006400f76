from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.output.fitting import GAP, WHOLE, widths_within

NAMES = ["run", "email", "action", "tags", "source", "lists", "id", "company", "x", "y"]


def used(widths: dict[str, int]) -> int:
    return sum(widths.values()) + GAP * (len(widths) - 1)


def test_what_fits_is_left_as_it_is() -> None:
    """To the last column."""
    natural = {"run": 18, "source": 40, "state": 8}
    assert widths_within(70, natural) == natural
    assert widths_within(69, natural) == {**natural, "source": 39}


def test_the_widest_is_narrowed_first_and_ids_never() -> None:
    """An address stays wider than others, for it tells the rows apart."""
    natural = {"email": 60, "tags": 60, "run": 30}
    assert widths_within(90, natural) == {"email": 36, "tags": 20, "run": 30}
    assert widths_within(100, natural, whole={"tags"}) == {"email": 38, "tags": 60}


def test_what_matters_least_goes_first_then_the_columns_from_the_right() -> None:
    """The first one stays, whatever its width."""
    natural = {"run": 18, "start": 6, "action": 8, "profile": 7, "state": 8, "accepted": 8}
    assert [*widths_within(60, natural)] == ["run", "start", "action", "state", "accepted"]
    assert [*widths_within(40, natural)] == ["run", "state", "accepted"]
    assert [*widths_within(30, natural)] == ["run", "state"]
    assert widths_within(10, natural) == {"run": 18}


@given(
    room=st.integers(20, 200),
    natural=st.dictionaries(st.sampled_from(NAMES), st.integers(1, 300), min_size=1),
)
def test_no_line_is_longer_than_the_terminal(room: int, natural: dict[str, int]) -> None:
    """Whatever is in the cells, unless a single column cannot be narrowed; order is kept."""
    widths = widths_within(room, natural)
    assert [*widths] == [name for name in natural if name in widths]
    assert used(widths) <= room or len(widths) == 1
    assert all(1 <= widths[name] <= natural[name] for name in widths)
    assert all(widths[name] == natural[name] for name in widths if name in WHOLE)
