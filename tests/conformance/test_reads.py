"""What can be read: tags, custom fields, lists, contacts and members, as SendX documents them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import ValidationError

from sendx_cli.sandbox.account import account_of
from sendx_cli.sandbox.beginning import begin_with
from sendx_cli.sandbox.team import OWNER
from tests.conformance.conftest import Api
from tests.conformance.shapes import CONTACT, ERROR, PAGES, check
from tests.sandbox.doors import DOORS, in_the_process

TEAM = {
    "members": [{"email": "jane@example.com", "fullName": "Jane Doe"}, "joe@example.com"],
    "tags": ["vip", "trial"],
    "fields": [
        {"name": "Plan"},
        {"name": "Loyalty Points", "type": "number", "description": "Since 2020"},
        {"name": "Renewal", "type": "date"},
        {"name": "Opted in", "type": "boolean"},
        {"name": "Mobile", "type": "phone"},
    ],
    "lists": [{"name": "Newsletter", "double_opt_in": True}, {"name": "Customers"}],
    "contacts": [
        {"email": "bare@example.com"},
        {
            "email": "Ann@Example.com",
            "firstName": "Ann",
            "lastName": "Österreicher",
            "company": "Acme",
            "birthday": "1990-01-31",
            "tags": ["trial", "new"],
            "lists": ["Customers", "Newsletter"],
            "customFields": {"Loyalty Points": "5", "Plan": "Gold"},
            "unsubscribed": True,
            "spam": True,
        },
    ],
}


@pytest.fixture(params=DOORS)
def team(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[httpx.Client]:
    path = tmp_path / "sandbox.sqlite3"
    begin_with(path, account_of(TEAM))
    with DOORS[request.param](path) as client:
        yield client


@pytest.fixture
def many(tmp_path: Path) -> Iterator[httpx.Client]:
    """A team with 250 of all that comes in pages."""
    path = tmp_path / "sandbox.sqlite3"
    account = {
        "tags": [f"t{n}" for n in range(250)],
        "fields": [{"name": f"f{n}"} for n in range(250)],
        "lists": [{"name": f"l{n}"} for n in range(250)],
        "contacts": [{"email": f"p{n}@b.co"} for n in range(250)],
    }
    begin_with(path, account_of(account))
    with in_the_process(path) as client:
        yield client


def read(client: httpx.Client, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def names(found: list[dict[str, Any]]) -> list[str]:
    return [one.get("name") or one["email"] for one in found]


@pytest.mark.parametrize("path", PAGES)
def test_each_answer_has_the_documented_shape(team: httpx.Client, path: str) -> None:
    """Every member, of its type and form, and no other; ids are the same at the next call."""
    found = read(team, path)
    assert len(found) >= 2
    check(found, PAGES[path])
    assert read(team, path) == found


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/team/member"])
def test_a_fresh_sandbox_has_nothing(tmp_path: Path, path: str) -> None:
    """No tags, fields, lists or contacts."""
    with in_the_process(tmp_path / "sandbox.sqlite3") as client:
        assert read(client, path) == []


def test_a_fresh_sandbox_has_one_member(tmp_path: Path) -> None:
    """Under a documented address that nobody can have."""
    with in_the_process(tmp_path / "sandbox.sqlite3") as client:
        found = read(client, "/team/member")
    check(found, PAGES["/team/member"])
    assert [member["email"] for member in found] == [OWNER] == ["owner@sandbox.invalid"]


def test_types_are_numbers(team: httpx.Client) -> None:
    """0 text, 1 number, 2 date, 3 boolean, 4 phone; 1 is a list with double opt-in."""
    fields, lists = read(team, "/customfield"), read(team, "/list")
    assert [(field["name"], field["type"]) for field in fields] == [
        ("Plan", 0),
        ("Loyalty Points", 1),
        ("Renewal", 2),
        ("Opted in", 3),
        ("Mobile", 4),
    ]
    assert fields[1]["description"] == "Since 2020"
    assert [(found["name"], found["type"]) for found in lists] == [
        ("Newsletter", 1),
        ("Customers", 0),
    ]


def test_members_are_those_of_the_team(team: httpx.Client) -> None:
    """Where the account file names some."""
    found = [(one["email"], one["fullName"]) for one in read(team, "/team/member")]
    assert found == [("jane@example.com", "Jane Doe"), ("joe@example.com", "")]


def test_a_contact_holds_ids_for_names(team: httpx.Client) -> None:
    """A field's key is `field_` and the characters of its own id; there is no birthday."""
    tags = {tag["name"]: tag["id"] for tag in read(team, "/tag")}
    lists = {found["name"]: found["id"] for found in read(team, "/list")}
    keys = {
        field["name"]: field["id"].replace("custom_field_", "field_")
        for field in read(team, "/customfield")
    }
    ann, _ = read(team, "/contact")
    assert (ann["email"], ann["firstName"], ann["lastName"], ann["company"]) == (
        "Ann@Example.com",
        "Ann",
        "Österreicher",
        "Acme",
    )
    assert ann["tags"] == [tags["trial"], tags["new"]]
    assert ann["lists"] == [lists["Customers"], lists["Newsletter"]]
    assert ann["customFields"] == {keys["Loyalty Points"]: "5", keys["Plan"]: "Gold"}
    flags = ("unsubscribed", "bounced", "spam", "blocked", "dropped")
    assert [ann[flag] for flag in flags] == [True, False, True, False, False]
    assert "birthday" not in ann


