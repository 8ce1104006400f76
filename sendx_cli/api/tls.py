"""Which certificate authorities are trusted. Verification cannot be turned off."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sendx_cli.errors import ServiceUnusable, reason_of

if TYPE_CHECKING:
    import ssl

_BEGIN = b"-----BEGIN "
_SYSTEMS_WITH_STORE = ("darwin", "win32")
_WINDOWS_STORES = ("CA", "ROOT")
_FOR_SERVERS = "1.3.6.1.5.5.7.3.1"
"""The purpose "TLS server authentication" (RFC 5280, 4.2.1.12)."""


class TrustedPaths(NamedTuple):
    """Where certificate authorities are: just one of the two paths is set.

    Args:
        file: A bundle in PEM form.
        directory: A directory with a file of each, named by its hash.
        is_store_trusted: Whether the system keeps authorities elsewhere than in files, and those
            are trusted too.
    """

    file: str | None
    directory: str | None
    is_store_trusted: bool = False


NOTHING_TRUSTED = TrustedPaths(None, None)
"""For plain HTTP."""


def trusted_paths(environ: Mapping[str, str], ca_bundle: str | None) -> TrustedPaths:
    """Return the named bundle, or what this machine trusts.

    In order: `ca_bundle` (SENDX_CA_BUNDLE), SSL_CERT_FILE, SSL_CERT_DIR, the system's hashed
    directory of authorities, which is read on demand and so costs nothing to open, the system's
    bundle (Fedora, Homebrew), and last certifi's.

    Where nothing is named, the store of Windows or macOS is trusted as well: a company puts its
    own authority there. Windows' alone would not do: it fetches an authority only when one of its
    own programs meets a certificate of it.
    """
    if named := ca_bundle or environ.get("SSL_CERT_FILE"):
        return TrustedPaths(named, None)
    if directory := environ.get("SSL_CERT_DIR"):
        return TrustedPaths(None, directory)
    paths = _system_paths() or TrustedPaths(_bundled(), None)
    return paths._replace(is_store_trusted=sys.platform in _SYSTEMS_WITH_STORE)


def refuse_unreadable(paths: TrustedPaths) -> None:
    """Refuse a bundle that cannot be read, or has no certificate.

    Raises:
        ServiceUnusable: The bundle is missing, unreadable or without a certificate.
    """
    if paths.file is None:
        return
    try:
        with Path(paths.file).open("rb") as bundle:
            if not any(_BEGIN in line for line in bundle):
                raise _unreadable(paths.file, "it contains none")
    except OSError as error:
        raise _unreadable(paths.file, reason_of(error)) from None


def trust(paths: TrustedPaths) -> "ssl.SSLContext":
    """Return a context that trusts the authorities at these paths, and no others.

    Of the stores it can read that of Windows. libcurl, which carries the calls on macOS, reads
    that one.

    Raises:
        ServiceUnusable: They cannot be read.
    """
    import ssl

    try:
        context = ssl.create_default_context(cafile=paths.file, capath=paths.directory)
    except ssl.SSLError:
        raise _unreadable(paths.file, "it contains none") from None
    except OSError as error:
        raise _unreadable(paths.file, reason_of(error)) from None
    # Python 3.13 and later would refuse what libcurl and browsers take from many a company's own
    # authority, such as a constraint that is not marked critical.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if paths.is_store_trusted:
        for certificate in _stored_on_windows():
            with suppress(ssl.SSLError):  # one that OpenSSL cannot read
                context.load_verify_locations(cadata=certificate)
    return context


def _unreadable(path: str | None, reason: str) -> ServiceUnusable:
    return ServiceUnusable(
        f"cannot read the certificate authorities: {reason}",
        where=path,
        hint="SENDX_CA_BUNDLE and SSL_CERT_FILE must name a file of certificates in PEM format",
    )


def _stored_on_windows() -> Iterator[bytes]:
    """Read what Windows trusts for servers, in DER form.

    `ssl` can load them by itself, but before Python 3.13 a single bad one spoils all, and later
    a warning is written for each.
    """
    if sys.platform != "win32":
        return
    import ssl

    for store in _WINDOWS_STORES:
        with suppress(PermissionError):
            for certificate, encoding, purposes in ssl.enum_certificates(store):
                # `True` stands for all purposes.
                is_for_servers = isinstance(purposes, bool) or _FOR_SERVERS in purposes
                if encoding == "x509_asn" and is_for_servers:
                    yield certificate


def _system_paths() -> TrustedPaths | None:
    import ssl

    system = ssl.get_default_verify_paths()
    if system.capath and _is_hashed(Path(system.capath)):
        return TrustedPaths(None, system.capath)
    return TrustedPaths(system.cafile, None) if system.cafile else None


def _is_hashed(directory: Path) -> bool:
    """Whether the directory has authorities by hashed name, the only ones that OpenSSL looks up."""
    try:
        return any(name.suffix == ".0" for name in directory.iterdir())
    except OSError:  # it may not be listed
        return False


def _bundled() -> str:
    import certifi

    return certifi.where()
