"""What a plan leaves behind for completions."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sendx_cli.completion.answer import answer
from tests.conftest import CANARY, Run
from tests.servers import Answering, Request, ScriptedServer, json_answer


def serve(request: Request) -> Answering:
    parts = urlsplit(request.path)
    is_tags = parts.path.endswith("/tag") and "offset=0" in parts.query
    return json_answer(200, [{"id": "tag_1", "name": "vip"}] if is_tags else [])


def test_a_plan_leaves_the_accounts_names_for_completions(
    send: Callable[..., Run], server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next `<TAB>` offers them, and makes no request."""
    server.pages = serve
    Path("people.csv").write_text("email\njane@example.com\n", "utf-8")
    assert send("track", "--from", "people.csv", "--add-tag", "vip", "--dry-run").code == 0
    monkeypatch.setenv("SENDX_API_KEY", CANARY)
    monkeypatch.setenv("SENDX_BASE_URL", server.url)
    asked = len(server.reads)
    assert [one.text for one in answer(["track", "--add-tag", ""]).candidates] == ["vip"]
    assert len(server.reads) == asked
