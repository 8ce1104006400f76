from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.errors import ConfigUnusable
from sendx_cli.settings.config_text import parse_config
from sendx_cli.settings.key import parse_key

CANARY = "Canary0key1never2shown3"
PATH = Path("/c/config.toml")

WHOLE = f"""\
default_profile = "main"
[profiles.main]
api_key_command = "op read op://Marketing/SendX/key"
[profiles.staging]
api_key = "{CANARY}"
base_url = "https://stag1.sendx.io/api/v1/rest/"
timeout = 60
rate = 50
concurrency = 16
production = true
"""


def _refusal(text: str | bytes) -> ConfigUnusable:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ConfigUnusable) as refused:
        parse_config(content, PATH)
    return refused.value


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_reads_what_editors_write(mark: str, line_end: str) -> None:
    """With and without a byte order mark, with either line end."""
    content = (mark + WHOLE.replace("\n", line_end)).encode()
    assert parse_config(content, PATH) == (
        "main",
        {
            "main": {"api_key_command": "op read op://Marketing/SendX/key"},
            "staging": {
                "api_key": parse_key(CANARY),
                "base_url": "https://stag1.sendx.io/api/v1/rest",
                "timeout": 60.0,
                "rate": 50.0,
                "concurrency": 16,
                "production": True,
            },
        },
    )


@pytest.mark.parametrize("content", [b"", b"\n", b"# nothing yet\n"])
def test_an_empty_file_says_nothing(content: bytes) -> None:
    """It is no trouble."""
    assert parse_config(content, PATH) == (None, {})


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f'[profiles.main]\napi_key = "{CANARY}', "/c/config.toml:2:35"),
        (f"[profiles.main]\napi_key = {CANARY}\n", "/c/config.toml:2:11"),
        (f'[profiles.main]\n\napi_key "{CANARY}"\n', "/c/config.toml:3:9"),
        (f'[profiles.main]\napi_key="{CANARY}"\napi_key="{CANARY}"\n', "/c/config.toml:3:34"),
        ("x = " + "[" * 5000, "/c/config.toml:1"),
        ("rate = 2026-13-45", "/c/config.toml:1"),
        (f"rate = {'9' * 5000}", "/c/config.toml:1"),
    ],
)
def test_what_is_no_toml_is_refused_with_its_place(text: str, where: str) -> None:
    """Line and column are told, what stands there is not."""
    error = _refusal(text)
    assert (error.message, CANARY in str(error.hint)) == ("not valid TOML", False)
    assert str(error.where).startswith(where.rpartition(":")[0])


def test_a_broken_line_is_named_with_its_column() -> None:
    """Exactly where it is."""
    assert _refusal(f"[profiles.main]\napi_key = {CANARY}\n").where == "/c/config.toml:2:11"


def test_what_is_no_utf8_is_refused_with_its_line() -> None:
    """An editor with another encoding leaves such a file."""
    error = _refusal(b'[profiles.main]\napi_key_prefix = "T\xf6ken"\n')
    assert (error.message, error.where) == ("not UTF-8 text", "/c/config.toml:2")


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        (
            "[profiles.main]\nrate = 5\n[profiles.b]\nrte = 50\n",
            'unknown setting "rte": did you mean "rate"?',
            "/c/config.toml:4",
        ),
        (f'[profiles.main]\n{CANARY} = "x"\n', "unknown setting", "/c/config.toml:2"),
        (
            "[profile.main]\nrate = 5\n",
            'unknown setting "profile": did you mean "profiles"?',
            "/c/config.toml:1",
        ),
        (f'api_key = "{CANARY}"\n', "unknown setting", "/c/config.toml:1"),
        (
            '[profiles.main]\nrate = "50"\n',
            "rate: must be a number",
            "/c/config.toml:2",
        ),
        (
            "[profiles.main]\nretries = 4.5\n",
            "retries: must be a number",
            "/c/config.toml:2",
        ),
        (
            "[profiles.main]\nconcurrency = 1000\n",
            "concurrency: must be a whole number from 1 to 200",
            "/c/config.toml:2",
        ),
        ("[profiles.main]\nrate = nan\n", "rate: must be a number from 0.001 to 100000", ":2"),
        (f'[profiles.main]\noutput = "{CANARY}"\n', "output: must be one of", ":2"),
        (f'[profiles.main]\napi_key = "{CANARY} x"\n', "api_key: the API key contains", ":2"),
        (f'[profiles.main]\napi_key = ["{CANARY}"]\n', "api_key: must be text", ":2"),
        (
            f'[profiles.main]\nbase_url = "https://{CANARY}@h.example"\n',
            "base_url: must not contain a user name or password",
            ":2",
        ),
        (
            f'[profiles.main]\napi_key = "{CANARY}"\napi_key_command = "x"\n',
            "the profile has both api_key and api_key_command: keep one",
            ":3",
        ),
        ("default_profile = 1\n", "default_profile must be text in quotation marks", ":1"),
        (f'profiles = "{CANARY}"\n', "profiles must be tables", ":1"),
        (f'[profiles]\nmain = "{CANARY}"\n', "a profile must be a table", ":2"),
        (f'[profiles."{CANARY} x"]\n', "a profile's name has", "config.toml"),
        (f'profiles.main.rat = "{CANARY}"\n', 'unknown setting "rat"', "config.toml"),
    ],
)
def test_what_is_no_setting_is_refused_with_its_line(text: str, message: str, where: str) -> None:
    """The values of the file are never shown: any of them may be the key."""
    error = _refusal(text)
    assert error.message.startswith(message)
    assert str(error.where).endswith(where)
    assert CANARY not in f"{error.message} {error.where} {error.hint} {error.__cause__}"


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_text_does_anything_else(text: str | bytes) -> None:
    """Any bytes are read or refused."""
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    try:
        parse_config(content, PATH)
    except ConfigUnusable:
        return
