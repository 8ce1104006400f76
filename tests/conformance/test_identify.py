"""POST /contact/identify, as SendX documents it."""

import re
from typing import Any

import pytest

from tests.conformance.conftest import LIST, Api

MALFORMED = (422, {"status": "error", "message": "Request body is not in proper format"})
WITHOUT_EMAIL = (400, {"status": "error", "message": "Email is required"})
CONFLICT = (409, {"status": "error", "message": "Email already exists"})
HALF_A_CHARACTER = rb'{"email":"a@b.co","firstName":"\ud800"}'
EMPTY = {
    "firstName": "",
    "lastName": "",
    "company": "",
    "birthday": "",
    "tags": [],
    "customFields": {},
}


def test_a_new_contact_is_answered_with_all_its_members(api: Api) -> None:
    """Success is status "200" and message OK; older deployments add the contact as `data`."""
    status, body = api.identify(
        email="jane@example.com",
        firstName="Jane",
        lastName="Doe",
        company="Example Ltd",
        birthday="1990-02-28",
        customFields={"Plan": "Gold"},
        tags=["new", "vip"],
        lists=[LIST],
    )
    ids = {name: body["data"].pop(name) for name in ("encryptedTeamId", "encryptedId")}
    assert all(re.fullmatch("[A-Za-z0-9]{22}", value) for value in ids.values())
    assert (status, body) == (
        200,
        {
            "status": "200",
            "message": "OK",
            "data": {
                "email": "jane@example.com",
                "firstName": "Jane",
                "lastName": "Doe",
                "company": "Example Ltd",
                "birthday": "1990-02-28",
                "tags": ["new", "vip"],
                "customFields": {"Plan": "Gold"},
            },
        },
    )


def test_what_is_not_named_stays(api: Api) -> None:
    """Identify is additive for names, tags and custom fields."""
    api.identify(email="a@b.co", firstName="Ann", tags=["one"], customFields={"x": "1", "y": "2"})
    api.identify(email="a@b.co", company="Acme", tags=["two", "one"], customFields={"y": "3"})
    assert api.contact("a@b.co") == {
        **EMPTY,
        "email": "a@b.co",
        "firstName": "Ann",
        "company": "Acme",
        "tags": ["one", "two"],
        "customFields": {"x": "1", "y": "3"},
    }


def test_an_address_is_matched_without_case_and_kept_as_first_given(api: Api) -> None:
    """One person who types an address in two ways is one contact."""
    _, first = api.identify(email="Jane@Example.com")
    _, second = api.identify(email="JANE@EXAMPLE.COM", firstName="Jane")
    assert second["data"] == {**first["data"], "firstName": "Jane"}


@pytest.mark.parametrize(
    ("stored", "value", "expected"),
    [
        (None, "++34", "34"),
        (None, "--34", "-34"),
        ("10", "++34", "44"),
        ("10", "--34", "-24"),
        ("-3", "++3", "0"),
        ("1.5", "++0.25", "1.75"),
        ("99999999999999999999999999999999", "++1", "100000000000000000000000000000000"),
    ],
)
def test_a_counting_value_adds_or_subtracts(
    api: Api, stored: str | None, value: str, expected: str
) -> None:
    """`++34` adds to a number, `--34` subtracts; a field that is absent counts from 0."""
    if stored is not None:
        api.identify(email="a@b.co", customFields={"Points": stored})
    api.identify(email="a@b.co", customFields={"Points": value})
    assert api.contact("a@b.co")["customFields"] == {"Points": expected}


@pytest.mark.parametrize(("stored", "value"), [("Gold", "++1"), ("1", "++one"), ("1", "++")])
def test_what_cannot_be_counted_is_refused(api: Api, stored: str, value: str) -> None:
    """Adding to a text, or adding a text, changes nothing."""
    api.identify(email="a@b.co", customFields={"Points": stored})
    assert api.identify(email="a@b.co", customFields={"Points": value}) == MALFORMED
    assert api.contact("a@b.co")["customFields"] == {"Points": stored}


def test_a_list_that_is_not_there_is_refused(api: Api) -> None:
    """Documented for creating a contact: 400; and nothing of the call is kept."""
    unknown = "list_0123456789012345678901"
    assert api.identify(email="a@b.co", tags=["new"], lists=[LIST, unknown]) == (
        400,
        {"status": "error", "message": f"Invalid list ID: {unknown}"},
    )
    assert api.client.get("/tag").json() == []


def test_new_email_is_the_address_from_then_on(api: Api) -> None:
    """The contact keeps what is known of it, and its old address is free again."""
    _, before = api.identify(email="old@b.co", firstName="Ann")
    _, after = api.identify(email="old@b.co", newEmail="new@b.co")
    assert after["data"] == {**before["data"], "email": "new@b.co"}
    assert api.contact("NEW@b.co")["firstName"] == "Ann"
    assert api.contact("old@b.co") == {**EMPTY, "email": "old@b.co"}


