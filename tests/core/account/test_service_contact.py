from typing import Any

import pytest

from sendx_cli.core.account.catalogue import Catalogue, CustomField, FieldType
from sendx_cli.core.account.service_contact import ServiceContact, service_contact

NAMES = Catalogue(
    tags={"tag_1": "vip", "tag_2": "new", "tag_3": "vip"},
    fields={"1": CustomField("Plan", FieldType.TEXT)},
)
WHOLE: dict[str, Any] = {
    "id": "contact_1",
    "email": "ann@b.co",
    "firstName": "Ann",
    "lastName": None,
    "company": "Acme",
    "customFields": {"field_1": "pro"},
    "tags": ["tag_1", "tag_2", "tag_3"],
    "lists": ["list_1", "list_1"],
    "unsubscribed": True,
    "bounced": False,
    "blocked": "yes",
    "created": "2026-01-01T00:00:00Z",
    "updated": 5,
}
ANN = ServiceContact(
    id="contact_1",
    email="ann@b.co",
    first_name="Ann",
    company="Acme",
    fields={"Plan": "pro"},
    tags=("vip", "new"),
    lists=("list_1",),
    opt_outs=("unsubscribed",),
    created="2026-01-01T00:00:00Z",
)


def test_a_contact_is_read_with_names_in_place_of_ids() -> None:
    """Each name once; null is an empty text, and only `true` sets a flag."""
    assert service_contact(WHOLE, NAMES) == ANN


@pytest.mark.parametrize(
    ("members", "differs"),
    [
        ({"firstName": 7}, {"first_name": "", "unclear": ("first_name",)}),
        ({"customFields": None}, {"fields": {}, "unclear": ("fields",)}),
        ({"customFields": {"field_1": None}}, {"fields": {}}),
        ({"customFields": {"field_1": ""}}, {"fields": {}}),
        ({"customFields": {"field_1": 1.5}}, {"fields": {"Plan": "1.5"}}),
        ({"customFields": {"custom_field_1": True}}, {"fields": {"Plan": "true"}}),
        ({"customFields": {"field_1": []}}, {"fields": {"Plan": ""}, "unclear": ("fields",)}),
        ({"customFields": {"field_9": "x"}}, {"fields": {"field_9": "x"}, "unclear": ("fields",)}),
        ({"customFields": {"nine": "x"}}, {"fields": {"nine": "x"}, "unclear": ("fields",)}),
        ({"tags": None}, {"tags": (), "unclear": ("tags",)}),
        ({"tags": ["tag_1", 5]}, {"tags": ("vip",), "unclear": ("tags",)}),
        ({"tags": ["tag_1", "tag_9"]}, {"tags": ("vip", "tag_9"), "unclear": ("tags",)}),
        ({"tags": ["tag_9"]}, {"tags": ("tag_9",), "unclear": ("tags",)}),
        ({"lists": "list_1"}, {"lists": (), "unclear": ("lists",)}),
        ({"lists": [], "tags": 1}, {"lists": (), "tags": (), "unclear": ("tags",)}),
    ],
)
def test_what_cannot_be_read_whole_is_unclear(
    members: dict[str, Any], differs: dict[str, Any]
) -> None:
    """What can be read of it is kept."""
    assert service_contact({**WHOLE, **members}, NAMES) == ANN._replace(**differs)


def test_members_that_are_missing_are_unclear() -> None:
    """Nothing tells "none" from "not shown"."""
    unclear = ("company", "fields", "first_name", "id", "last_name", "lists", "tags")
    expected = ServiceContact("", "ann@b.co", unclear=unclear)
    assert service_contact({"email": "ann@b.co"}, NAMES) == expected


@pytest.mark.parametrize("email", [None, "", 5])
def test_who_has_no_address_is_no_contact(email: object) -> None:
    """Nothing could be said of such a one."""
    assert service_contact({**WHOLE, "email": email}, NAMES) is None


def test_a_contact_comes_back_from_its_text() -> None:
    """In ASCII, also where a value is no valid Unicode."""
    contact = ANN._replace(company="Größe \udcff")
    assert contact.to_text().isascii()
    assert ServiceContact.from_text(contact.to_text()) == contact
