"""A whole account in the sandbox, changed by commands in this process, by others, and by faults."""

import io
import json
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from sendx_cli.api.carrier import HttpCarrier
from sendx_cli.clock import Clock
from sendx_cli.runtime import Runtime
from sendx_cli.sandbox.account import account_of
from sendx_cli.sandbox.beginning import begin_with
from sendx_cli.sandbox.store import Store
from sendx_cli.sandbox.transport import SandboxTransport
from tests.conftest import CANARY, Run, invoke

KEY = {"X-Team-ApiKey": CANARY}
LIST = "list_abcdefghijklmnopqrstuv"
REFUSED = "refused"
"""The service does not take the key: the run ends, and nothing was applied."""
LOST = "lost"
"""The connection is lost after the service applied the call."""
BROKEN = "broken"
"""The service answers 500, and did not apply the call."""


class FaultyTransport(httpx.BaseTransport):
    """Answers from the sandbox, except for the calls that are to go wrong.

    Args:
        path: The sandbox's file.
        faults: What happens to a write, by its number from 0.
        read_status: What reads are answered with; None: as the sandbox answers.
        good_reads: Those that are answered as the sandbox answers all the same, at first.
    """

    def __init__(
        self, path: Path, faults: Mapping[int, str], read_status: int | None, good_reads: int
    ) -> None:
        self._sandbox = SandboxTransport(path)
        self._faults = faults
        self._read_status = read_status
        self._reads_left = good_reads
        self.writes = 0
        self.requests: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or fail."""
        self.requests.append(f"{request.method} {request.url.path.removeprefix('/api/v1/rest')}")
        self._reads_left -= request.method == "GET"
        if request.method == "GET" and self._read_status and self._reads_left < 0:
            return httpx.Response(self._read_status, json={"message": "no"}, request=request)
        if request.method == "GET":
            return self._sandbox.handle_request(request)
        fault = self._faults.get(self.writes)
        self.writes += 1
        if fault == REFUSED:
            return httpx.Response(401, json={"status": 401, "message": "no"}, request=request)
        if fault == BROKEN:
            return httpx.Response(500, json={"status": 500, "message": "no"}, request=request)
        answer = self._sandbox.handle_request(request)
        if fault == LOST:
            raise httpx.ReadError("lost", request=request)
        return answer

    def close(self) -> None:
        """Leave the sandbox's file open: other threads use it as well."""

    def end(self) -> None:
        """Close the sandbox's file."""
        self._sandbox.close()


@dataclass
class Account:
    """An account, and a home directory of its own from which commands change it.

    Args:
        directory: Where both are.
    """

    directory: Path
    env: dict[str, str] = field(default_factory=dict)
    clock: Clock | None = None

    def __post_init__(self) -> None:
        self.path = self.directory / "sandbox.sqlite3"
        self.env = {"SENDX_API_KEY": CANARY, "SENDX_RETRIES": "0"}
        self.requests: list[str] = []

    def run(
        self,
        *words: str,
        faults: Mapping[int, str] | None = None,
        read_status: int | None = None,
        good_reads: int = 0,
        **env: str,
    ) -> Run:
        """Run a command, with what goes wrong as `FaultyTransport` takes it."""
        transport = FaultyTransport(self.path, faults or {}, read_status, good_reads)
        runtime = Runtime(
            environ={**os.environ, **self.env, **env},
            stdin=io.StringIO(""),
            clock=self.clock,
            open_carrier=lambda: HttpCarrier(transport, KEY, 5.0),
        )
        run = invoke(words, runtime)
        transport.end()
        self.requests = transport.requests
        return run

    def begin(self, *contacts: Mapping[str, object], **types: str) -> None:
        """Fill it with these contacts, with fields of these types, and with a list."""
        value = {
            "lists": [{"name": "News", "id": LIST}],
            "fields": [{"name": name, "type": one} for name, one in types.items()],
            "contacts": list(contacts),
        }
        begin_with(self.path, account_of(value))

    def leave(self, email: str) -> None:
        """Let a contact unsubscribe."""
        with closing(Store(self.path)) as store, store.transaction() as transaction:
            kept = transaction.find(email)
            assert kept is not None
            transaction.change(kept, email, replace(kept.record, flags=("unsubscribed",)))

    def post(self, path: str, body: object) -> int:
        """Change the account past the commands; return the status."""
        with self._client() as client:
            return client.post(path, json=body).status_code

    @property
    def writes(self) -> list[str]:
        """What the last command wrote."""
        return [one for one in self.requests if one.startswith("POST")]

    def contact(self, email: str) -> dict[str, Any]:
        """Return the contact of an address."""
        (found,) = (one for one in self.contacts().values() if one["email"] == email)
        return found

    def contacts(self) -> dict[str, dict[str, Any]]:
        """Return all contacts by their ids, with names instead of ids."""
        with self._client() as client:
            contacts = client.get("/contact?limit=100").json()
            tags = {one["id"]: one["name"] for one in client.get("/tag?limit=100").json()}
            fields = {
                one["id"].removeprefix("custom_"): one["name"]
                for one in client.get("/customfield?limit=100").json()
            }
        return {
            one["id"]: {
                "email": one["email"],
                "first_name": one["firstName"],
                "last_name": one["lastName"],
                "company": one["company"],
                "tags": {tags[tag] for tag in one["tags"]},
                "fields": {fields[key]: text for key, text in one["customFields"].items() if text},
                "lists": set(one["lists"]),
            }
            for one in contacts
        }

    def _client(self) -> httpx.Client:
        transport = SandboxTransport(self.path)
        url = "https://sandbox.invalid/api/v1/rest"
        return httpx.Client(transport=transport, base_url=url, headers=KEY)


def records(run: Run) -> list[dict[str, Any]]:
    """Return the JSON Lines of a command."""
    return [json.loads(line) for line in run.out.splitlines()]


def at_home_in(directory: Path, patch: pytest.MonkeyPatch) -> Account:
    """Return an account in a directory, where commands keep all that they keep."""
    for kind in ("CONFIG", "STATE", "DATA", "CACHE"):
        patch.setenv(f"XDG_{kind}_HOME", str(directory / kind.lower()))
    work = directory / "work"
    work.mkdir()
    patch.chdir(work)
    return Account(directory)