def test_a_contact_is_read_by_its_id(team: httpx.Client) -> None:
    """As it is in a page, and after a write as that left it; it stays unsubscribed."""
    ann, bare = read(team, "/contact")
    assert read(team, f"/contact/{ann['id']}") == ann
    assert read(team, f"/contact/{bare['id']}") == bare
    team.post("/contact/identify", json={"email": "ann@example.com", "company": "Other"})
    after = read(team, f"/contact/{ann['id']}")
    check(after, CONTACT)
    assert after == {**ann, "company": "Other", "updated": after["updated"]}


@pytest.mark.parametrize(
    ("identifier", "status", "message"),
    [
        ("ann@example.com", 400, "Invalid identifier format"),
        ("contact_short", 400, "Invalid identifier format"),
        ("contact_0123456789012345678901", 404, "Resource not found"),
        ("tag_0123456789012345678901", 404, "Resource not found"),
    ],
)
def test_a_contact_that_is_not_there(
    team: httpx.Client, identifier: str, status: int, message: str
) -> None:
    """An address is no identifier: contacts are found by search."""
    response = team.get(f"/contact/{identifier}")
    check(response.json(), ERROR)
    assert (response.status_code, response.json()["message"]) == (status, message)


@pytest.mark.parametrize("path", ["/contact", "/contact/ann@example.com", "/list", "/team/member"])
def test_reads_take_no_other_method(team: httpx.Client, path: str) -> None:
    """The sandbox creates nothing but by identify and track."""
    response = team.post(path, json={})
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("path", "first"), [("/tag", "t0"), ("/customfield", "f0"), ("/list", "l0")]
)
def test_names_come_in_the_order_of_creation(many: httpx.Client, path: str, first: str) -> None:
    """Ten where no limit is said, at most 100, and none behind the end."""
    all_names = [f"{first[0]}{n}" for n in range(250)]
    assert names(read(many, path)) == all_names[:10]
    assert names(read(many, f"{path}?limit=100&offset=100")) == all_names[100:200]
    assert names(read(many, f"{path}?limit=100&offset=200")) == all_names[200:]
    assert read(many, f"{path}?limit=100&offset=250") == []


@pytest.mark.parametrize(
    ("path", "allowed", "refused"),
    [("/tag", 100, 101), ("/customfield", 100, 101), ("/list", 500, 501), ("/contact", 1000, 1001)],
)
def test_no_page_holds_more_than_100(
    many: httpx.Client, path: str, allowed: int, refused: int
) -> None:
    """Where text and schema name two limits, the higher is allowed and the lower is given."""
    assert len(read(many, f"{path}?limit={allowed}")) == 100
    response = many.get(f"{path}?limit={refused}")
    check(response.json(), ERROR)
    assert (response.status_code, response.json()["message"]) == (
        400,
        f"limit must be from 1 to {allowed}",
    )


