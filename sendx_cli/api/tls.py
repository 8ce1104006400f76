"""Which certificate authorities are trusted. Verification cannot be turned off."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sendx_cli.errors import ServiceUnusable, reason_of

if TYPE_CHECKING:
    import ssl

_BEGIN = b"-----BEGIN "


class TrustedPaths(NamedTuple):
    """Where certificate authorities are: just one of the two is set.

    Args:
        file: A bundle in PEM form.
        directory: A directory with a file of each, named by its hash.
    """

    file: str | None
    directory: str | None


NOTHING_TRUSTED = TrustedPaths(None, None)
"""For plain HTTP."""


def trusted_paths(environ: Mapping[str, str], ca_bundle: str | None) -> TrustedPaths:
    """Return the named bundle, or what this machine trusts.

    In order: `ca_bundle` (SENDX_CA_BUNDLE), SSL_CERT_FILE, SSL_CERT_DIR, the system's hashed
    directory of authorities, which is read on demand and so costs nothing to open, the system's
    bundle (Fedora, Homebrew), and last certifi's.
    """
    if named := ca_bundle or environ.get("SSL_CERT_FILE"):
        return TrustedPaths(named, None)
    if directory := environ.get("SSL_CERT_DIR"):
        return TrustedPaths(None, directory)
    return _system_paths() or TrustedPaths(_bundled(), None)


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

    Raises:
        ServiceUnusable: They cannot be read.
    """
    import ssl

    try:
        return ssl.create_default_context(cafile=paths.file, capath=paths.directory)
    except ssl.SSLError:
        raise _unreadable(paths.file, "it contains none") from None
    except OSError as error:
        raise _unreadable(paths.file, reason_of(error)) from None


def _unreadable(path: str | None, reason: str) -> ServiceUnusable:
    return ServiceUnusable(
        f"cannot read the certificate authorities: {reason}",
        where=path,
        hint="SENDX_CA_BUNDLE and SSL_CERT_FILE must name a file of certificates in PEM format",
    )


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
