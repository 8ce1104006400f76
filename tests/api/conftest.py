import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.api.tls_servers import TlsServer


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


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[TlsServer]:
    """A server at `localhost` that the authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with TlsServer(context=context) as running:
        yield running
