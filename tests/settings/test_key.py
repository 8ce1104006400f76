import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sendx_cli.errors import KeyUnusable
from sendx_cli.settings.key import MASK, ApiKey, parse_key

CANARY = "Canary0key1never2shown3"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_takes_a_key_less_one_line_break(end: str) -> None:
    """What a pipe puts behind a key is no part of it."""
    assert parse_key(CANARY + end).reveal() == CANARY


def test_nothing_that_prints_a_key_shows_it() -> None:
    """Only `reveal` gives the text."""
    key = parse_key(CANARY)
    shown = [repr(key), str(key), f"{key}", f"{key!r}", "%s" % key, repr([key]), repr({"k": key})]  # noqa: UP031
    assert shown == [MASK] * 5 + [f"[{MASK}]", f"{{'k': {MASK}}}"]
    assert f"{key:>10}" == f"  {MASK}"


def test_a_copied_key_is_the_same_key() -> None:
    """It is a value: equal by its text, also after it was copied or pickled."""
    key = ApiKey(CANARY)
    assert copy.copy(key) == pickle.loads(pickle.dumps(key)) == ApiKey(CANARY) != ApiKey("other")


@pytest.mark.parametrize(
    "text",
    [
        f"{CANARY}\n\n",
        f"{CANARY}\r\nX-Other: y",
        f"\n{CANARY}",
        f"{CANARY}\0",
        f"{CANARY}\u00a0",
        f"\ufeff{CANARY}",
        f"{CANARY}\u200b",
        f"{CANARY}ключ",
        f'"{CANARY}"',
        f"'{CANARY}'",
        f" {CANARY}",
        f"Token {CANARY}",
        f"{CANARY}\t",
        f"{CANARY}\x7f",
        "",
        "\n",
        "short",
        CANARY * 30,
    ],
)
def test_refuses_what_no_header_can_carry(text: str) -> None:
    """The refusal tells what is wrong and never the value."""
    with pytest.raises(KeyUnusable) as refused:
        parse_key(text)
    assert CANARY not in f"{refused.value.message} {refused.value.hint} {refused.value.args}"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii"])
def test_a_byte_order_mark_is_named(encoding: str) -> None:
    """It is invisible in the file, whatever the locale makes of it."""
    text = f"\ufeff{CANARY}".encode().decode(encoding, "surrogateescape")
    with pytest.raises(KeyUnusable) as refused:
        parse_key(text)
    assert refused.value.message == (
        "a byte order mark comes before the API key: save it as UTF-8 without one"
    )


@given(st.text())
def test_whatever_is_taken_fits_a_header(text: str) -> None:
    """A key that was taken is 8 to 512 visible ASCII characters."""
    try:
        key = parse_key(text).reveal()
    except KeyUnusable:
        return
    assert 8 <= len(key) <= 512
    assert all("!" <= character <= "~" for character in key)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the API key is empty"),
        (f"Token {CANARY}", "the API key contains a space"),
        (f"{CANARY}\t", "the API key contains a character that a header cannot"),
        (f"{CANARY}~\x7f", "the API key contains a character that a header cannot"),
        (f'"{CANARY}', "the API key is in quotation marks"),
        (f"{CANARY}'", "the API key is in quotation marks"),
        ("1234567", "an API key has 8 to 512 characters, this has 7"),
        ("x" * 513, "an API key has 8 to 512 characters, this has 513"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, reason: str) -> None:
    """So that somebody who pasted too much or too little sees it."""
    with pytest.raises(KeyUnusable) as refused:
        parse_key(text)
    assert refused.value.message.startswith(reason)


@pytest.mark.parametrize("text", ["12345678", "x" * 512, "!~!~!~!~"])
def test_the_longest_and_the_shortest_key_are_taken(text: str) -> None:
    """With the first and the last visible character of ASCII."""
    assert parse_key(f"{text}\r\n").reveal() == text
