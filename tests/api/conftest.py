"""Two engines carry calls: libcurl by pycurl, and httpx where pycurl is not installed.

Where it is missing here, the tests of the first are skipped by name. With `CI=true` that is a
failure, but for the one job that is there to run without it and says so: `WITHOUT_LIBCURL=true`.
"""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.api.tls_servers import TlsServer
from tests.tools import need_libcurl


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority of the tests' own."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """The authority's certificate, for who is to trust it."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def other_ca_file(tmp_path: Path) -> Path:
    """Another authority's certificate, for who is not to trust the first."""
    path = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(path)
    return path


def context_for(authority: trustme.CA, host: str) -> ssl.SSLContext:
    """Return what a server that the authority vouches for as `host` speaks TLS with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


@pytest.fixture
def localhost_context(authority: trustme.CA) -> ssl.SSLContext:
    """For a server at `localhost` that the authority vouches for."""
    return context_for(authority, "localhost")


@pytest.fixture
def other_host_context(authority: trustme.CA) -> ssl.SSLContext:
    """For a server that the authority vouches for by another name than `localhost`."""
    return context_for(authority, "other.example")


@pytest.fixture
def strange_context() -> ssl.SSLContext:
    """For a server at `localhost` that an authority nobody knows vouches for."""
    return context_for(trustme.CA(), "localhost")


@pytest.fixture
def tls_server(localhost_context: ssl.SSLContext) -> Iterator[TlsServer]:
    """A server at `localhost` that the authority vouches for."""
    with TlsServer(context=localhost_context) as running:
        yield running


@pytest.fixture
def libcurl() -> None:
    """For tests of that engine alone."""
    need_libcurl()
