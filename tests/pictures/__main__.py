"""Makes the pictures of the README from a real run: `python -m tests.pictures`.

`.github/run.svg` is a recording of the terminal, `.github/page.png` the run's page in Chromium.
Needed: Chromium, the development dependencies, and `svg-term` (npm: svg-term-cli) on the PATH.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.pictures.recorder import Recorder

PICTURES = Path(__file__).parents[2] / ".github"
_COMMAND = "sendx identify --from people.csv --tag webinar"
_NAMES = ("Jane", "Joe", "Ann", "Eve", "Tom", "Mia", "Max", "Zoe")
_ROWS = 800
_SERVICE = ("--latency", "30ms-60ms", "--rate-limit", "150/s:20", "--fail", "503:1%")
_PAGE_WIDTH, _PAGE_HEIGHT = 1000, 860


def main() -> None:
    """Record a run, and take a picture of its page."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _write_people(folder / "people.csv")
        environment = _environment(folder)
        with _sandbox(environment) as url:
            recorder = Recorder(folder, environment | {"SENDX_BASE_URL": url})
            recorder.run(_COMMAND, answers={"[y/N]": "y\n"})
        recorder.write(folder / "run.cast")
        svg = ("svg-term", "--in", "run.cast", "--out", str(PICTURES / "run.svg"), "--window")
        subprocess.run(svg, check=True, cwd=folder)
        page = ("sendx", "runs", "show", "--html", "run.html")
        subprocess.run(page, check=True, cwd=folder, env=environment)
        _take_picture(folder / "run.html", PICTURES / "page.png")


def _write_people(path: Path) -> None:
    rows = [
        f"{name.lower()}{number}@example.com;{name};{'vip, trial' if number % 4 == 0 else 'trial'}"
        for number in range(_ROWS // len(_NAMES))
        for name in _NAMES
    ]
    path.write_text("\n".join(["Email;Vorname;Tags", *rows, ""]), "utf-8")


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "SENDX_API_KEY": "key-of-the-sandbox",
    }


@contextmanager
def _sandbox(environment: dict[str, str]) -> Iterator[str]:
    """Yield the address of a sandbox that is as slow and as strict as a real service."""
    command = ("sendx", "sandbox", "serve", "--port", "0", *_SERVICE)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as serving:
        assert serving.stdout is not None
        try:
            yield serving.stdout.readline().strip()
        finally:
            serving.terminate()


def _take_picture(page: Path, picture: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        tab = browser.new_page(viewport={"width": _PAGE_WIDTH, "height": _PAGE_HEIGHT})
        tab.goto(page.as_uri())
        tab.screenshot(path=str(picture))
        browser.close()


if __name__ == "__main__":
    main()