def test_new_email_can_change_the_spelling(api: Api) -> None:
    """An address does not stand in its own way."""
    api.identify(email="ann@b.co")
    status, body = api.identify(email="ann@b.co", newEmail="Ann@B.co")
    assert (status, body["data"]["email"]) == (200, "Ann@B.co")


def test_new_email_of_somebody_else_is_a_conflict(api: Api) -> None:
    """Nothing of such a call is taken over."""
    api.identify(email="ann@b.co")
    api.identify(email="bob@b.co")
    assert api.identify(email="ann@b.co", newEmail="BOB@b.co", firstName="Ann") == CONFLICT
    assert api.contact("ann@b.co") == {**EMPTY, "email": "ann@b.co"}


def test_a_change_of_address_sent_twice_is_a_conflict(api: Api) -> None:
    """The old address is nobody's then, and must not become a second contact."""
    api.identify(email="old@b.co")
    assert api.identify(email="old@b.co", newEmail="new@b.co")[0] == 200
    assert api.identify(email="old@b.co", newEmail="new@b.co") == CONFLICT


def test_new_email_says_nothing_of_a_contact_that_is_new_itself(api: Api) -> None:
    """Where `email` names nobody yet, the contact is created under it."""
    _, body = api.identify(email="first@b.co", newEmail="second@b.co")
    assert body["data"]["email"] == "first@b.co"


@pytest.mark.parametrize("members", [{}, {"email": ""}, {"email": "  "}, {"email": None}])
def test_an_email_is_required(api: Api, members: dict[str, Any]) -> None:
    """Its lack has a message of its own, with status 400."""
    assert api.identify(**members) == WITHOUT_EMAIL


@pytest.mark.parametrize(
    "email", ["jane", "jane@", "@b.co", "a@b", "a@@b.co", "a b@c.de", "a..b@c.de", "a@b..co"]
)
def test_a_malformed_email_is_422(api: Api, email: str) -> None:
    """Present, but no address."""
    assert api.identify(email=email) == MALFORMED
    assert api.identify(email="a@b.co", newEmail=email) == MALFORMED


@pytest.mark.parametrize(
    "members",
    [
        {"email": 5},
        {"firstName": 5},
        {"company": None},
        {"tags": "vip"},
        {"tags": [5]},
        {"tags": [" "]},
        {"lists": ["list_short"]},
        {"customFields": ["x"]},
        {"customFields": {"x": 5}},
        {"customFields": {" ": "5"}},
        {"birthday": "28.02.1990"},
        {"birthday": "1990-02-30"},
        {"birthday": ""},
    ],
)
def test_a_member_of_the_wrong_form_is_422(api: Api, members: dict[str, Any]) -> None:
    """Types are as documented; a birthday is a day of the calendar."""
    assert api.identify(**{"email": "a@b.co", **members}) == MALFORMED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"a@b.co"',
        b"\xff",
        b"[" * 100_000,
        b'{"email":NaN}',
        HALF_A_CHARACTER,
    ],
)
def test_a_body_that_is_no_json_object_is_422(api: Api, body: bytes) -> None:
    """Whatever it is, it is answered."""
    response = api.client.post(
        "/contact/identify", content=body, headers={"Content-Type": "application/json"}
    )
    assert (response.status_code, response.json()) == MALFORMED


@pytest.mark.parametrize("name", ["firstName", "lastName", "company"])
def test_255_characters_are_the_most(api: Api, name: str) -> None:
    """The message names the member that is too long."""
    members: dict[str, Any] = {"email": "a@b.co", name: "é" * 255}
    assert api.identify(**members)[0] == 200
    assert api.identify(**{**members, name: "é" * 256}) == (
        400,
        {"status": "error", "message": f"{name} must not be longer than 255 characters"},
    )


def test_members_that_are_not_documented_are_passed_over(api: Api) -> None:
    """The documented schema forbids no extra property."""
    assert api.identify(email="a@b.co", shoeSize=43)[0] == 200


def test_any_text_comes_back_as_it_was(api: Api) -> None:
    """Other scripts, emoji, quotes and markup are text like any other."""
    text = "Zoë 'O\"Neill' \\ 日本 👩‍🚀 <b>[red] %s; DROP TABLE contacts"
    api.identify(email="a@b.co", firstName=text, tags=[text], customFields={text: text})
    assert api.contact("a@b.co") == {
        **EMPTY,
        "email": "a@b.co",
        "firstName": text,
        "tags": [text],
        "customFields": {text: text},
    }
