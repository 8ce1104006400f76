"""What a run is, as its journal says it: of which file, for which service and account."""

import json

from sendx_cli import __version__
from sendx_cli.core.mapping.columns import Mapping
from sendx_cli.files.verified import FileDigest
from sendx_cli.journal.run_header import RunHeader, key_fingerprint
from sendx_cli.runs.context import Commission
from sendx_cli.runs.reading import Reading
from sendx_cli.settings.base_url import origin_text
from sendx_cli.wiring import SANDBOX_KEY

_SANDBOX_ORIGIN = "sandbox"
_UNKNOWN_CONTENT = FileDigest("", 0)


def header_of_file(commission: Commission, reading: Reading) -> RunHeader:
    """Return what the run of a file is.

    Raises:
        SetupError: There is no usable key.
    """
    source = reading.source
    path = str(source.path.absolute())
    return _header(commission, reading.mapping, source.name, path=path, content=source.digest)


def header_of_stream(commission: Commission, name: str, mapping: Mapping) -> RunHeader:
    """Return what the run of an input is whose content nobody knows before it ends.

    Raises:
        SetupError: There is no usable key.
    """
    return _header(commission, mapping, name, path=None, content=_UNKNOWN_CONTENT)


def run_origin(commission: Commission) -> str:
    """Return where requests go: scheme, host and port, or the sandbox."""
    if commission.manner.is_sandbox:
        return _SANDBOX_ORIGIN
    return origin_text(commission.settings.base_url.value)


def fingerprint_of(commission: Commission) -> str:
    """Return by what the key in force is known again.

    Raises:
        SetupError: There is no usable key.
    """
    is_sandbox = commission.manner.is_sandbox
    return key_fingerprint(SANDBOX_KEY if is_sandbox else commission.settings.key().reveal())


def is_of_sandbox(header: RunHeader) -> bool:
    """Whether a run was sent to the sandbox inside the process."""
    return header.origin == _SANDBOX_ORIGIN


def _mapping_text(mapping: Mapping) -> str:
    """Return what each column means, as text that is the same for the same meaning."""
    return json.dumps([(column.name, column.target_text) for column in mapping.columns])


def _header(
    commission: Commission,
    mapping: Mapping,
    name: str,
    *,
    path: str | None,
    content: FileDigest,
) -> RunHeader:
    return RunHeader(
        tool_version=__version__,
        action=commission.asked.action,
        source=name,
        source_path=path,
        source_sha256=content.sha256,
        source_bytes=content.length,
        origin=run_origin(commission),
        key_fingerprint=fingerprint_of(commission),
        profile=commission.settings.profile.value,
        mapping=_mapping_text(mapping),
        options=commission.asked.to_text(),
        started_at=commission.runtime.clock.unix(),
    )
