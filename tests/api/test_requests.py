import pytest

from sendx_cli.api.requests import (
    Call,
    encode_payload,
    headers_for,
    host_in,
    key_check,
    page_call,
    place_in,
)


@pytest.mark.parametrize(
    ("url", "place", "host"),
    [
        ("https://api.sendx.io/api/v1/rest", "api.sendx.io", "api.sendx.io"),
        ("http://127.0.0.1:8080/x", "127.0.0.1:8080", "127.0.0.1"),
        ("http://[::1]:8080/x", "[::1]:8080", "::1"),
        ("https://ann:SECRET@a.co:1/x", "a.co:1", "a.co"),
        ("", "the service", "the service"),
    ],
)
def test_a_service_is_named_without_a_login(url: str, place: str, host: str) -> None:
    """In messages, which others may read."""
    assert (place_in(url), host_in(url)) == (place, host)


def test_pages_are_asked_for_by_where_they_begin() -> None:
    """What is searched for is written so that no service takes a part of it for more."""
    assert key_check("https://a.co/rest") == Call("GET", "https://a.co/rest/tag?limit=1")
    page = page_call("https://a.co", "/contact", offset=200, limit=100)
    assert page == Call("GET", "https://a.co/contact?offset=200&limit=100")
    search = page_call("https://a.co", "/contact", offset=0, limit=1, search="a+b&c /d@e.co")
    wanted = "https://a.co/contact?offset=0&limit=1&search=a%2Bb%26c%20%2Fd%40e.co"
    assert search == Call("GET", wanted)


def test_a_key_stands_behind_its_prefix() -> None:
    """In the one header that has it."""
    assert headers_for("KEY", None)["X-Team-ApiKey"] == "KEY"
    assert headers_for("KEY", "Token")["X-Team-ApiKey"] == "Token KEY"
    others = {name: text for name, text in headers_for("KEY", None).items() if "KEY" not in text}
    assert others.pop("User-Agent").startswith("sendx-cli/")
    assert others == {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }


def test_payloads_are_compact_json_in_utf_8() -> None:
    """Letters stay as they are."""
    assert encode_payload({"a": "é", "b": ["c"]}) == '{"a":"é","b":["c"]}'.encode()
