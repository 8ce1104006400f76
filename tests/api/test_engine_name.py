import re
import sys

import pytest

from sendx_cli.api.engine_name import engine_name


def test_libcurl_is_named_with_its_tls_library() -> None:
    """As people report it."""
    pytest.importorskip("pycurl", reason="libcurl's binding is not installed")
    assert re.fullmatch(r"libcurl/[\d.]+\S* \S+/\S+", engine_name())


def test_httpx_is_named_with_why_it_carries_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no libcurl."""
    monkeypatch.setitem(sys.modules, "sendx_cli.api.curl_exchange", None)
    assert re.fullmatch(r"httpx/[\d.]+ \S+/\S+ \(pycurl is not installed\)", engine_name())
