"""What rows make of a contact, as the sandbox makes it, which knows the documented rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.account.folding import folded
from sendx_cli.core.account.service_contact import ServiceContact
from sendx_cli.core.contact.contact import Identify, Track
from sendx_cli.sandbox import rules
from sendx_cli.sandbox.messages import Refused
from sendx_cli.sandbox.team import FieldType

TAGS = st.sets(st.sampled_from(["a", "b", "c"])).map(lambda tags: tuple(sorted(tags)))
TEXTS = st.sampled_from([None, "x", "y"])
VALUES = st.sampled_from(["", "x", "3", "10.50", "-2"])
identifies = st.builds(
    Identify,
    email=st.just("a@b.co"),
    new_email=st.sampled_from([None, "c@d.eu"]),
    first_name=TEXTS,
    company=TEXTS,
    fields=st.sampled_from([(), (("n", "x"),), (("n", "++2"),), (("n", "--1.5"), ("m", "y"))]),
    tags=TAGS,
    lists=st.sampled_from([(), ("list_1",)]),
)
tracks = st.builds(Track, email=st.just("a@b.co"), add_tags=TAGS, remove_tags=TAGS)


def applied(record: rules.Record, row: Identify | Track) -> rules.Record:
    """Return what the sandbox makes of a row."""
    if isinstance(row, Track):
        wanted = rules.Track(email="", add_tags=row.add_tags, remove_tags=row.remove_tags)
        return rules.tracked(record, wanted)
    texts = {"firstName": row.first_name, "company": row.company}
    return rules.identified(
        record,
        rules.Identify(
            email=row.email,
            new_email=row.new_email,
            texts={name: text for name, text in texts.items() if text},
            fields=dict(row.fields),
            tags=row.tags,
            lists=row.lists,
        ),
        dict.fromkeys(("n", "m"), FieldType.TEXT),
    )


@given(st.lists(identifies | tracks, max_size=5), TAGS, VALUES)
def test_a_contact_is_as_the_service_makes_it(
    rows: list[Identify | Track], tags: tuple[str, ...], value: str
) -> None:
    """Row by row; a row that the service refuses is none of those that were accepted."""
    record = rules.Record(email="a@b.co", fields={"n": value} if value else {}, tags=tags)
    before = ServiceContact("", record.email, fields=record.fields, tags=tags)
    accepted = []
    for row in rows:
        try:
            record = applied(record, row)
        except Refused:
            continue
        accepted.append(row)
    after = folded(before, accepted)
    assert (after.email, after.tags, after.lists) == (record.email, record.tags, record.lists)
    assert after.fields == record.fields
    assert (after.first_name, after.company) == (
        record.texts.get("firstName", ""),
        record.texts.get("company", ""),
    )


@pytest.mark.parametrize(
    ("stored", "change", "value"),
    [
        ("", "++5", "5"),
        ("1.50", "--0.5", "1.00"),
        ("99999999999999999999999999999999999", "++1", "100000000000000000000000000000000000"),
        ("free", "++1", "free"),
        ("NaN", "++1", "NaN"),
    ],
)
def test_counting_is_exact(stored: str, change: str, value: str) -> None:
    """Of any length; what is no number stays as it is."""
    row = Identify(email="a@b.co", fields=(("n", change),))
    assert folded(ServiceContact("", "a@b.co", fields={"n": stored}), [row]).fields == {"n": value}


def test_what_was_there_stands_before_what_was_added() -> None:
    """Each once, in the order in which they came."""
    before = ServiceContact("contact_1", "a@b.co", tags=("x",), lists=("list_1",))
    row = Identify(email="a@b.co", tags=("y", "x"), lists=("list_2", "list_1"))
    after = folded(before, [row, Track(email="a@b.co", add_tags=("z", "y"))])
    assert (after.tags, after.lists) == (("x", "y", "z"), ("list_1", "list_2"))
