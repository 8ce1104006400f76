from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.seen_names import SeenNames


@given(st.lists(st.text(max_size=3)))
def test_it_tells_what_it_has_seen(names: list[str]) -> None:
    """As a set does."""
    seen, known = SeenNames(), set[str]()
    for name in names:
        assert seen.add(name) is (name not in known)
        known.add(name)


def test_many_names_are_kept_apart() -> None:
    """While it grows, none is forgotten and none taken for another."""
    seen = SeenNames()
    names = [f"contact_{n}" for n in range(20_000)]
    assert all(seen.add(name) for name in names)
    assert not any(seen.add(name) for name in names)
