import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.contact.address import contact_key
from sendx_cli.core.contact.shards import WHOLE, Shard, address_number
from sendx_cli.errors import UsageError


@pytest.mark.parametrize(
    ("address", "number", "of_four", "of_seven", "of_thousand"),
    [
        ("ann@b.co", 2325520276277849634, 3, 5, 635),
        ("Ann@B.CO", 2325520276277849634, 3, 5, 635),
        ("Jane.Doe@Example.COM", 9718972390877678669, 2, 7, 670),
        ("MÜNCHEN@example.com", 18002877895335759341, 2, 7, 342),
        ("jo@bücher.example", 17158845331892973830, 3, 3, 831),
        ("jo@xn--bcher-kva.example", 17158845331892973830, 3, 3, 831),
        ("straße@b.co", 802096805580649450, 3, 5, 451),
        ("x+tag@b.co", 7129980158904719883, 4, 5, 884),
    ],
)
def test_an_address_falls_to_the_same_shard_for_ever(
    address: str, number: int, of_four: int, of_seven: int, of_thousand: int
) -> None:
    """The numbers are those of `printf %s KEY | sha256sum | cut -c1-16`, by another program."""
    found = address_number(contact_key(address))
    assert found == number
    assert [found % total + 1 for total in (4, 7, 1000)] == [of_four, of_seven, of_thousand]


@pytest.mark.parametrize("text", ["1/4", "4/4", "1/1", "12/100"])
def test_a_shard_is_written_as_it_is_read(text: str) -> None:
    """From `1/N` to `N/N`; `1/1` is the whole file."""
    assert Shard.parse(text).text == text
    assert (Shard.parse(text) == WHOLE) == Shard.parse(text).is_whole == (text == "1/1")


@pytest.mark.parametrize(
    "text",
    [
        *("", "4", "0/4", "5/4", "0/0", "1/0", "-1/4", "1/-4", "01/4", "1/04", "+1/4", "1 /4"),
        *(" 1/4", "1/4 ", "1/4\n", "1/4/5", "1.0/4", "a/b", "1\\4", "1:4", "\u0661/4", "1/", "/4"),
        "1/9999999999",
    ],
)
def test_nothing_else_is_a_shard(text: str) -> None:
    """Neither counted from 0, nor beyond the last, nor written otherwise."""
    with pytest.raises(UsageError, match="--shard must be K/N, with K from 1 to N"):
        Shard.parse(text)


def test_names_of_files_say_the_shard_and_nothing_of_the_whole() -> None:
    """As do messages."""
    assert (Shard(2, 8).mark, Shard(2, 8).words) == (".2-of-8", "shard 2 of 8")
    assert WHOLE.mark == ""


totals = st.integers(1, 12)
shards = totals.flatmap(lambda total: st.builds(Shard, st.integers(1, total), st.just(total)))


@given(shards, shards)
def test_shards_overlap_unless_they_are_different_ones_of_as_many(one: Shard, two: Shard) -> None:
    """Either way round; whatever has no number in common has none in both."""
    assert one.overlaps(two) == two.overlaps(one)
    if not one.overlaps(two):
        in_both = {n for n in range(12 * 11) if n % one.total == one.number - 1} & {
            n for n in range(12 * 11) if n % two.total == two.number - 1
        }
        assert in_both == set()
    assert one.overlaps(two) == (one.total != two.total or one == two)
