"""Which certificate authorities are trusted. Verification cannot be turned off."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sendx_cli.errors import ServiceUnusable


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
    directory of authorities, which is read on demand and so costs nothing to open, and last
    the bundle that comes with httpx.
    """
    if named := ca_bundle or environ.get("SSL_CERT_FILE"):
        return TrustedPaths(named, None)
    if directory := environ.get("SSL_CERT_DIR") or _hashed_directory():
        return TrustedPaths(None, directory)
    return TrustedPaths(_bundled(), None)


def trust(paths: TrustedPaths) -> ssl.SSLContext:
    """Return a context that trusts what is at these paths, and nothing else.

    Raises:
        ServiceUnusable: It cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=paths.file, capath=paths.directory)
    except OSError as error:
        raise ServiceUnusable(
            f"cannot read the certificate authorities: {_reason(error)}",
            where=paths.file,
            hint="SENDX_CA_BUNDLE and SSL_CERT_FILE name a file of certificates in PEM form",
        ) from None


def _reason(error: OSError) -> str:
    return "it holds none" if isinstance(error, ssl.SSLError) else str(error.strerror).lower()


def _hashed_directory() -> str | None:
    directory = ssl.get_default_verify_paths().capath
    if directory and any(name.suffix == ".0" for name in Path(directory).iterdir()):
        return directory
    return None


def _bundled() -> str:
    import certifi

    return certifi.where()
