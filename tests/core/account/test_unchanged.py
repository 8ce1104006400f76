from itertools import permutations

import pytest

from sendx_cli.core.account.catalogue import Catalogue, CustomField, FieldType
from sendx_cli.core.account.service_contact import ServiceContact, service_contact
from sendx_cli.core.account.unchanged import Comparison, is_always_sent
from sendx_cli.core.contact.contact import Contact
from tests.values import identify, track

ANN = "ann@example.com"
LIST = "list_0123456789abcdefghijkl"
CATALOGUE = Catalogue(
    tags={"tag_1": "vip", "tag_2": "trial"},
    fields={"1": CustomField("Plan", FieldType.TEXT), "2": CustomField("Visits", FieldType.NUMBER)},
)
STORED = ServiceContact(
    id="contact_1",
    email=ANN,
    first_name="Ann",
    company="Acme",
    fields={"Plan": "pro", "Visits": "7"},
    tags=("vip",),
    lists=(LIST,),
)


def is_unchanged(
    *rows: Contact, contact: ServiceContact = STORED, catalogue: Catalogue = CATALOGUE
) -> bool:
    return Comparison(catalogue).is_unchanged(contact, rows)


@pytest.mark.parametrize(
    "row",
    [
        identify(ANN),
        identify(ANN, first_name="Ann"),
        identify(ANN, company="Acme", fields=(("Plan", "pro"), ("Visits", "7"))),
        identify(ANN, tags=("vip",), lists=(LIST,)),
        identify("ANN@example.com", first_name="Ann"),
        track(ANN, add_tags=("vip",)),
        track(ANN, remove_tags=("trial",)),
        track(ANN, add_tags=("vip",), remove_tags=("trial",)),
    ],
)
def test_what_is_so_already_is_unchanged(row: Contact) -> None:
    """Whatever the row does not name stays as it is."""
    assert is_unchanged(row)


@pytest.mark.parametrize(
    "row",
    [
        identify(ANN, first_name="ann"),
        identify(ANN, first_name="Ann "),
        identify(ANN, last_name="Lee"),
        identify(ANN, company="Acme Inc"),
        identify(ANN, fields=(("Plan", "Pro"),)),
        identify(ANN, fields=(("plan", "pro"),)),
        identify(ANN, fields=(("Visits", "7.0"),)),
        identify(ANN, fields=(("Shoe size", "7"),)),
        identify(ANN, tags=("vip", "new")),
        identify(ANN, tags=("VIP",)),
        identify(ANN, lists=("list_0123456789abcdefghijkm",)),
        track(ANN, add_tags=("vip", "trial")),
        track(ANN, remove_tags=("vip",)),
    ],
)
def test_what_differs_in_any_character_is_a_change(row: Contact) -> None:
    """Also where the account does not know the tag or field at all."""
    assert not is_unchanged(row)


@pytest.mark.parametrize(
    "row",
    [
        identify(ANN, first_name="Ann", birthday="1990-02-03"),
        identify(ANN, first_name="Ann", new_email="ann@example.org"),
        identify(ANN, new_email="Ann@example.com"),
        identify(ANN, fields=(("Visits", "++0"),)),
        identify(ANN, fields=(("Visits", "--1"),)),
    ],
)
def test_some_rows_are_sent_whatever_the_account_holds(row: Contact) -> None:
    """With all rows of their contact, before and after them."""
    same = identify(ANN, first_name="Ann")
    assert is_always_sent(row)
    assert not is_always_sent(same)
    assert not any(is_unchanged(*rows) for rows in permutations([same, row, same]))


def test_rows_are_folded_in_the_order_of_the_file() -> None:
    """Of each member the last value counts, and what the account passed through does not."""
    other = identify(ANN, company="Other", fields=(("Plan", "free"),))
    same = identify(ANN, company="Acme", fields=(("Plan", "pro"),))
    assert is_unchanged(other, same)
    assert not is_unchanged(same, other)
    assert not is_unchanged(other, identify(ANN, company="Acme"))
    assert is_unchanged(identify(ANN, tags=("vip",)), identify(ANN, lists=(LIST,)))
    assert not is_unchanged(identify(ANN, tags=("new",)), identify(ANN, tags=("vip",)))


@pytest.mark.parametrize("tag", ["vip", "trial"])
def test_a_tag_that_is_added_and_removed_is_sent(tag: str) -> None:
    """In either order, whether or not the contact has it: it may set something off."""
    rows = [track(ANN, add_tags=(tag,)), track(ANN, remove_tags=(tag,))]
    assert not any(is_unchanged(*ordered) for ordered in permutations(rows))


@pytest.mark.parametrize(
    ("member", "row"),
    [
        ("first_name", identify(ANN, first_name="Ann")),
        ("company", identify(ANN, company="Acme")),
        ("fields", identify(ANN, fields=(("Plan", "pro"),))),
        ("tags", identify(ANN, tags=("vip",))),
        ("tags", track(ANN, remove_tags=("trial",))),
        ("lists", identify(ANN, lists=(LIST,))),
    ],
)
def test_a_member_that_cannot_be_compared_is_sent(member: str, row: Contact) -> None:
    """Though it looks the same; a row that does not write it is not concerned."""
    unclear = STORED._replace(unclear=(member,))
    assert is_unchanged(row)
    assert not is_unchanged(row, contact=unclear)
    assert not is_unchanged(row, identify(ANN), contact=unclear)
    assert is_unchanged(identify(ANN), contact=unclear)


def test_a_name_that_two_tags_or_fields_have_says_nothing() -> None:
    """Which of them the service would take is not documented."""
    twins = Catalogue(
        tags={**CATALOGUE.tags, "tag_3": "vip"},
        fields={**CATALOGUE.fields, "3": CustomField("Plan", FieldType.TEXT)},
    )
    assert not is_unchanged(identify(ANN, tags=("vip",)), catalogue=twins)
    assert not is_unchanged(identify(ANN, fields=(("Plan", "pro"),)), catalogue=twins)
    assert is_unchanged(identify(ANN, fields=(("Visits", "7"),)), catalogue=twins)


def test_an_address_that_is_only_like_it_is_another() -> None:
    """The service may take the two for different contacts: then it would create one."""
    strasse = STORED._replace(email="strasse@example.com")
    assert not is_unchanged(identify("straße@example.com", first_name="Ann"), contact=strasse)


@pytest.mark.parametrize(
    "tags", [None, "trial", ["tag_9"], [{"id": "tag_2", "name": "trial"}], [["tag_2"]], {}]
)
def test_tags_that_are_not_as_documented_are_in_doubt(tags: object) -> None:
    """A tag to remove is then not taken for one that the contact has not."""
    item = {"id": "contact_1", "email": ANN, "tags": tags}
    contact = service_contact(item, CATALOGUE)
    assert contact is not None
    assert not is_unchanged(track(ANN, remove_tags=("trial",)), contact=contact)
    assert is_unchanged(identify(ANN), contact=contact)
