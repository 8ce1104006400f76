from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.contact.chains import NO_CHAINS, WHOLE_FILE, Chains, Links, Share
from sendx_cli.core.contact.shards import Shard, address_number

Pair = tuple[str, str]
keys = st.sampled_from([f"p{n}@b.co" for n in range(30)])
pairs = st.lists(st.tuples(keys, keys), max_size=30)


def chains_of(changes: list[Pair]) -> Chains:
    links = Links()
    for key, new_key in changes:
        links.add(key, new_key)
    return Chains(links)


def component(key: str, changes: list[Pair]) -> set[str]:
    """Return all that is linked with `key`, found without any cleverness."""
    found = {key}
    while True:
        more = found | {one for pair in changes for one in pair if found & set(pair)}
        if more == found:
            return found
        found = more


@given(pairs, keys)
def test_the_smallest_number_of_a_chain_holds_for_all_of_it(changes: list[Pair], key: str) -> None:
    """Linked directly or by others; an address that nothing links has its own."""
    numbers = map(address_number, component(key, changes))
    assert chains_of(changes).first(address_number(key)) == min(numbers)


@given(pairs, st.randoms())
def test_the_order_of_rows_does_not_matter(changes: list[Pair], random: object) -> None:
    """Nor which of two is changed to which; the fingerprint is of the chains alone."""
    shuffled = [(new_key, key) for key, new_key in changes]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert chains_of(changes).fingerprint == chains_of(shuffled).fingerprint


def test_chains_that_differ_have_other_fingerprints() -> None:
    """Also of the same addresses; none has an empty one."""
    four = ["a", "b", "c", "d"]
    found = {
        chains_of([(one, two), (three, other)]).fingerprint
        for one, two, three, other in permutations(four)
    }
    found |= {chains_of([("a", "b"), ("b", "c"), ("c", "d")]).fingerprint}
    assert len(found) == 4
    assert (NO_CHAINS.fingerprint, chains_of([("a", "a")]).fingerprint) == ("", "")
    assert "" not in found


@given(pairs, keys, st.integers(1, 7))
def test_a_row_falls_to_one_shard_with_all_that_it_waits_for(
    changes: list[Pair], key: str, total: int
) -> None:
    """And that is the same one for every row of its chain."""
    chains = chains_of(changes)
    shares = [Share(Shard(number, total), chains) for number in range(1, total + 1)]
    takers = {
        one: [share.shard for share in shares if share.has((one,))] for one in ("x@b.co", key)
    }
    assert all(len(found) == 1 for found in takers.values())
    assert all(
        [share.shard for share in shares if share.has((one, key))] == takers[key]
        for one in component(key, changes)
    )


def test_a_row_of_nobody_falls_to_the_first() -> None:
    """As does every row of a whole file."""
    assert [Share(Shard(number, 3)).has(()) for number in (1, 2, 3)] == [True, False, False]
    assert WHOLE_FILE.has(())
    assert WHOLE_FILE.has(("ann@b.co",))


def test_what_stays_of_a_link_is_thirty_two_bytes() -> None:
    """What stays of them: each address's number, and the place of its chain's first."""
    links = Links()
    for number in range(1000):
        links.add(f"a{number}@b.co", f"b{number}@b.co")
    chains = Chains(links)
    kept = sum(part.itemsize * len(part) for part in (chains._numbers, chains._firsts))
    assert kept == 1000 * 32
