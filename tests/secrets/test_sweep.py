"""One search for the key through all that commands say and write."""

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.secrets.conftest import FORMS, KEY, TELLTALES, Found
from tests.servers import ScriptedServer

FILE = ("--from", "people.csv", "--custom-fields")
COMMANDS: list[tuple[str, ...]] = [
    ("identify", "a@b.co", "--tag", "x"),
    ("identify", "a@b.co", "--tag", "x", "--dry-run", "-o", "json"),
    ("identify", "a@b.co", "--tag", "x", "-v", "-v", "--debug", "-o", "table"),
    ("track", "a@b.co", "c@b.co", "--add-tag", "x", "-o", "csv"),
    ("identify", *FILE, "--dry-run"),
    ("identify", *FILE, "--report", "one.jsonl", "--save-map", "map.toml", "-v", "--debug"),
    ("track", "--from", "people.csv", "--ignore", "Plan", "--add-tag", "x", "--report", "two.csv"),
    ("identify", *FILE, "--only-changed", "--yes", "--snapshot", "-o", "table", "--plain"),
    ("identify", *FILE, "--batch", "5", "--yes", "-o", "json"),
    ("identify", "--from", "-", "--stream", "--custom-fields"),
    ("runs", "list", "-o", "json"),
    ("runs", "show"),
    ("runs", "show", "--state", "rejected", "-o", "jsonl"),
    ("runs", "show", "--state", "unknown", "-o", "csv"),
    ("runs", "show", "--html", "run.html"),
    ("runs", "resume", "--retry-unknown"),
    ("runs", "verify"),
    ("runs", "reconcile"),
    ("runs", "undo", "--yes"),
    ("lookup", "a@b.co"),
    ("lookup", "--from", "people.csv", "-o", "csv"),
    ("login", "--check"),
    ("doctor",),
    ("doctor", "-o", "json"),
    ("config", "list", "-o", "table"),
    ("config", "list", "-o", "json"),
    ("config", "list", "-o", "csv"),
    ("config", "get", "api_key"),
    ("config", "get", "api_key_command"),
    ("config", "path"),
    ("completion", "bash"),
    ("help", "environment"),
    # Where people put it by mistake.
    ("login", KEY),
    ("config", "set", "api_key", KEY),
    ("identify", "a@b.co", "--api-key", KEY),
    ("identify", "a@b.co", f"--api-key={KEY}"),
    ("--api-key", KEY, "identify", "a@b.co"),
]
SOURCES = {
    "environment": "",
    "file": f"api_key = '{KEY}'\n",
    "command": f"api_key_command = \"echo '{KEY}'\"\n",
}


@pytest.fixture(params=SOURCES)
def settings(
    request: pytest.FixtureRequest, config: Path, talking: ScriptedServer
) -> dict[str, str]:
    """The environment; where the key does not come from it, it comes from the config file."""
    text = f"[profiles.main]\nbase_url = '{talking.url}'\nretries = 0\n{SOURCES[request.param]}"
    config.write_text(text, "utf-8")
    config.chmod(0o600)
    return {"SENDX_API_KEY": KEY} if request.param == "environment" else {}


def test_no_command_shows_or_keeps_the_key(
    sendx: Command, settings: dict[str, str], folder: Path, config: Path, found: Found
) -> None:
    """Neither in outputs, messages, journals, reports, failed rows, caches, pages nor names."""
    build = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    env = {**settings, **build}
    people = (folder / "people.csv").read_text("utf-8")
    for words in COMMANDS:
        run = sendx(*words, env=env, stdin=people)
        assert run.code != 1, run.err
        assert found(run.out, run.err, but=(config,)) == [], words
    for made in ("one.jsonl", "two.csv", "run.html", "summary.md", "people.failed.csv"):
        assert (folder / made).is_file(), made


@pytest.mark.parametrize("how", TELLTALES)
@pytest.mark.parametrize(
    "words",
    [
        ("identify", "a@b.co", "--tag", "x", "--debug", "-v"),
        (
            "track",
            "--from",
            "people.csv",
            "--ignore",
            "Plan",
            "--add-tag",
            "x",
            "--report",
            "r.csv",
        ),
        ("lookup", "a@b.co"),
        ("doctor",),
    ],
)
def test_an_answer_that_repeats_the_key_is_told_without_it(
    sendx: Command,
    by_engine: str,
    talking: ScriptedServer,
    folder: Path,
    found: Found,
    words: tuple[str, ...],
    how: str,
) -> None:
    """In its body, its headers and its reason, by either engine."""
    assert by_engine
    assert folder.is_dir()
    talking.script = lambda _request, _number: TELLTALES[how]
    talking.pages = lambda _request: TELLTALES[how]
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": talking.url, "SENDX_RETRIES": "0"}
    run = sendx(*words, env=env)
    assert run.code not in {0, 1}, run.err
    assert found(run.out, run.err) == []


def test_the_search_finds_the_key_in_every_form(folder: Path, found: Found) -> None:
    """Else it would prove nothing."""
    for number, (how, form) in enumerate(FORMS.items()):
        (folder / "kept").write_text(f"x{form}y")
        assert any(one.startswith(f"{how}: ") for one in found())
        assert any(one.startswith(f"{how}: ") for one in found(f"{number} {form}"))
