from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.catalogue import (
    FIELDS,
    LISTS,
    TAGS,
    Catalogue,
    ContactList,
    CustomField,
    FieldType,
)
from sendx_cli.core.plan.account_comparison import (
    AccountComparison,
    NamesCompared,
    NewName,
    UsedList,
    compare,
)
from sendx_cli.core.plan.name_counts import NameCounts

NAMES = st.text("abAB ", min_size=1, max_size=4)
COUNTS = st.dictionaries(NAMES, st.integers(1, 9), max_size=8).map(
    lambda counts: NameCounts(tuple(counts.items()))
)


@given(COUNTS, st.sets(NAMES, max_size=8))
def test_each_name_is_new_or_known(counts: NameCounts, known: set[str]) -> None:
    """With its rows; those that may be a slip stand before the others, in the order given."""
    tags = {f"tag_{n}": name for n, name in enumerate(known)}
    found = compare(Catalogue(tags=tags), tags=counts).tags
    assert found.known == len(known)
    missing = {(name, rows) for name, rows in counts.names if name not in known}
    assert {(one.name, one.rows) for one in found.new} == missing
    has_near = [one.near is not None for one in found.new]
    assert has_near == sorted(has_near, reverse=True)
    assert {one.near for one in found.new} <= {None, *known}
    for is_near in (True, False):
        kept = [one.name for one in found.new if (one.near is not None) == is_near]
        assert kept == [name for name, _ in counts.names if name in kept]


def test_nothing_is_new_in_what_was_not_read_to_its_end() -> None:
    """Not seen is not the same as not there; the reasons are kept."""
    problems = {TAGS: "HTTP 404", FIELDS: "HTTP 500", LISTS: "no end"}
    names = NameCounts((("a", 1),))
    found = compare(Catalogue(problems=problems), tags=names, fields=names, lists=names)
    assert found == AccountComparison(not_compared=tuple(problems.items()))


def test_fields_and_lists_are_compared_too() -> None:
    """Lists by their ids; one that the account does not have is left out."""
    news = ContactList("list_n", "News", is_double_opt_in=True)
    catalogue = Catalogue(
        fields={"1": CustomField("Plan", FieldType.TEXT)},
        lists={"list_n": news, "list_o": ContactList("list_o", "Other")},
        members=("jane@acme.com",),
    )
    found = compare(
        catalogue,
        fields=NameCounts((("Plan", 3), ("Plann", 1))),
        lists=NameCounts((("list_x", 5), ("list_n", 2))),
    )
    assert found == AccountComparison(
        members=("jane@acme.com",),
        tags=NamesCompared(0),
        fields=NamesCompared(1, (NewName("Plann", 1, "Plan"),)),
        lists_known=2,
        lists=(UsedList(news, 2),),
    )
