from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from sendx_cli.sandbox.account import account_of
from sendx_cli.sandbox.beginning import begin_with
from tests.sandbox.doors import DOORS

LIST = "list_OcuxJHdiAvujmwQVJfd3ss"
"""The one list of the team."""


@dataclass(frozen=True)
class Api:
    """The documented endpoints, through one of the doors."""

    client: httpx.Client

    def identify(self, **members: object) -> tuple[int, Any]:
        return self.post("/contact/identify", members)

    def track(self, **members: object) -> tuple[int, Any]:
        return self.post("/contact/track", members)

    def identify_all(self, contacts: object) -> tuple[int, Any]:
        return self.post("/contact/identify/bulk", contacts)

    def post(self, path: str, body: object) -> tuple[int, Any]:
        response = self.client.post(path, json=body)
        return response.status_code, response.json()

    def contact(self, email: str) -> dict[str, Any]:
        """What is known of a contact: an identify that names nothing changes nothing."""
        status, body = self.identify(email=email)
        assert status == 200
        return {name: value for name, value in body["data"].items() if "encrypted" not in name}


@pytest.fixture(params=DOORS)
def api(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    path = tmp_path / "sandbox.sqlite3"
    begin_with(path, account_of({"lists": [{"name": "Newsletter", "id": LIST}]}))
    with DOORS[request.param](path) as client:
        yield Api(client)
