"""Which authorities are trusted, by the settings and by what the system offers."""

import hashlib
import socket
import ssl
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlsplit

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sendx_cli.api.requests import Call
from sendx_cli.api.tls import TrustedPaths, refuse_unreadable, trust, trusted_paths
from sendx_cli.errors import ServiceUnusable
from sendx_cli.runtime import Runtime
from sendx_cli.wiring import exchange_for
from tests.api.engines import KEY
from tests.api.tls_servers import TlsServer
from tests.conftest import Command

Purposes = bool | frozenset[str]
SERVERS, CLIENTS = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
HINT = "SENDX_CA_BUNDLE and SSL_CERT_FILE must name a file of certificates in PEM format"


class System(NamedTuple):
    """Where the system says that its authorities are."""

    cafile: str | None
    capath: str | None


def hashed(ca_file: Path, directory: Path) -> Path:
    """Put the authority into a directory as OpenSSL looks it up: by its subject, in lower case."""
    directory.mkdir()
    certificate = x509.load_pem_x509_certificate(ca_file.read_bytes())
    lowered = x509.Name(
        x509.NameAttribute(attribute.oid, str(attribute.value).lower())
        for attribute in certificate.subject
    )
    digest = hashlib.sha1(lowered.public_bytes()[2:], usedforsecurity=False).digest()
    name = f"{int.from_bytes(digest[:4], 'little'):08x}.0"
    (directory / name).write_bytes(ca_file.read_bytes())
    return directory


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty directory of authorities and, beside it, a bundle: all that the system has."""
    directory = tmp_path / "system"
    directory.mkdir()
    (tmp_path / "system.pem").touch()
    offered = System(str(tmp_path / "system.pem"), str(directory))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: offered)
    return directory


def test_what_is_named_goes_before_what_the_system_has(system: Path) -> None:
    """The setting first, then OpenSSL's own variables: a file before a directory."""
    (system / "0123abcd.0").touch()
    environ = {"SSL_CERT_FILE": "/file.pem", "SSL_CERT_DIR": "/directory"}
    assert trusted_paths(environ, "/named.pem") == TrustedPaths("/named.pem", None)
    assert trusted_paths(environ, None) == TrustedPaths("/file.pem", None)
    del environ["SSL_CERT_FILE"]
    assert trusted_paths(environ, None) == TrustedPaths(None, "/directory")
    assert trusted_paths({}, None) == TrustedPaths(None, str(system))


def test_an_empty_variable_names_nothing(system: Path) -> None:
    """Build servers set those."""
    (system / "0123abcd.0").touch()
    environ = {"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}
    assert trusted_paths(environ, None) == TrustedPaths(None, str(system))


def test_the_systems_bundle_serves_where_no_directory_is_hashed(system: Path) -> None:
    """Fedora and Homebrew have one file; the directory beside it holds other things."""
    (system / "README").touch()
    assert trusted_paths({}, None) == TrustedPaths(f"{system}.pem", None)


@pytest.mark.parametrize("kind", ["missing", "no directory"])
def test_a_directory_that_cannot_be_listed_is_passed_over(system: Path, kind: str) -> None:
    """Nothing is known of it: the bundle serves."""
    system.rmdir()
    if kind == "no directory":
        system.touch()
    assert trusted_paths({}, None) == TrustedPaths(f"{system}.pem", None)


@pytest.mark.parametrize("capath", [None, "/nowhere"])
def test_where_the_system_has_nothing_a_bundle_comes_along(
    monkeypatch: pytest.MonkeyPatch, capath: str | None
) -> None:
    """Windows and bare containers have no authorities that OpenSSL knows of."""
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: System(None, capath))
    assert trusted_paths({}, None) == TrustedPaths(certifi.where(), None)


@pytest.mark.parametrize(
    ("platform", "is_trusted"), [("win32", True), ("darwin", True), ("linux", False)]
)
@pytest.mark.usefixtures("system")
def test_the_systems_store_is_trusted_where_nothing_is_named(
    monkeypatch: pytest.MonkeyPatch, platform: str, is_trusted: bool
) -> None:
    """Whoever names authorities means those and no others."""
    monkeypatch.setattr(sys, "platform", platform)
    assert trusted_paths({}, None).is_store_trusted == is_trusted
    assert not trusted_paths({}, "/named.pem").is_store_trusted
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        assert not trusted_paths({variable: "/named"}, None).is_store_trusted


