"""The sandbox inside the process: an httpx transport without a network."""

from pathlib import Path

import httpx

from sendx_cli.sandbox.app import App
from sendx_cli.sandbox.messages import Request
from sendx_cli.sandbox.store import Store


class SandboxTransport(httpx.BaseTransport):
    """Answers each request from the sandbox's file; threads may share one.

    Args:
        path: The sandbox's file.

    Raises:
        SetupError: The file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._store = Store(path)
        self._app = App(self._store)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the API's response, as the server would."""
        answered = self._app.answer(
            Request(
                request.method,
                request.url.path,
                request.url.query.decode("ascii"),
                {name.lower(): value for name, value in request.headers.items()},
                request.read(),
            )
        )
        return httpx.Response(
            answered.status,
            headers=dict(answered.headers),
            content=answered.body,
            request=request,
        )

    def close(self) -> None:
        """Close the store's file."""
        self._store.close()
