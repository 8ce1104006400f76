"""A run's page in a real browser, made of hostile text."""

from pathlib import Path

import pytest

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.totals.timeline import Timeline
from sendx_cli.core.totals.totals import Failure
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.run_page import RunPage
from tests.hostile.payloads import TEXTS, harm_in
from tests.tools import need, need_module


def page_of(texts: list[str]) -> str:
    return RunPage(
        title=" ".join(texts),
        facts=[(text, text) for text in texts],
        outcome=" ".join(texts),
        counts=[(text, 1, True) for text in texts],
        timeline=Timeline(1, ()),
        latency=" ".join(texts),
        failures=[Failure(Outcome.REJECTED, text, 1, text, text) for text in texts],
        unknown=[(text, text) for text in texts],
        unknown_count=len(texts),
        sent=[(text, [(text, 1)]) for text in texts],
        next_commands=[NextCommand(text, text) for text in texts],
    ).html()


def test_it_holds_nothing_harmful() -> None:
    """No control and no direction, and it can be written as UTF-8."""
    page = page_of(list(TEXTS.values()))
    assert harm_in(page.replace("\n::", "\nx::")) == []
    assert page.encode("utf-8")


@pytest.mark.parametrize("has_policy", [True, False], ids=["with its policy", "without"])
def test_no_script_runs_in_a_browser(tmp_path: Path, has_policy: bool) -> None:
    """Nor is anything loaded or linked to: by its own policy, and already by its escaping."""
    need("chromium")
    need_module("playwright")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "run.html"
    path.write_text(page_of(list(TEXTS.values())), "utf-8")
    seen: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        tab = browser.new_page(bypass_csp=not has_policy)
        tab.on("console", lambda message: seen.append(message.text))
        tab.on("pageerror", lambda error: seen.append(str(error)))
        tab.on("dialog", lambda dialog: seen.append(dialog.message))
        tab.on("request", lambda request: seen.append(request.url))
        tab.goto(path.as_uri())
        tab.mouse.move(200, 200)
        tab.keyboard.press("Tab")
        title = tab.title()
        elements = set(tab.evaluate("[...document.querySelectorAll('*')].map(e => e.localName)"))
        events = tab.evaluate(
            "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
            ".filter(n => n.startsWith('on') || n == 'href' || n == 'src')"
        )
        shown = tab.evaluate("document.body.innerText")
        browser.close()
    assert seen == [path.as_uri()]
    assert title != "gotcha"
    assert TEXTS["script"] in title
    assert elements.isdisjoint({"script", "img", "svg", "a", "iframe", "object", "embed", "link"})
    assert events == []
    assert TEXTS["event"] in shown


def test_its_policy_keeps_even_a_script_of_its_own_from_running(tmp_path: Path) -> None:
    """Should escaping ever fail."""
    need("chromium")
    need_module("playwright")
    from playwright.sync_api import sync_playwright

    attack = (
        "<script>document.title='gotcha'</script><img src=x onerror=\"document.title='gotcha'\">"
    )
    path = tmp_path / "run.html"
    path.write_text(page_of(["x"]).replace("<main>", f"<main>{attack}"), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        tab = browser.new_page()
        tab.goto(path.as_uri())
        title = tab.title()
        browser.close()
    assert title == "x"