def test_contacts_come_most_recently_changed_first(many: httpx.Client) -> None:
    """A write moves its contact to the front, and others into the next page: none gets lost."""
    before = names(read(many, "/contact?limit=100"))
    assert before == [f"p{n}@b.co" for n in reversed(range(150, 250))]
    many.post("/contact/identify", json={"email": "p0@b.co", "company": "Acme"})
    many.post("/contact/track", json={"email": "p9@b.co", "addTags": ["t1"]})
    many.post("/contact/identify", json={"email": "new@b.co"})
    after = names(read(many, "/contact?limit=100"))
    assert after == ["new@b.co", "p9@b.co", "p0@b.co", *before[:-3]]
    second = names(read(many, "/contact?limit=100&offset=100"))
    third = names(read(many, "/contact?limit=100&offset=200"))
    assert second[:3] == before[-3:]
    assert (len({*after, *second, *third}), len(third)) == (251, 51)


def test_a_write_that_changes_nothing_moves_nothing(many: httpx.Client) -> None:
    """Nor does a refused one."""
    before = read(many, "/contact?limit=100")
    many.post("/contact/identify", json={"email": "p0@b.co"})
    many.post("/contact/identify", json={"email": "p0@b.co", "company": 5})
    assert read(many, "/contact?limit=100") == before


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ann@example.com", ["Ann@Example.com"]),
        ("ÖSTERR", ["Ann@Example.com"]),
        ("EXAMPLE", ["Ann@Example.com", "bare@example.com"]),
        ("re@", ["bare@example.com"]),
        ("acme", []),
        ("%", None),
        ("__", []),
        ("ann öst", []),
    ],
)
def test_contacts_are_found_by_a_part_of_name_or_address(
    team: httpx.Client, search: str, found: list[str] | None
) -> None:
    """In any case; not by their company, and no sign stands for others."""
    response = team.get("/contact", params={"search": search})
    if found is None:
        assert response.status_code == 400
    else:
        assert (response.status_code, names(response.json())) == (200, found)


def test_a_search_follows_a_new_name_and_address(team: httpx.Client) -> None:
    """What a contact was called before does not find it."""
    change = {"email": "bare@example.com", "newEmail": "full@b.co", "firstName": "Beatrice"}
    assert team.post("/contact/identify", json=change).status_code == 200
    found = {text: len(read(team, f"/contact?search={text}")) for text in ("beat", "full@", "bare")}
    assert found == {"beat": 1, "full@": 1, "bare": 0}


def test_a_search_comes_in_pages_too(many: httpx.Client) -> None:
    """Its offset counts what was found."""
    found = [f"p{n}@b.co" for n in reversed(range(250)) if n in {12, *range(120, 130)}]
    assert names(read(many, "/contact?search=p12&limit=4&offset=4")) == found[4:8]
    assert names(read(many, "/contact?search=p12&limit=4&offset=8")) == found[8:]


@pytest.mark.parametrize("path", ["/customfield", "/list"])
def test_names_are_searched_in_any_case(team: httpx.Client, path: str) -> None:
    """For fields and lists; the documentation knows no search of tags."""
    expected = {"/customfield": ["Loyalty Points"], "/list": ["Newsletter"]}[path]
    found = team.get(path, params={"search": expected[0][2:6].upper()}).json()
    assert names(found) == expected
    assert len(read(team, "/tag?search=vip")) == 3


@pytest.mark.parametrize(
    ("path", "most"), [("/contact", 255), ("/customfield", 100), ("/list", 100)]
)
def test_a_search_has_two_characters_or_more(team: httpx.Client, path: str, most: int) -> None:
    """And has an end."""
    for text in ("", "x", "x" * (most + 1)):
        response = team.get(path, params={"search": text})
        check(response.json(), ERROR)
        message = f"search must have from 2 to {most} characters"
        assert (response.status_code, response.json()["message"]) == (400, message)
    assert read(team, f"{path}?search={'x' * most}") == []


