"""Which proxy stands before the service, by the environment."""

import pytest

from sendx_cli.api.proxies import proxy_for

SERVICE = "https://api.sendx.io/api/v1/rest"


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ({"https_proxy": "https://p:1"}, "https://p:1"),
        ({"HTTPS_PROXY": "p:1"}, "http://p:1"),
        ({"HTTPS_PROXY": "http://who:secret@p:1"}, "http://who:secret@p:1"),
        ({"ALL_PROXY": "http://all:1"}, "http://all:1"),
        ({"all_proxy": "http://all:1"}, "http://all:1"),
        ({"ALL_PROXY": "http://all:1", "HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "api.sendx.io"}, None),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "example.com, .sendx.io"}, None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "sendx.com"}, "http://p:1"),
    ],
)
def test_the_environment_names_the_proxy(
    environ: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPS_PROXY before ALL_PROXY; NO_PROXY takes hosts and domains out, as curl has it."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(SERVICE) == proxy


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:1/rest", "http://localhost", "https://"])
def test_requests_in_clear_go_to_no_proxy(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would read the key."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://p:1")
    assert proxy_for(base_url) is None
