"""The account's names at a `<TAB>`, as they were when last read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sendx_cli.account.name_cache import keep_names
from sendx_cli.completion.answer import answer
from sendx_cli.completion.candidates import Kind
from sendx_cli.completion.reply import reply
from sendx_cli.core.account.catalogue import Catalogue, ContactList, CustomField
from sendx_cli.runtime import Runtime

KEY = "a1b2c3d4e5"
HOSTILE = ["$(touch ran)", "`touch ran`", "it's", 'say "x"', "a b;c", "*"]
CATALOGUE = Catalogue(
    tags={f"tag_{n}": name for n, name in enumerate(["vip", "very new", *HOSTILE, "x\ny"])},
    fields={"1": CustomField("Plan", None), "2": CustomField("Seats", None)},
    lists={"list_1": ContactList("list_1", "Newsletter")},
)


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names were kept by the key that is in the environment."""
    monkeypatch.setenv("SENDX_API_KEY", KEY)
    keep_names(CATALOGUE, Runtime(environ=os.environ).settings({}))


def offered(*words: str) -> list[str]:
    return [candidate.text for candidate in answer(words).candidates]


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (["identify", "--tag", "v"], ["very new", "vip"]),
        (["identify", "--add-tag=v"], ["--add-tag=very new", "--add-tag=vip"]),
        (["track", "--add-tag", "vi"], ["vip"]),
        (["track", "a@example.com", "--remove-tag", "vi"], ["vip"]),
        (["identify", "--list", ""], ["Newsletter"]),
        (["identify", "--field", ""], ["Plan=", "Seats="]),
        (["identify", "--field", "Plan=g"], []),
        (
            ["identify", "--map", "Tier=field:"],
            ["Tier=field:Tier", "Tier=field:Plan", "Tier=field:Seats"],
        ),
        (["track", "--map", "Tier=field:"], []),
        (["identify", "--base-url", "https://x.example", "--tag", "v"], []),
        (["identify", "--profile", "nobody", "--tag", "v"], []),
    ],
)
def test_names_of_the_account_are_offered(words: list[str], texts: list[str]) -> None:
    """Of the account that the command would be sent to."""
    assert offered(*words) == texts


def test_a_field_is_followed_by_its_value() -> None:
    """No blank is put behind it."""
    assert answer(["identify", "--field", "P"]).kind is Kind.OPEN


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"tags":{"a":1}}', b"\xff"])
def test_a_damaged_cache_offers_nothing(content: bytes) -> None:
    """And raises nothing."""
    for path in Path(os.environ["XDG_STATE_HOME"]).glob("sendx/names/*"):
        path.write_bytes(content)
    assert offered("identify", "--tag", "") == []


def test_names_that_a_shell_would_run_are_quoted() -> None:
    """Nothing in a name is a command, and what would break a line is not offered."""
    texts = reply("bash", {"_SENDX_LINE": "sendx track --add-tag "}, []).splitlines()[1:]
    assert r"\$\(touch\ ran\)" in texts
    assert r"\`touch\ ran\`" in texts
    assert len(texts) == len(HOSTILE) + 2


def test_a_tab_loads_no_network_and_no_option_parser(home: Path) -> None:
    """It reads two files."""
    code = (
        "import sys\nfrom sendx_cli.completion.answer import answer\n"
        "assert answer(['identify', '--tag', 'vi']).candidates\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert home.exists()
    heavy = {"httpx", "pycurl", "asyncio", "sqlite3", "rich", "typer", "ssl", "subprocess"}
    assert not heavy & set(loaded)
