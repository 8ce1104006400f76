"""An account in the process whose requests a test sees, and in which others can be at work."""

import io
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock

import httpx

from sendx_cli.api.carrier import HttpCarrier
from sendx_cli.api.requests import headers_for
from sendx_cli.runtime import Runtime
from sendx_cli.sandbox.app import App
from sendx_cli.sandbox.contents import contacts
from sendx_cli.sandbox.messages import Request, Response
from sendx_cli.sandbox.store import Store
from tests.conftest import CANARY, Run, invoke

URL = "http://127.0.0.1:1/api/v1/rest"
_HEADERS = {"x-team-apikey": CANARY}


class WatchedAccount(httpx.BaseTransport):
    """The sandbox's API over a file of its own.

    Args:
        path: Its file.
        page: Entries of a page at most, whatever is asked for.
    """

    def __init__(self, path: Path, page: int = 100) -> None:
        self._path = path
        self.page = page
        self._lock = Lock()
        self.store = Store(path)
        self._app = App(self.store)
        self.requests: list[Request] = []
        self.before: Callable[[Request], None] = lambda _request: None
        """What happens before a request of sendx is answered."""
        self.instead: Callable[[Request], Response | None] = lambda _request: None
        """What is answered in place of the account, if anything."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        query = request.url.query.decode()
        asked = Request(request.method, request.url.path, query, _HEADERS, request.read())
        with self._lock:
            self.requests.append(asked)
            self.before(asked)
            paged = query.replace("limit=100", f"limit={self.page}")
            paged_request = Request(asked.method, asked.path, paged, _HEADERS, asked.body)
            answered = self.instead(asked) or self._app.answer(paged_request)
        return httpx.Response(answered.status, content=answered.body, request=request)

    def close(self) -> None:
        """Stay open: every thread of a run closes what it calls by."""

    def identify(self, email: str, **members: object) -> None:
        """Let somebody else identify a contact."""
        self._write("identify", {"email": email, **members})

    def track(self, email: str, **members: object) -> None:
        """Let somebody else track a contact."""
        self._write("track", {"email": email, **members})

    def send(self, action: str, payloads: Iterable[dict[str, object]]) -> None:
        """Let somebody else send these, one after another."""
        for payload in payloads:
            self._write(action, payload)

    def state(self) -> dict[str, dict[str, object]]:
        """Return each contact by its address; ids and the order of tags say nothing."""
        return {
            str(one["email"]).lower(): {
                name: sorted(value) if isinstance(value, list) else value
                for name, value in one.items()
                if name != "encryptedId"
            }
            for one in contacts(self._path)
        }

    @property
    def pages(self) -> int:
        """Pages of contacts that sendx asked for."""
        return sum(asked.path.endswith("/contact") for asked in self.requests)

    @property
    def writes(self) -> list[dict[str, object]]:
        """The bodies that sendx wrote."""
        return [json.loads(asked.body) for asked in self.requests if asked.method == "POST"]

    def sendx(self, *words: str) -> Run:
        """Run a command for this account."""
        environ = {**os.environ, "SENDX_API_KEY": CANARY, "SENDX_BASE_URL": URL}
        headers = headers_for(CANARY, None)
        runtime = Runtime(
            environ, io.StringIO(), open_carrier=lambda: HttpCarrier(self, headers, 60.0)
        )
        return invoke(words, runtime)

    def _write(self, action: str, members: dict[str, object]) -> None:
        path, body = f"/contact/{action}", json.dumps(members).encode()
        self._app.answer(Request("POST", path, "", _HEADERS, body))
