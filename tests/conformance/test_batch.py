"""POST /contact/identify/bulk, as SendX's online documentation has it."""

import pytest

from tests.conformance.conftest import Api
from tests.conformance.test_identify import MALFORMED, WITHOUT_EMAIL

ALL_DONE = (200, {"status": "success", "message": "All contacts processed successfully"})


def test_all_contacts_of_a_batch_are_taken(api: Api) -> None:
    """25 are allowed, and each is an identify."""
    assert api.identify_all([{"email": f"p{n}@b.co", "tags": ["t"]} for n in range(25)]) == ALL_DONE
    assert api.contact("p24@b.co")["tags"] == ["t"]


def test_the_contacts_of_a_batch_are_taken_in_order(api: Api) -> None:
    """Two of one contact are both applied."""
    batch = [{"email": "a@b.co", "customFields": {"n": f"++{n}"}} for n in (1, 2)]
    assert api.identify_all(batch) == ALL_DONE
    assert api.contact("a@b.co")["customFields"] == {"n": "3"}


@pytest.mark.parametrize("batch", [[], [{"email": "a@b.co"}] * 26, {"email": "a@b.co"}, [5]])
def test_anything_but_1_to_25_objects_is_422(api: Api, batch: object) -> None:
    """The limits are those of the documentation."""
    assert api.identify_all(batch) == MALFORMED


@pytest.mark.parametrize(
    ("bad", "answered"),
    [
        ({"firstName": "Nobody"}, WITHOUT_EMAIL),
        ({"email": "nobody"}, MALFORMED),
        ({"email": "a@b.co", "customFields": {"plan": "++1"}}, MALFORMED),
    ],
)
def test_one_bad_contact_refuses_the_batch(
    api: Api, bad: dict[str, object], answered: tuple[int, dict[str, str]]
) -> None:
    """Nothing of a refused batch is kept, found bad before or amid its work."""
    api.identify(email="a@b.co", customFields={"plan": "Gold"})
    good = {"email": "a@b.co", "tags": ["kept"]}
    assert api.identify_all([good, bad]) == answered
    assert api.contact("a@b.co")["tags"] == []
