"""What processes tell each other of a service's limit, as bytes of a fixed length."""

from binascii import crc32
from struct import Struct

from sendx_cli.core.pacing.search_state import SearchState

_HEAD = Struct("<4sI")
_BODY = Struct("<22d")
_MARK = b"sxr3"
RECORD_BYTES = _HEAD.size + _BODY.size


def packed(free_at: float, saved_at: float, saved_unix_s: float, search: SearchState) -> bytes:
    """Return a record: a mark that names the format, the body's CRC-32, the body's 22 doubles.

    Args:
        free_at: The first moment that no call has taken, by the machine's steady clock.
        saved_at: When this is written, by the same clock.
        saved_unix_s: That moment in seconds since 1970.
        search: What is known of the limit.
    """
    body = _BODY.pack(free_at, saved_at, saved_unix_s, *search)
    return _HEAD.pack(_MARK, crc32(body)) + body


def unpacked(kept: bytes) -> tuple[float, float, float, SearchState] | None:
    """Return what `packed` made bytes of; None for anything else, such as half of it."""
    if len(kept) != RECORD_BYTES:
        return None
    mark, checksum = _HEAD.unpack_from(kept)
    if mark != _MARK or checksum != crc32(kept[_HEAD.size :]):
        return None
    free_at, saved_at, saved_unix_s, *numbers = _BODY.unpack_from(kept, _HEAD.size)
    search = SearchState(*numbers)
    return (free_at, saved_at, saved_unix_s, search) if search.limit_per_s > 0.0 else None
