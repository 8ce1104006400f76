import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.known_names import KnownNames, look_of

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("trail", "trial"),
        ("Trial", "trial"),
        ("tri al", "trial"),
        ("VIP\u200b", "vip"),
        ("webniar 2026", "webinar 2026"),
        ("caf\u00e9", "cafe\u0301"),
        ("autumn", None),
        ("", None),
    ],
)
def test_the_nearest_name_by_letters_case_and_spacing(name: str, near: str | None) -> None:
    """What most likely was meant, or none."""
    names = KnownNames(["trial", "vip", "webinar 2026", "cafe\u0301"])
    assert names.nearest(name) == near


@given(st.lists(NAMES, max_size=10), NAMES)
def test_the_nearest_name_exists(names: list[str], name: str) -> None:
    """Whatever is looked for."""
    known = KnownNames(names)
    assert known.nearest(name) in {None, *names}
    assert len(known) == len(set(names))


@given(st.lists(NAMES, min_size=1, max_size=10), st.data())
def test_a_name_of_the_same_look_is_always_found(names: list[str], data: st.DataObject) -> None:
    """However it is spaced, and composed; and it looks the same."""
    name = data.draw(st.sampled_from(names))
    spelled = f" {unicodedata.normalize('NFD', name)}\u00a0"
    near = KnownNames(names).nearest(spelled)
    assert near is not None
    assert look_of(near) == look_of(name) == look_of(spelled)


def test_too_many_new_names_are_compared_by_their_look_alone() -> None:
    """A column of free text must not take minutes; what was compared stays so."""
    known = KnownNames([f"name {n}" for n in range(1000)])
    compared = [known.nearest(f"nmae {n}") is not None for n in range(100)]
    assert compared == [True] * 50 + [False] * 50
    assert known.nearest("nmae 0") is not None
    assert known.nearest("NAME 7") == "name 7"
