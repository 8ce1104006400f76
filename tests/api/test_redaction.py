import json

import pytest

from sendx_cli.api.redaction import MASK, redacted

SECRET = "a/b&c"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain",
        b'{"message": "OK"}',
        rb"not JSON: \x",
        rb'{"message": "a\"b"}',
        b"[" * 100_000,
    ],
    ids=["empty", "text", "JSON", "a backslash", "an escape", "deep"],
)
def test_an_answer_without_the_secret_stays_as_it_came(body: bytes) -> None:
    """To the byte, whatever it is."""
    assert redacted(body, SECRET) == body


@pytest.mark.parametrize("written", [r"a/b&c", r"a\/b\u0026c", r"\u0061/b&c"])
def test_the_secret_is_found_however_json_writes_it(written: str) -> None:
    """In texts and in names, at any depth; all else keeps its value."""
    body = f'{{"n": [1, true, null, {{"x {written}": "y {written} z"}}], "e": "\\u00e9"}}'
    clean = redacted(body.encode(), SECRET)
    assert json.loads(clean) == {"n": [1, True, None, {f"x {MASK}": f"y {MASK} z"}], "e": "é"}


def test_the_secret_is_found_in_what_is_no_json() -> None:
    """As a page of a proxy may show it."""
    assert redacted(rb"<p>\ key: a/b&c</p>", SECRET) == rb"<p>\ key: " + MASK.encode() + b"</p>"