def stores_of_windows(
    monkeypatch: pytest.MonkeyPatch, stores: dict[str, list[tuple[bytes, str, Purposes]]]
) -> None:
    """Let `ssl` and `sys` answer as on Windows, where these are all certificates."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ssl, "enum_certificates", stores.__getitem__, raising=False)


@pytest.mark.parametrize("store", ["CA", "ROOT"])
@pytest.mark.parametrize("purposes", [True, frozenset({SERVERS, CLIENTS})])
def test_a_companys_authority_in_the_store_of_windows_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
    tls_server: TlsServer,
    ca_file: Path,
    other_ca_file: Path,
    store: str,
    purposes: Purposes,
) -> None:
    """Besides those of the bundle, and whatever else of no use stands in the store."""
    useless: list[tuple[bytes, str, Purposes]] = [
        (b"\0", "x509_asn", True),
        (b"", "pkcs_7_asn", True),
    ]
    stores = {"CA": [*useless], "ROOT": [*useless]}
    stores[store].append((in_der(ca_file), "x509_asn", purposes))
    stores_of_windows(monkeypatch, stores)
    context = trust(TrustedPaths(str(other_ca_file), None, is_store_trusted=True))
    monkeypatch.undo()
    assert len(context.get_ca_certs()) == 2
    assert greets(tls_server, context)


@pytest.mark.parametrize(
    ("encoding", "purposes", "is_store_trusted"),
    [
        ("x509_asn", frozenset({CLIENTS}), True),
        ("x509_asn", frozenset(), True),
        ("pkcs_7_asn", True, True),
        ("x509_asn", True, False),
    ],
)
def test_no_more_of_the_store_of_windows_is_trusted_than_it_says(
    monkeypatch: pytest.MonkeyPatch,
    tls_server: TlsServer,
    ca_file: Path,
    other_ca_file: Path,
    encoding: str,
    purposes: Purposes,
    is_store_trusted: bool,
) -> None:
    """An authority for mail is none for servers, and nothing counts where a bundle is named."""
    stored = [(in_der(ca_file), encoding, purposes)]
    stores_of_windows(monkeypatch, {"CA": stored, "ROOT": stored})
    context = trust(TrustedPaths(str(other_ca_file), None, is_store_trusted))
    monkeypatch.undo()
    assert not greets(tls_server, context)


def test_a_store_of_windows_that_may_not_be_read_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, ca_file: Path
) -> None:
    """The bundle serves."""

    def refuse(_store: str) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ssl, "enum_certificates", refuse, raising=False)
    context = trust(TrustedPaths(str(ca_file), None, is_store_trusted=True))
    assert len(context.get_ca_certs()) == 1


def test_an_authority_with_an_old_companys_slips_is_trusted(tmp_path: Path) -> None:
    """As by libcurl and browsers: Python 3.13 and later would ask more of it by themselves."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name.from_rfc4514_string(f"CN={name}") for name in ("Old", "localhost")]
    for key, name, path in zip(keys, names, ("authority", "server"), strict=True):
        signed = (
            x509.CertificateBuilder()
            .issuer_name(names[0])
            .subject_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(name == names[0], None), critical=False)
            .sign(keys[0], hashes.SHA256())
        )
        (tmp_path / path).write_bytes(signed.public_bytes(Encoding.PEM))
    secret = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key").write_bytes(secret)
    speaking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    speaking.load_cert_chain(tmp_path / "server", tmp_path / "key")
    with TlsServer(context=speaking) as server:
        assert greets(server, trust(TrustedPaths(str(tmp_path / "authority"), None)))


def in_der(ca_file: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(ca_file.read_text())


def greets(server: TlsServer, context: ssl.SSLContext) -> bool:
    """Return whether a connection to the server is made, or refused for its certificate."""
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port or 0)) as plain:
        try:
            context.wrap_socket(plain, server_hostname=place.hostname).close()
        except ssl.SSLCertVerificationError:
            return False
    return True


