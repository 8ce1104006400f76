"""SendX's own Python SDK, unchanged, against the sandbox on a port."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sendx_python_sdk.api.tag_api import TagApi
from sendx_python_sdk.api.tracking_api import TrackingApi
from sendx_python_sdk.api_client import ApiClient
from sendx_python_sdk.configuration import Configuration
from sendx_python_sdk.exceptions import (
    ConflictException,
    NotFoundException,
    UnauthorizedException,
    UnprocessableEntityException,
)
from sendx_python_sdk.models.identify_request import IdentifyRequest
from sendx_python_sdk.models.track_request import TrackRequest

from sendx_cli.sandbox.contents import contacts
from tests.sandbox.doors import serving


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
