"""Whatever is read, nothing ends as a bug: for an hour, `python -m tests.torture`."""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.errors import ExitCode
from sendx_cli.runtime import Runtime
from tests.conftest import CANARY, Run, invoke
from tests.journal.journals import begin, decided, people, tracked
from tests.servers import Answering, Reset, ScriptedServer, answer

RAN = set(ExitCode) - {ExitCode.BUG}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "utf-32", "latin-1")
CELLS = ("email", "a@b.co", "<c@d.eu>", "++1", "-2", "1e5", "2020-02-30", "3/4/21", "=1+1", "no")
FILES = (
    "email,first_name,tags\na@b.co,Ann,vip\nB@B.CO,,\n",
    "E-Mail;Vorname;Geburtstag;abgemeldet\na@b.co;Jo;1.2.1980;nein\nc@d.eu;Al;3.4.1981;ja\n",
    'People of May\n\n"email"\t"visits"\n"a@b.co"\t"1"\n',
    '{"email": "a@b.co", "firstName": "Ann", "customFields": {"x": 1}}\n{"email": "c@d.eu"}\n',
)
CONFIGS = (
    'default_profile = "main"\n\n[profiles.main]\nbase_url = "https://a.co/api"\nrate = 5\n',
    "[profiles.a]\ntimeout = 3.5\nconcurrency = 2\n[profiles.b]\n",
)
MAPS = (
    '[columns]\n"E-Mail" = "email"\nx = "field:x"\n',
    'date_order = "dmy"\n[columns]\nx = "tags"\n',
)
BODIES = ('{"status": "200", "message": "OK"}', '{"error": {"code": 7}}', "[1]", "<html>", "")
ODD = ('"', "'", ",", ";", "\t", "|", "\n", "\r", "\r\n", "\0", "\x1a", "\ufeff", "\u2028", " ")
SYNTAX = ("{", "}", "[", "]", ":", '"email"', "null", "true", "1e999", "-0", '"\\ud800"', "sep=;")


def spoiled(texts: tuple[str, ...], *pieces: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """Bytes that nearly make sense: a right text, spoiled in a few places, in some encoding."""
    piece = st.sampled_from([one for some in pieces for one in some]) | st.text(max_size=3)
    places = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), piece), max_size=4)

    def spoil(text: str, places: list[tuple[float, int, str]], codec: str) -> bytes:
        for place, dropped, piece in places:
            at = int(place * len(text))
            text = text[:at] + piece + text[at + dropped :]
        return text.encode(codec, "replace")

    codecs = st.sampled_from(("utf-8",) * 6 + ENCODINGS)
    return st.builds(spoil, st.sampled_from(texts), places, codecs) | st.binary(max_size=100)


def home() -> Path:
    """Return the test's own home, where nothing of the machine is."""
    return Path(os.environ["HOME"])


def sendx(*words: str) -> Run:
    """Run a command in this process."""
    environ = {**os.environ, "SENDX_API_KEY": CANARY}
    runtime = Runtime(environ=environ, stdin=io.StringIO())
    run = invoke(words, runtime)
    assert run.code in RAN, run
    assert CANARY not in run.out + run.err
    return run


@given(content=spoiled(FILES, CELLS, ODD, SYNTAX), name=st.sampled_from(["p.csv", "p.jsonl", "p"]))
def test_any_file_is_read_or_refused(content: bytes, name: str) -> None:
    """And a plan is shown or a reason."""
    path = home() / name
    path.write_bytes(content)
    words = ("--dry-run", "--skip-invalid", "--custom-fields", "--date-order", "dmy")
    run = sendx("identify", "--from", str(path), *words)
    assert run.out + run.err


@given(content=spoiled(CONFIGS, ODD, SYNTAX))
def test_any_config_file_is_read_or_refused(content: bytes) -> None:
    """Before anything is sent."""
    path = home() / "config" / "sendx" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)
    try:
        sendx("config", "list")
        sendx("identify", "a@b.co", "--dry-run")
    finally:
        path.unlink()


@given(content=spoiled(MAPS, ODD, SYNTAX))
def test_any_map_file_is_read_or_refused(content: bytes) -> None:
    """It says which column is what."""
    (home() / "map.toml").write_bytes(content)
    (home() / "p.csv").write_bytes(b"E-Mail,x\na@b.co,1\n")
    words = ("--map-file", str(home() / "map.toml"), "--dry-run")
    sendx("identify", "--from", str(home() / "p.csv"), *words)


@pytest.fixture(scope="module")
def answering() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


CONTROLS: tuple[Literal["Cc"], ...] = ("Cc",)
HEADER_NAMES = ("Retry-After", "X-RateLimit-Remaining", "RateLimit-Reset", "Content-Type", "Date")
ANSWERS = st.builds(
    answer,
    st.integers(200, 599),
    spoiled(BODIES, ODD, SYNTAX),
    st.dictionaries(
        st.sampled_from(HEADER_NAMES),
        st.text(st.characters(codec="latin-1", exclude_categories=CONTROLS), max_size=12),
        max_size=3,
    ),
    st.text(st.characters(codec="ascii", exclude_categories=CONTROLS), max_size=8),
)
BROKEN = st.builds(
    Reset, st.binary(max_size=300) | st.binary(max_size=80).map(b"HTTP/1.1 ".__add__)
)


@given(content=ANSWERS | BROKEN)
def test_any_answer_is_judged(answering: ScriptedServer, content: Answering) -> None:
    """As one of ours, with a message, whatever was sent back."""
    answering.script = lambda _request, _number: content
    words = ("--base-url", answering.url, "--retries", "0", "--timeout", "5", "-o", "jsonl")
    run = sendx("track", "a@b.co", "--add-tag", "x", *words)
    assert run.out + run.err


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run amid its sending, as a kill left it: its files."""
    directory, left = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("left")
    with begin(directory, tracked(20)) as journal:
        rows = list(journal.pending())
        journal.mark_sending(rows[:5])
        journal.record([decided(row, Outcome.ACCEPTED) for row in rows[:3]])
        shutil.copytree(directory, left, dirs_exist_ok=True)
    begin(left, people(3)).close()
    return left


HARMS = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.sampled_from(["flip", "cut", "put", "remove", "fill"]),
        st.floats(0, 1),
        st.binary(min_size=1, max_size=40),
    ),
    min_size=1,
    max_size=3,
)


def harm(path: Path, kind: str, place: float, content: bytes) -> None:
    """Damage one file."""
    before = path.read_bytes()
    at = int(place * len(before))
    match kind:
        case "remove":
            path.unlink()
        case "cut":
            path.write_bytes(before[:at])
        case "put":
            path.write_bytes(before[:at] + content + before[at:])
        case "fill":
            path.write_bytes(before[:at] + content + before[at + len(content) :])
        case _:
            flipped = bytes([before[at] ^ (content[0] or 1)]) if at < len(before) else b""
            path.write_bytes(before[:at] + flipped + before[at + 1 :])


@given(harms=HARMS)
def test_any_journal_is_read_or_refused(
    journal: Path, harms: list[tuple[int, str, float, bytes]]
) -> None:
    """Whatever became of its files."""
    runs = home() / "state" / "sendx" / "runs"
    shutil.rmtree(runs, ignore_errors=True)
    shutil.copytree(journal, runs)
    for number, kind, place, content in harms:
        files = sorted(path for path in runs.iterdir() if path.is_file())
        harm(files[number % len(files)], kind, place, content)
    for words in (("list",), ("show",), ("show", "--state", "accepted"), ("resume", "--dry-run")):
        sendx("runs", *words)
