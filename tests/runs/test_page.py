"""A run as a page: what it shows, and that nothing in it can do anything."""

import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest

from tests.runs.conftest import Send
from tests.servers import OK, Request, Reset, ScriptedServer, json_answer
from tests.tools import need, need_module

HOSTILE = "<script>alert(1)</script>\x1b[31m'\"&<img src=x onerror=alert(2)>"
FILE = "email,Plan\nann@b.co,pro\nbob@b.co,pro\ncat@b.co,pro\ndan@b.co,pro\nbad,\n"
REJECTED = json_answer(422, {"status": "error", "message": HOSTILE})
TROUBLE = json_answer(500, {"status": "error", "message": "trouble"})
THROTTLED = json_answer(429, {"status": "error", "message": "slow down"})


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += [data.strip()] if data.strip() else []


@pytest.fixture
def page(send: Send, server: ScriptedServer) -> str:
    """The page of a run with every outcome, a 429, and hostile cells and answers."""
    answers = {"bob@b.co": [REJECTED], "cat@b.co": [TROUBLE] * 9, "dan@b.co": [THROTTLED]}

    def script(request: Request, _number: int) -> bytes:
        assert isinstance(request.json, dict)
        left = answers.get(request.json["email"])
        return left.pop(0) if left else OK

    Path("p.csv").write_text(FILE, "utf-8")
    server.script = script
    run = send("identify", "--from=p.csv", "--skip-invalid", "--custom-fields", "--tag=v<i>p",
               "--retries=1", "--concurrency=1")  # fmt: skip
    assert run.code == 5, run.err
    assert send("runs", "show", "--html", "run.html").out == ""
    return Path("run.html").read_text("utf-8")


def test_it_shows_what_became_of_the_run(page: str) -> None:
    """Counts, failures by reason with an example, what was sent, how to go on."""
    text = Page(page).text
    for word, count in (("accepted", "2"), ("rejected (check)", "1"), ("failed (check)", "1")):
        assert text[text.index(word) - 1] == count
    assert text[text.index("server_error") : text.index("server_error") + 4] == [
        "server_error", "1", "p.csv:4", "trouble",
    ]  # fmt: skip
    assert text[text.index("v<i>p") + 1] == "2"


def test_it_lists_what_is_unknown_and_says_how_to_go_on(send: Send, server: ScriptedServer) -> None:
    """A track whose connection broke may have arrived."""
    Path("t.csv").write_text("email\nann@b.co\nbob@b.co\n")
    server.script = lambda request, _: Reset() if b"bob" in request.body else OK
    assert send("track", "--from=t.csv", "--add-tag=vip").code == 6
    send("runs", "show", "--html", "run.html")
    text = Page(Path("run.html").read_text()).text
    assert text[text.index("bob@b.co") - 1] == "t.csv:3"
    assert any(re.fullmatch(r"sendx runs reconcile \S+", line) for line in text)


def test_it_marks_where_the_service_asked_for_less(page: str) -> None:
    """Also for readers who see no drawing: its title has the numbers."""
    assert page.count('class="throttled"') == 1
    assert re.search(r"<title>Rows accepted per second; the highest bar is [\d.,]+/s</title>", page)


def test_nothing_in_it_can_do_anything(page: str) -> None:
    """No script, no link, no picture from elsewhere; text of others is text."""
    found = Page(page)
    assert found.elements.isdisjoint({"script", "img", "link", "iframe", "a", "form", "object"})
    assert not any(name.startswith("on") or name in {"href", "src"} for name in found.attributes)
    assert "\x1b" not in page
    assert "<script>alert(1)</script>" in " ".join(found.text)
    assert "default-src &#x27;none&#x27;" in page


def test_it_is_for_its_owner_only(page: str) -> None:
    """It has addresses in it."""
    assert page.startswith("<!doctype html>")
    assert stat.S_IMODE(Path("run.html").stat().st_mode) == 0o600


def test_it_does_not_follow_a_link(page: str, send: Send) -> None:
    """Nor replace anything but a plain file."""
    Path("there.html").write_text(page)
    Path("link.html").symlink_to("there.html")
    run = send("runs", "show", "--html", "link.html")
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        "sendx: link.html: the page does not follow symbolic links\n  hint: name the file itself\n"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_it_can_be_read_in_a_browser(
    page: str, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    """On a phone and a desk, in the light and the dark: no error, and axe finds nothing."""
    need("chromium")
    need_module("playwright")
    need_module("axe_playwright_python")
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
    from playwright.sync_api import sync_playwright

    assert page
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        tab = browser.new_page(
            viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
        )
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: said.append(request.url))
        tab.goto(Path("run.html").absolute().as_uri())
        picture = tmp_path / "page.png"
        tab.screenshot(path=str(picture), full_page=True)
        overflow = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = Axe().run(tab)
        browser.close()
    assert said == [Path("run.html").absolute().as_uri()]
    assert overflow <= 0
    assert found.response["violations"] == []
    assert picture.stat().st_size > 10_000
