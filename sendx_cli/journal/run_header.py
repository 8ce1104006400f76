"""The header of a run: its options, its file, and the account it is for."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, fields

from sendx_cli.core.contact.shards import WHOLE, Shard
from sendx_cli.errors import InputError

_FINGERPRINT_LABEL = b"sendx-cli run, key fingerprint, version 1"
_FINGERPRINT_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """The facts that identify a run, as of its start.

    Args:
        tool_version: The sendx that began it.
        action: `identify`, `track` or `undo`.
        source: The file as it was given; of an undo, which run it takes back.
        source_path: Where it is, absolute; None for a stream; empty for an undo.
        source_sha256: SHA-256 of its bytes, in hexadecimal; of an undo, of its source.
        source_bytes: Its length.
        origin: Where requests go: scheme, host and port of the base URL.
        key_fingerprint: What `key_fingerprint` makes of the API key.
        profile: The profile's name.
        mapping: What each column means, as text that is the same for the same meaning.
        options: What else shapes the requests, as text that is the same for the same options.
        started_at: Seconds since 1970.
        shard: The shard of the file that it sends.
        chains: What `Chains.fingerprint` says of the file, where it sends a shard.
    """

    tool_version: str
    action: str
    source: str
    source_path: str | None
    source_sha256: str
    source_bytes: int
    origin: str
    key_fingerprint: str
    profile: str
    mapping: str
    options: str
    started_at: float
    shard: Shard = WHOLE
    chains: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the file's columns; none of an undo."""
        return tuple(name for name, _ in json.loads(self.mapping))

    def differences(self, other: "RunHeader") -> list[str]:
        """Return the differences that forbid resuming this run as `other`, in words.

        The file and the mapping may differ: rows are matched by content.
        """
        found = [
            f"the {name}: {before or 'none'} then, {now or 'none'} now"
            for name, before, now in (
                ("command", self.action, other.action),
                ("base URL", self.origin, other.origin),
                ("options", self.options, other.options),
            )
            if before != now
        ]
        if self.key_fingerprint != other.key_fingerprint:
            found.append("the API key: a different one")
        return found

    def to_text(self) -> str:
        """Return it as JSON; of ASCII, as no UTF-8 can hold every name that a file can have."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "RunHeader":
        """Parse what `to_text` returned; members of a later sendx are ignored.

        Raises:
            InputError: It is not a header.
        """
        try:
            members = {"shard": WHOLE, "chains": "", **json.loads(text)}
            members["shard"] = Shard(*members["shard"])
            return cls(**{field.name: members[field.name] for field in fields(cls)})
        except (ValueError, TypeError, KeyError):
            raise InputError("the run's journal has no readable header") from None


def key_fingerprint(key: str) -> str:
    """Return an identifier of a key from which the key cannot be recovered.

    HMAC-SHA-256 (RFC 2104) under a label of our own, cut to 64 bits.
    """
    digest = hmac.new(_FINGERPRINT_LABEL, key.encode(), hashlib.sha256)
    return digest.hexdigest()[:_FINGERPRINT_LENGTH]
