"""Making the header of a new run: its file, service and account."""

import hashlib
import json
from dataclasses import replace

from sendx_cli import __version__
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.errors import SetupError
from sendx_cli.files.verified import FileDigest
from sendx_cli.journal.run_header import RunHeader, key_fingerprint
from sendx_cli.runs.context import RunContext
from sendx_cli.runs.reading import Reading
from sendx_cli.settings.base_url import origin_text
from sendx_cli.wiring import SANDBOX_KEY

_SANDBOX_ORIGIN = "sandbox"
_UNKNOWN_CONTENT = FileDigest("", 0)


def header_of_file(context: RunContext, reading: Reading) -> RunHeader:
    """Return the header for the run of a file.

    Raises:
        SetupError: There is no usable key.
    """
    source = reading.source
    path = str(source.path.absolute())
    mapping = _mapping_text(reading.mapping)
    header = _header(context, mapping, source.name, path=path, content=source.digest)
    return replace(header, chains=reading.share.chains.fingerprint)


def header_of_stream(context: RunContext, name: str, mapping: ColumnMapping) -> RunHeader:
    """Return the header for the run of a stream, whose content is not known before it ends.

    Raises:
        SetupError: There is no usable key.
    """
    return _header(context, _mapping_text(mapping), name, path=None, content=_UNKNOWN_CONTENT)


def header_of_undo(context: RunContext, run: str) -> RunHeader:
    """Return the header for the run that takes `run` back. It has no file: its place is the run's.

    Raises:
        SetupError: There is no usable key.
    """
    place = FileDigest(hashlib.sha256(f"undo of {run}".encode()).hexdigest(), 0)
    return _header(context, "[]", f"undo of {run}", path="", content=place)


def refuse_other_account(header: RunHeader, context: RunContext, hint: str) -> None:
    """Refuse to go on with a run, or to take it back, for another account than it was made for.

    Raises:
        SetupError: The service or the key is another one.
    """
    now = replace(header, origin=run_origin(context), key_fingerprint=fingerprint_of(context))
    differences = header.differences(now)
    if differences:
        raise SetupError(f"the run was started differently: {'; '.join(differences)}", hint=hint)


def run_origin(context: RunContext) -> str:
    """Return where requests go: scheme, host and port, or the sandbox."""
    if context.mode.is_sandbox:
        return _SANDBOX_ORIGIN
    return origin_text(context.settings.base_url.value)


def fingerprint_of(context: RunContext) -> str:
    """Return the fingerprint of the key in force.

    Raises:
        SetupError: There is no usable key.
    """
    is_sandbox = context.mode.is_sandbox
    return key_fingerprint(SANDBOX_KEY if is_sandbox else context.settings.key().reveal())


def is_of_sandbox(header: RunHeader) -> bool:
    """Whether a run was sent to the sandbox inside the process."""
    return header.origin == _SANDBOX_ORIGIN


def _mapping_text(mapping: ColumnMapping) -> str:
    """Return what each column means, as text that is the same for the same meaning."""
    return json.dumps([(column.name, column.target_text) for column in mapping.columns])


def _header(
    context: RunContext,
    mapping: str,
    name: str,
    *,
    path: str | None,
    content: FileDigest,
) -> RunHeader:
    return RunHeader(
        tool_version=__version__,
        action=context.spec.action,
        source=name,
        source_path=path,
        source_sha256=content.sha256,
        source_bytes=content.length,
        origin=run_origin(context),
        key_fingerprint=fingerprint_of(context),
        profile=context.settings.profile.value,
        mapping=mapping,
        options=context.spec.to_text(),
        started_at=context.runtime.clock.unix(),
        shard=context.spec.shard,
    )
