import pytest

from sendx_cli.errors import InvalidValue
from sendx_cli.settings.base_url import check_base_url, origin_of


@pytest.mark.parametrize(
    ("text", "checked"),
    [
        ("https://api.sendx.io/api/v1/rest", "https://api.sendx.io/api/v1/rest"),
        ("https://api.sendx.io/api/v1/rest/", "https://api.sendx.io/api/v1/rest"),
        ("HTTPS://API.sendx.io:8443", "HTTPS://API.sendx.io:8443"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.9.8.7", "http://127.9.8.7"),
        ("http://127.255.255.255", "http://127.255.255.255"),
        ("http://[::1]:8080/rest", "http://[::1]:8080/rest"),
    ],
)
def test_takes_https_and_plain_http_to_this_machine(text: str, checked: str) -> None:
    """A slash at the end is taken off, everything else stays."""
    assert check_base_url(text) == checked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.sendx.io",
        "//api.sendx.io",
        "file:///etc/passwd",
        "ftp://api.sendx.io",
        "http://api.sendx.io",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.1",
        "http://127.0.0.256",
        "http://127.0.0.1.1",
        "http://0.0.0.0",
        "http://128.0.0.1",
        "https://user:secret@api.sendx.io",
        "https://api.sendx.io@evil.example",
        "https://@api.sendx.io",
        "https://api.sendx.io/rest?key=secret",
        "https://api.sendx.io/rest?",
        "https://api.sendx.io/#x",
        "https://api.sendx.io:99999",
        "https://api.sendx.io:0",
        "https://api.sendx.io:",
        "https://api.sendx.io:x",
        "https://",
        "https://:443",
        "https://[::1",
        "https://api sendx.io",
        "https://api.sendx.io\\@evil.example",
        "https://api.sendx.io%2eevil.example",
        "https://api.sendx.io\n.evil.example",
        "https://api.sendx.i\u043e",
        "https://api.sendx.io/r\u0435st",
        "https://api.sendx.io/a rest",
        "https://api.sendx.io/\\rest",
        "https://api.sendx.io/rest\x7f",
    ],
)
def test_refuses_what_could_lead_the_key_astray(text: str) -> None:
    """The refusal does not show the text, which may hold a password."""
    with pytest.raises(InvalidValue) as refused:
        check_base_url(text)
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [
        ("https://api.sendx.io/api", ("https", "api.sendx.io", 443)),
        ("HTTPS://API.SENDX.IO:443", ("https", "api.sendx.io", 443)),
        ("https://api.sendx.io.evil.example", ("https", "api.sendx.io.evil.example", 443)),
        ("http://[::1]", ("http", "::1", 80)),
    ],
)
def test_an_origin_is_scheme_host_and_port(base_url: str, origin: tuple[str, str, int]) -> None:
    """Case and a port that goes without saying make no other origin."""
    assert origin_of(base_url) == origin
