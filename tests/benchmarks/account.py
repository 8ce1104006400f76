"""An account that can be read: the contacts that the benchmarks send, one in a hundred changed."""

import json
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.contacts import row

CHANGED_EVERY = 100
TAGS = {"trial": "tag_0000000000000000trial1", "webinar": "tag_00000000000000webinar1"}


class Account:
    """So many contacts; it remembers nothing that is written.

    Args:
        contacts: How many.
    """

    def __init__(self, contacts: int) -> None:
        self._contacts = contacts

    def page(self, target: str) -> bytes:
        """Answer GET of a path with its query; of whatever it does not know there is none."""
        asked = urlsplit(target)
        query = parse_qs(asked.query)
        offset, limit = (int(query.get(name, ["0"])[0]) for name in ("offset", "limit"))
        found: list[dict[str, object]] = []
        if asked.path.endswith("/tag") and not offset:
            found = [{"id": tag, "name": name} for name, tag in TAGS.items()]
        if asked.path.endswith("/contact"):
            found = [contact(n) for n in range(offset, min(offset + limit, self._contacts))]
        return json.dumps(found).encode()


def contact(number: int) -> dict[str, object]:
    """Return a contact as GET /contact gives it."""
    email, first, last, tags = row(number)
    return {
        "id": f"contact_{number:022}",
        "email": email,
        "firstName": first,
        "lastName": last if number % CHANGED_EVERY else "Maiden",
        "company": "",
        "customFields": {},
        "tags": [TAGS[tag] for tag in tags.split(",")],
        "lists": [],
        "unsubscribed": False,
        "bounced": False,
        "spam": False,
        "blocked": False,
        "dropped": False,
        "created": "2026-01-01T00:00:00Z",
        "updated": "2026-01-01T00:00:00Z",
    }
