"""The record by which processes share what they know of a service's limit."""

from binascii import crc32
from struct import Struct

from sendx_cli.core.pacing.search_state import SearchState

_HEAD = Struct("<4sI")
_BODY = Struct("<24d")
_MARK = b"sxr4"
RECORD_BYTES = _HEAD.size + _BODY.size


def packed(free_at: float, saved_at: float, saved_unix_s: float, search: SearchState) -> bytes:
    """Return a record: a mark that names the format, the body's CRC-32, the body's 24 doubles.

    Args:
        free_at: The first free slot for a call, by the machine's monotonic clock.
        saved_at: The time of writing, by the same clock.
        saved_unix_s: The time of writing in seconds since 1970.
        search: The state of the search for the limit.
    """
    body = _BODY.pack(free_at, saved_at, saved_unix_s, *search)
    return _HEAD.pack(_MARK, crc32(body)) + body


def unpacked(kept: bytes) -> tuple[float, float, float, SearchState] | None:
    """Return the arguments of `packed`; None for anything else than a whole record."""
    if len(kept) != RECORD_BYTES:
        return None
    mark, checksum = _HEAD.unpack_from(kept)
    if mark != _MARK or checksum != crc32(kept[_HEAD.size :]):
        return None
    free_at, saved_at, saved_unix_s, *numbers = _BODY.unpack_from(kept, _HEAD.size)
    search = SearchState(*numbers)
    return (free_at, saved_at, saved_unix_s, search) if search.limit_per_s > 0.0 else None
