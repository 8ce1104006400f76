"""Which certificate authorities are trusted. Verification cannot be turned off."""

import ssl
from collections.abc import Mapping
from pathlib import Path

from sendx_cli.errors import ServiceUnusable


def trust(environ: Mapping[str, str], ca_bundle: str | None) -> ssl.SSLContext:
    """Return a context that trusts the named bundle, or what this machine trusts.

    In order: `ca_bundle` (SENDX_CA_BUNDLE), SSL_CERT_FILE, SSL_CERT_DIR, the system's hashed
    directory of authorities, which is read on demand and so costs nothing to open, and last
    the bundle that comes with httpx.

    Raises:
        ServiceUnusable: The named bundle cannot be read.
    """
    named = ca_bundle or environ.get("SSL_CERT_FILE")
    try:
        if named:
            return ssl.create_default_context(cafile=named)
        if directory := environ.get("SSL_CERT_DIR") or _hashed_directory():
            return ssl.create_default_context(capath=directory)
        return ssl.create_default_context(cafile=_bundled())
    except OSError as error:
        raise ServiceUnusable(
            f"cannot read the certificate authorities: {_reason(error)}",
            where=named,
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
