"""Which proxy stands before the service, by the environment."""

import pytest

from sendx_cli.api.proxies import proxy_for, refuse_unusable, shown_proxy
from sendx_cli.errors import ServiceUnusable

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


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://p:3128", "http://p:3128"),
        ("https://p", "https://p"),
        ("http://[::1]:3128/", "http://[::1]:3128"),
        ("http://[::1]", "http://[::1]"),
        ("http://ann:SECRET@p:3128", "http://p:3128"),
        ("http://ann:SEC@RET@p:3128", "http://p:3128"),
        ("http://ann:SEC/RE#T?@p:3128", "http://p:3128"),
        ("http://ann:SEC://RET@p:3128", "http://p:3128"),
        ("http://p:3128/SECRET", "http://p:3128"),
        ("http://p:3128?SECRET", "http://p:3128"),
        ("http://p:3128#SECRET", "http://p:3128"),
        ("http://ann:SECRET", "http://ann:***"),
        ("ann:SECRET@p:3128", "p:3128"),
        ("ann:SECRET", "ann:***"),
        ("http://ann:SECRET@[p", "http://[p"),
    ],
)
def test_a_proxys_password_is_not_shown(proxy: str, shown: str) -> None:
    """Also where the URL is malformed, so that nobody can say what is its password."""
    assert shown_proxy(proxy) == shown


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("socks5://u:SECRET@p:9", "the proxy socks5://p:9 cannot be used: it is neither http://"),
        ("http://", "the proxy http:// cannot be used: it has no host"),
        ("http://u:SECRET@h:99999", "the proxy http://h:99999 cannot be used: its port is not"),
        ("http://h:0", "the proxy http://h:0 cannot be used: its port is not a number"),
        ("http://h:SECRET", "the proxy http://h:*** cannot be used: its port is not a number"),
        ("http://u:SECRET@[bad", "the proxy http://[bad cannot be used: it is not a URL"),
    ],
)
def test_a_malformed_proxy_is_named(proxy: str, told: str) -> None:
    """With what is wrong with it, before anything is sent."""
    with pytest.raises(ServiceUnusable) as raised:
        refuse_unusable(proxy)
    assert raised.value.message.startswith(told)


@pytest.mark.parametrize("proxy", [None, "http://p", "https://u:x@p:3128", "http://[::1]:1/"])
def test_a_proxy_that_can_be_used_is_not_refused(proxy: str | None) -> None:
    """Whether somebody listens there shows with the first call."""
    refuse_unusable(proxy)
