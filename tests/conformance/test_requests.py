"""What holds for every endpoint: key, paths, methods and formats; and GET /tag."""

import re

import pytest

from tests.conformance.conftest import Api

UNAUTHORISED = (401, {"status": 401, "message": "The Team ID or API Key specified is not valid"})


@pytest.mark.parametrize("path", ["/contact/identify", "/contact/track", "/nowhere"])
def test_without_a_key_everything_is_401(api: Api, path: str) -> None:
    """The body's status is a number here, against the documented schema."""
    response = api.client.post(path, json={"email": "a@b.co"}, headers={"X-Team-ApiKey": ""})
    assert (response.status_code, response.json()) == UNAUTHORISED
    del api.client.headers["X-Team-ApiKey"]
    response = api.client.post(path, json={"email": "a@b.co"})
    assert (response.status_code, response.json()) == UNAUTHORISED


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("POST", "/campaign", 404, "Resource not found"),
        ("GET", "/contact/identify", 405, "Method Not Allowed"),
        ("POST", "/tag", 405, "Method Not Allowed"),
    ],
)
def test_what_is_not_there(api: Api, method: str, path: str, status: int, message: str) -> None:
    """Other endpoints of the service are not in the sandbox."""
    response = api.client.request(method, path)
    expected = (status, {"status": "error", "message": message})
    assert (response.status_code, response.json()) == expected


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"Accept": "text/html"}, 406, "Not Acceptable"),
        (
            {"Content-Type": "application/x-www-form-urlencoded"},
            415,
            "Content-Type must be application/json",
        ),
    ],
)
def test_formats_other_than_json_are_refused(
    api: Api, headers: dict[str, str], status: int, message: str
) -> None:
    """The API speaks JSON only."""
    response = api.client.post("/contact/identify", content=b"email=a", headers=headers)
    expected = (status, {"status": "error", "message": message})
    assert (response.status_code, response.json()) == expected


def test_the_base_path_may_be_left_out(api: Api) -> None:
    """So that a client needs nothing but host and port."""
    url = api.client.base_url.join("/contact/identify")
    assert api.client.post(url, json={"email": "a@b.co"}).status_code == 200


def test_tags_come_into_being_by_being_named(api: Api) -> None:
    """GET /tag lists them in the form of the API, ids and times included."""
    api.identify(email="a@b.co", tags=["one"])
    api.track(email="a@b.co", addTags=["two"], removeTags=["one", "three"])
    response = api.client.get("/tag")
    tags = response.json()
    assert response.status_code == 200
    assert [tag["name"] for tag in tags] == ["one", "two"]
    for tag in tags:
        assert set(tag) == {"id", "name", "created", "updated"}
        assert re.fullmatch("tag_[A-Za-z0-9]{22}", tag["id"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", tag["created"])


def test_tags_are_given_in_pages(api: Api) -> None:
    """Ten where no limit is said, as documented."""
    api.identify(email="a@b.co", tags=[f"t{n}" for n in range(12)])
    names = [
        [tag["name"] for tag in api.client.get(path).json()]
        for path in ("/tag?limit=1", "/tag?offset=10&limit=100", "/tag")
    ]
    assert names == [["t0"], ["t10", "t11"], [f"t{n}" for n in range(10)]]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "limit must be from 1 to 100"),
        ("limit=101", "limit must be from 1 to 100"),
        ("limit=ten", "limit must be a whole number"),
        ("offset=-1", "offset must be a whole number"),
        ("offset=", "offset must be a whole number"),
    ],
)
def test_a_page_that_cannot_be_is_400(api: Api, query: str, message: str) -> None:
    """The documented bounds are held."""
    response = api.client.get(f"/tag?{query}")
    assert (response.status_code, response.json()) == (400, {"status": "error", "message": message})
