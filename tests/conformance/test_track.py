"""POST /contact/track, as SendX documents it."""

from typing import Any

import pytest

from tests.conformance.conftest import Api
from tests.conformance.test_identify import MALFORMED, WITHOUT_EMAIL

DONE = (200, {"status": "200", "message": "OK", "data": "success"})
NOT_FOUND = (404, {"status": "error", "message": "Resource not found"})


def test_tags_are_added_and_removed(api: Api) -> None:
    """Tags that are not named stay, and the address's case does not matter."""
    api.identify(email="a@b.co", tags=["old", "stays"])
    assert api.track(email="A@B.co", addTags=["new"], removeTags=["old", "never"]) == DONE
    assert api.contact("a@b.co")["tags"] == ["stays", "new"]


def test_sent_twice_it_leaves_the_same_tags(api: Api) -> None:
    """A tag is there once."""
    api.identify(email="a@b.co")
    for _ in range(2):
        assert api.track(email="a@b.co", addTags=["new", "new"]) == DONE
    assert api.contact("a@b.co")["tags"] == ["new"]


def test_without_tags_it_does_nothing(api: Api) -> None:
    """Such a call is no error."""
    api.identify(email="a@b.co", tags=["stays"])
    assert api.track(email="a@b.co", addTags=[]) == DONE
    assert api.contact("a@b.co")["tags"] == ["stays"]


def test_an_unknown_contact_is_404_and_creates_nothing(api: Api) -> None:
    """Neither the contact nor the tag comes into being."""
    assert api.track(email="nobody@b.co", addTags=["new"]) == NOT_FOUND
    assert api.client.get("/tag").json() == []


@pytest.mark.parametrize(
    ("members", "answered"),
    [
        ({"addTags": ["x"]}, WITHOUT_EMAIL),
        ({"email": "nobody", "addTags": ["x"]}, MALFORMED),
        ({"email": "a@b.co", "addTags": "x"}, MALFORMED),
        ({"email": "a@b.co", "removeTags": [5]}, MALFORMED),
    ],
)
def test_bad_bodies_are_refused(
    api: Api, members: dict[str, Any], answered: tuple[int, dict[str, str]]
) -> None:
    """As for identify."""
    assert api.track(**members) == answered