@pytest.mark.usefixtures("libcurl")
@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_libcurl_is_told_to_ask_the_store_of_macos(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """For the service and for a proxy, and nowhere else."""
    import pycurl

    store = getattr(pycurl, "SSLOPT_NATIVE_CA", None)
    if store is None:
        pytest.skip("an old pycurl cannot tell libcurl to ask the system's store")
    told = set[tuple[int, object]]()

    class Told(pycurl.Curl):
        def setopt(self, option: int, value: Any) -> None:  # type: ignore[override]
            told.add((option, value if isinstance(value, int) else None))
            super().setopt(option, value)

    monkeypatch.setattr(pycurl, "Curl", Told)
    monkeypatch.setattr(sys, "platform", platform)
    environ = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": "https://127.0.0.1:1/"}
    runtime = Runtime(environ=environ)
    with closing(exchange_for(runtime, runtime.settings({}), sandbox=False)) as exchange:
        exchange.submit(1, Call("GET", "https://127.0.0.1:1/"))
    asked = {option for option, value in told if value == store}
    both = {pycurl.SSL_OPTIONS, pycurl.PROXY_SSL_OPTIONS}
    assert asked & both == (both if platform == "darwin" else set())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no such file or directory"),
        (b"", "it contains none"),
        (b"\0\xff not a certificate\n", "it contains none"),
    ],
)
def test_a_bundle_that_is_none_is_refused(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    """By its path, before anything is sent, in the same words for both engines."""
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_bytes(content)
    for refuse in (refuse_unreadable, trust):
        with pytest.raises(ServiceUnusable) as refused:
            refuse(TrustedPaths(str(path), None))
        error = refused.value
        assert error.message == f"cannot read the certificate authorities: {reason}"
        assert (error.where, error.hint) == (str(path), HINT)


def test_a_bundle_may_begin_with_something_else(tmp_path: Path, ca_file: Path) -> None:
    """Comments stand before the certificates in many."""
    path = tmp_path / "bundle.pem"
    path.write_bytes(b"# Authorities\n\n" + ca_file.read_bytes())
    refuse_unreadable(TrustedPaths(str(path), None))
    assert len(trust(TrustedPaths(str(path), None)).get_ca_certs()) == 1


def test_what_is_trusted_must_show_who_it_is(ca_file: Path) -> None:
    """Certificate and name, always."""
    context = trust(TrustedPaths(str(ca_file), None))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.usefixtures("by_engine")
@pytest.mark.parametrize("variable", ["SENDX_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_call_trusts_the_authority_named(
    sendx: Command, tls_server: TlsServer, ca_file: Path, tmp_path: Path, variable: str
) -> None:
    """By any of the variables, and the server has the key."""
    place = hashed(ca_file, tmp_path / "hashed") if variable == "SSL_CERT_DIR" else ca_file
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": tls_server.url, variable: str(place)}
    run = sendx("track", "a@b.co", "--add-tag", "x", env=env)
    assert (run.code, run.err) == (0, "")
    assert [request.headers["x-team-apikey"] for request in tls_server.requests] == [KEY]


@pytest.mark.usefixtures("by_engine")
@pytest.mark.parametrize("variable", ["SENDX_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_call_trusts_no_authority_but_that(
    sendx: Command,
    tls_server: TlsServer,
    ca_file: Path,
    other_ca_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    """Not even one that the process's own environment, or the library, would add."""
    place = other_ca_file
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    if variable == "SSL_CERT_DIR":
        place = hashed(other_ca_file, tmp_path / "hashed")
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": tls_server.url, "SSL_CERT_FILE": ""}
    run = sendx("track", "a@b.co", "--add-tag", "x", env={**env, variable: str(place)})
    assert (run.code, tls_server.requests) == (255, [])
    assert "the certificate of localhost cannot be trusted" in run.err


@pytest.mark.usefixtures("by_engine")
def test_a_call_with_an_unreadable_bundle_is_refused(
    sendx: Command, tls_server: TlsServer, tmp_path: Path
) -> None:
    """It says which file, and what to set."""
    path = tmp_path / "missing.pem"
    env = {"SENDX_API_KEY": KEY, "SENDX_BASE_URL": tls_server.url, "SENDX_CA_BUNDLE": str(path)}
    run = sendx("track", "a@b.co", "--add-tag", "x", env=env)
    assert (run.code, run.out) == (255, "")
    assert run.err == (
        f"sendx: {path}: cannot read the certificate authorities: no such file or directory\n"
        f"  hint: {HINT}\n"
    )
    assert tls_server.connections == 0
