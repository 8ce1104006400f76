import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.contact.payloads import UNDO, contact_from
from tests.values import identify, track

TODAY = date(2026, 11, 23)
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1)
ADDRESSES = st.sampled_from(["a@example.com", "Ünal@example.com", "x+1@sub.example.org"])
MAYBE = st.none() | TEXTS.map(lambda text: text[:255])
TAGS = st.lists(TEXTS, max_size=4)


@st.composite
def identifies(draw: st.DrawFn) -> Identify:
    return identify(
        draw(ADDRESSES),
        today=TODAY,
        new_email=draw(st.none() | ADDRESSES),
        first_name=draw(MAYBE),
        last_name=draw(MAYBE),
        company=draw(MAYBE),
        birthday=draw(st.none() | st.just("1980-02-29")),
        fields=draw(st.dictionaries(TEXTS, TEXTS | st.just("++5"), max_size=4)).items(),
        tags=draw(TAGS),
        lists=draw(st.lists(st.just("list_" + "a1" * 11), max_size=1)),
    )


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    added, removed = draw(TAGS), draw(TAGS)
    removed = [tag for tag in removed if tag not in added]
    return track(draw(ADDRESSES), add_tags=added or ["x"], remove_tags=set(removed) - {"x"})


@given(identifies() | tracks())
def test_a_payload_becomes_the_contact_it_was_made_of(contact: Contact) -> None:
    """Nothing is lost between a contact, its request's body as text, and the contact again."""
    payload = json.loads(json.dumps(contact.payload))
    assert contact_from(contact.action, payload) == contact


@given(identifies() | tracks())
def test_a_payload_of_an_undo_tells_which_of_both_it_is(contact: Contact) -> None:
    """By its members, whatever custom fields are called."""
    payload = json.loads(json.dumps(contact.payload))
    assert contact_from(UNDO, payload) == contact


def test_a_custom_field_makes_no_track() -> None:
    """Its name is no member of the payload."""
    contact = Identify(email="a@b.co", fields=(("addTags", "x"),))
    assert contact_from(UNDO, contact.payload) == contact
