import base64
import html
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.servers import Answering, Request, ScriptedServer, answer, json_answer

KEY = "Canary&0<key>/never?shown+3=x"
"""Every encoding writes some of its characters in another way."""

FORMS = {
    "as it is": KEY,
    "in a URL": quote(KEY, safe=""),
    "in a form": quote_plus(KEY),
    "in Base64": base64.b64encode(KEY.encode()).decode().rstrip("="),
    "in HTML": html.escape(KEY),
    "in JSON": json.dumps(KEY)[1:-1].replace("/", "\\/"),
    "as hexadecimal digits": KEY.encode().hex(),
    "its first half": KEY[: len(KEY) // 2],
    "its second half": KEY[len(KEY) // 2 :],
}
THROTTLED = 429
PEOPLE = "email,Plan\n" + "".join(f"p{n}@b.co,pro\n" for n in range(9))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a file of people."""
    directory = tmp_path / "work"
    directory.mkdir()
    monkeypatch.chdir(directory)
    (directory / "people.csv").write_text(PEOPLE, "utf-8")
    return directory


@pytest.fixture
def config(home: Path) -> Path:
    """The config file, which is not there yet."""
    path = home / "config" / "sendx" / "config.toml"
    path.parent.mkdir(parents=True, mode=0o700)
    return path


def escaped(text: str) -> str:
    r"""Write a text's characters as JSON may: `\u0043` and so on."""
    return "".join(f"\\u{ord(character):04x}" for character in text)


def tells(status: int, body: bytes, *, kind: str = "application/json") -> bytes:
    """Return an answer that repeats the key wherever an answer can."""
    headers = {
        "Content-Type": kind,
        "Location": f"/elsewhere?key={KEY}",
        # A wait that is too long to be waited ends a run at once.
        "Retry-After": "86400" if status == THROTTLED else KEY,
        "WWW-Authenticate": f'Basic realm="{KEY}"',
        "X-Team-ApiKey": KEY,
    }
    return answer(status, body, headers, reason=f"No {KEY}")


SAYS = json.dumps({"status": 400, "message": f"not with {KEY}", "seen": {KEY: [KEY]}}).encode()
SAYS_ESCAPED = b'{"status": 400, "message": "not with ' + escaped(KEY).encode() + b'"}'

TELLTALES: dict[str, Answering] = {
    "rejected": tells(422, SAYS),
    "rejected, escaped": tells(422, SAYS_ESCAPED),
    "refused": tells(401, SAYS),
    "redirected": tells(302, b""),
    "throttled": tells(THROTTLED, SAYS),
    "broken": tells(500, SAYS),
    "web page": tells(200, f"<h1>{KEY}</h1>".encode(), kind="text/html"),
    "text": tells(400, f"no {KEY}".encode(), kind="text/plain"),
}


def telltale(request: Request, number: int) -> Answering:
    """Accept every other contact, and answer the others in all the ways that repeat the key."""
    if request.method == "GET" or number % 2:
        return tells(200, json.dumps({"status": 200, "message": f"OK {KEY}"}).encode())
    kinds = [TELLTALES["rejected"], TELLTALES["rejected, escaped"], TELLTALES["broken"]]
    return kinds[number // 2 % len(kinds)]


def pages(request: Request) -> Answering:
    """Answer with one tag, named like the key, and nothing else."""
    tags = [{"id": "1", "name": f"vip {KEY}"}]
    return json_answer(200, tags if "/tag?" in request.path else [])


@pytest.fixture
def talking(server: ScriptedServer) -> ScriptedServer:
    """A service that repeats the key in everything it says."""
    server.script = telltale
    server.pages = pages
    return server


Found = Callable[..., list[str]]


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Tells where the key is found: in these texts, and in any file but those named."""

    def find(*texts: str, but: tuple[Path, ...] = ()) -> list[str]:
        return [*_in_texts(texts), *_in_files(tmp_path, but)]

    return find


def _in_texts(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from (f"{how}: {text}" for how, form in FORMS.items() if form in text)


def _in_files(directory: Path, but: tuple[Path, ...]) -> Iterator[str]:
    for path in directory.rglob("*"):
        content = path.read_bytes() if path.is_file() and path not in but else b""
        for how, form in FORMS.items():
            if form.encode() in content or form in str(path):
                yield f"{how}: {path}"