@pytest.mark.parametrize("path", PAGES)
def test_reads_need_a_key(team: httpx.Client, path: str) -> None:
    """401, as for writes."""
    assert team.get(path, headers={"X-Team-ApiKey": ""}).status_code == 401


@pytest.mark.parametrize(
    ("name", "value", "must"),
    [
        ("Plan", "x" * 256, "not be longer than 255 characters"),
        *(
            ("Loyalty Points", text, "be a number")
            for text in ("Gold", "1e5", "+5", "1,5", " 5", "")
        ),
        *(
            ("Renewal", text, "be a date (YYYY-MM-DD)")
            for text in ("31.01.1990", "1990-02-30", "1990-01-31T00:00:00Z", "++1")
        ),
        *(("Opted in", text, "be true or false") for text in ("yes", "True", "1")),
        *(
            ("Mobile", text, "be a phone number in international format (+...)")
            for text in ("0664 1234567", "+12", "+1234567890123456", "+43 664 x", "--1")
        ),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_refused(
    team: httpx.Client, name: str, value: str, must: str
) -> None:
    """400, with the field and what it takes; nothing of the call is kept."""
    before = read(team, "/contact")
    body = {"email": "ann@example.com", "company": "Other", "customFields": {name: value}}
    response = team.post("/contact/identify", json=body)
    check(response.json(), ERROR)
    assert (response.status_code, response.json()["message"]) == (400, f"{name} must {must}")
    assert read(team, "/contact") == before


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("Plan", "x" * 255, "x" * 255),
        ("Loyalty Points", "-1.50", "-1.50"),
        ("Loyalty Points", "++2.5", "7.5"),
        ("Loyalty Points", "--7", "-2"),
        ("Renewal", "2028-02-29", "2028-02-29"),
        ("Opted in", "false", "false"),
        ("Mobile", "+43 (664) 123-45.67", "+43 (664) 123-45.67"),
    ],
)
def test_a_value_that_fits_is_kept_as_it_came(
    team: httpx.Client, name: str, value: str, kept: str
) -> None:
    """The same characters, but for numbers that were counted."""
    body = {"email": "ann@example.com", "customFields": {name: value}}
    assert team.post("/contact/identify", json=body).json()["data"]["customFields"][name] == kept


def test_a_field_that_nobody_defined_is_created(api: Api) -> None:
    """As text, as documented; as a number where its first value counts."""
    api.identify(email="a@b.co", customFields={"Plan": "5", "Points": "++5"})
    fields = [(field["name"], field["type"]) for field in api.client.get("/customfield").json()]
    assert fields == [("Plan", 0), ("Points", 1)]
    assert api.identify(email="a@b.co", customFields={"Plan": "Gold"})[0] == 200
    assert api.identify(email="a@b.co", customFields={"Points": "Gold"}) == (
        400,
        {"status": "error", "message": "Points must be a number"},
    )


def test_nothing_is_created_by_a_refused_call(api: Api) -> None:
    """Neither its tags nor its fields."""
    api.identify(email="a@b.co", customFields={"Points": "++5"})
    body = {"Points": "Gold", "New": "x"}
    assert api.identify(email="a@b.co", tags=["new"], customFields=body)[0] == 400
    assert names(api.client.get("/customfield").json()) == ["Points"]
    assert api.client.get("/tag").json() == []


@pytest.mark.parametrize(
    ("member", "value"),
    [("id", "tag_" + "a" * 22), ("tags", ["vip"]), ("customFields", {"Plan": "x"}), ("new", 1)],
)
def test_another_shape_would_be_found_out(team: httpx.Client, member: str, value: object) -> None:
    """With a name for an id, or a member of nobody's, an answer is not what is documented."""
    ann, _ = read(team, "/contact")
    with pytest.raises(ValidationError):
        check({**ann, member: value}, CONTACT)
