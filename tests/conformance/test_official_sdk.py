"""SendX's own Python SDK, unchanged, against the sandbox on a port."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sendx_python_sdk.api.contact_api import ContactApi
from sendx_python_sdk.api.custom_field_api import CustomFieldApi
from sendx_python_sdk.api.list_api import ListApi
from sendx_python_sdk.api.tag_api import TagApi
from sendx_python_sdk.api.team_member_api import TeamMemberApi
from sendx_python_sdk.api.tracking_api import TrackingApi
from sendx_python_sdk.api_client import ApiClient
from sendx_python_sdk.configuration import Configuration
from sendx_python_sdk.exceptions import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    UnauthorizedException,
    UnprocessableEntityException,
)
from sendx_python_sdk.models.identify_request import IdentifyRequest
from sendx_python_sdk.models.track_request import TrackRequest

from sendx_cli.sandbox.account import account_of
from sendx_cli.sandbox.beginning import begin_with
from sendx_cli.sandbox.contents import contacts
from tests.sandbox.doors import serving

TEAM = {
    "members": ["jane@example.com"],
    "fields": [{"name": "Points", "type": "number"}],
    "lists": [{"name": "Newsletter", "double_opt_in": True}],
    "contacts": [
        {
            "email": "ann@example.com",
            "firstName": "Ann",
            "tags": ["vip"],
            "lists": ["Newsletter"],
            "customFields": {"Points": "5"},
            "unsubscribed": True,
        }
    ],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


@pytest.fixture
def sdk(path: Path) -> Iterator[ApiClient]:
    with serving(path, key="right") as url:
        configuration = Configuration(host=url, api_key={"TeamApiKey": "right"})
        with ApiClient(configuration) as client:
            yield client
            client.rest_client.pool_manager.clear()


def test_it_identifies_tracks_and_lists(sdk: ApiClient, path: Path) -> None:
    """Its models take the answers, and what it sent is there."""
    tracking = TrackingApi(sdk)
    answered = tracking.identify_contact(
        IdentifyRequest(
            email="jane@example.com",
            firstName="Jane",
            lastName="Doe",
            company="Example Ltd",
            customFields={"Points": "++5"},
            tags=["new"],
        )
    )
    tracked = tracking.track_contact(
        TrackRequest(email="jane@example.com", addTags=["vip"], removeTags=["new"])
    )
    listed = TagApi(sdk).get_all_tags(limit=100)
    assert (answered.status, answered.message) == ("200", "OK")
    assert (tracked.status, tracked.message) == ("200", "OK")
    assert [tag.name for tag in listed] == ["new", "vip"]
    assert all(tag.created and tag.created <= datetime.now(UTC) for tag in listed)
    (contact,) = contacts(path)
    assert {name: value for name, value in contact.items() if "encrypted" not in name} == {
        "email": "jane@example.com",
        "firstName": "Jane",
        "lastName": "Doe",
        "company": "Example Ltd",
        "birthday": "",
        "tags": ["vip"],
        "customFields": {"Points": "5"},
        "lists": [],
    }


def test_it_understands_the_refusals(sdk: ApiClient) -> None:
    """Each status raises the SDK's own exception for it, with the documented message."""
    tracking = TrackingApi(sdk)
    for email in ("ann@b.co", "bob@b.co"):
        tracking.identify_contact(IdentifyRequest(email=email))
    with pytest.raises(NotFoundException) as missing:
        tracking.track_contact(TrackRequest(email="nobody@b.co", addTags=["x"]))
    with pytest.raises(ConflictException) as conflict:
        tracking.identify_contact(IdentifyRequest(email="ann@b.co", newEmail="bob@b.co"))
    with pytest.raises(UnprocessableEntityException) as malformed:
        tracking.identify_contact(IdentifyRequest(email="nobody"))
    bodies = [json.loads(error.value.body or "") for error in (missing, conflict, malformed)]
    assert bodies == [
        {"status": "error", "message": "Resource not found"},
        {"status": "error", "message": "Email already exists"},
        {"status": "error", "message": "Request body is not in proper format"},
    ]


def test_a_wrong_key_is_refused(sdk: ApiClient) -> None:
    """With the status that the SDK knows."""
    sdk.configuration.api_key["TeamApiKey"] = "wrong"
    with pytest.raises(UnauthorizedException):
        TrackingApi(sdk).identify_contact(IdentifyRequest(email="a@b.co"))


def test_its_prefix_for_keys_is_taken(sdk: ApiClient) -> None:
    """The header is then `Token KEY`."""
    sdk.configuration.api_key_prefix["TeamApiKey"] = "Token"
    answered = TrackingApi(sdk).identify_contact(IdentifyRequest(email="a@b.co"))
    assert answered.message == "OK"


def test_it_reads_the_account(sdk: ApiClient, path: Path) -> None:
    """Its models take every answer: their ids, types and times are checked by them."""
    begin_with(path, account_of(TEAM))
    (tag,) = TagApi(sdk).get_all_tags(limit=100)
    (field,) = CustomFieldApi(sdk).get_all_custom_fields(search="POINT")
    (found,) = ListApi(sdk).get_all_lists(search="news")
    (member,) = TeamMemberApi(sdk).get_all_team_members()
    (contact,) = ContactApi(sdk).get_all_contacts(limit=1000, search="ann@")
    assert (tag.name, field.name, field.type) == ("vip", "Points", 1)
    assert (found.name, found.type, member.email) == ("Newsletter", 1, "jane@example.com")
    assert (contact.email, contact.first_name, contact.company) == ("ann@example.com", "Ann", "")
    assert (contact.tags, contact.lists) == ([tag.id], [found.id])
    assert contact.custom_fields == {(field.id or "").replace("custom_field_", "field_"): "5"}
    assert (contact.unsubscribed, contact.bounced) == (True, False)
    assert contact.updated is not None
    assert contact.updated <= datetime.now(UTC)
    assert ContactApi(sdk).get_contact(contact.id or "") == contact


def test_it_reads_in_pages(sdk: ApiClient, path: Path) -> None:
    """Ten where it names no limit; an empty one behind the end."""
    begin_with(path, account_of({"contacts": [{"email": f"p{n}@b.co"} for n in range(12)]}))
    api = ContactApi(sdk)
    sizes = [len(api.get_all_contacts(offset=offset)) for offset in (0, 10, 20)]
    assert sizes == [10, 2, 0]


def test_it_understands_that_a_contact_is_not_there(sdk: ApiClient) -> None:
    """An id of nobody is 404, an address 400."""
    with pytest.raises(NotFoundException):
        ContactApi(sdk).get_contact("contact_0123456789012345678901")
    with pytest.raises(BadRequestException):
        ContactApi(sdk).get_contact("ann@example.com")
