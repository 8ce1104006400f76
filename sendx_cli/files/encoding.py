"""Detecting a file's encoding: by its byte order mark, else by what decodes the whole file.

No general detector is used: on lists of names they take Windows-1252 for one of its neighbours,
which differ in a few letters only. Three encodings are in use here, and these can be told apart:
UTF-16 by its mark or its NULs, UTF-8 because nothing else looks like it, and Windows-1252 as what
is left, unless it would hold words that no Western language has.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sendx_cli.errors import FileRefused, InvalidValue

CHUNK_BYTES = 1 << 20
"""Also the length of the longest line: a file without a line end in as much is not a list."""

_HEAD_BYTES = 4096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive", "save it as .xlsx or CSV, or unpack it"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook, or one with a password",
        "save it as .xlsx without a password, or as CSV",
    ),
    (b"\x1f\x8b", "a gzip archive", "unpack it first: gunzip"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "`zstdcat FILE | sendx identify --from -`"),
    (
        b"PAR1",
        "a Parquet file",
        "`duckdb -csv -nullvalue '' -c \"from 'FILE'\" | sendx identify --from -`",
    ),
    (b"%PDF", "a PDF document", None),
    (
        b"SQLite format 3",
        "an SQLite database",
        "`sqlite3 -csv -header FILE 'select ...' | sendx identify --from -`",
    ),
)
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)
_NOT_WESTERN = re.compile(rb"[\xc0-\xff]{3}|[\x80-\xff]{4}")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_MANY_CONTROLS = 0.05
"""Compressed or random bytes have twice as many, text next to none."""

_WIDE = ("utf-16", "utf-32")
_SAY_ENCODING = "use --encoding, such as --encoding cp1252"
_TRY_ANOTHER = "it may be in another encoding, or damaged: save it as UTF-8 at its source"
_MOSTLY = 0.4
_MAX_SAMPLE = 60


@dataclass(frozen=True, slots=True)
class FoundEncoding:
    """A file's encoding.

    Args:
        codec: Python's name for it; a file written with it is in the same encoding, with its mark.
        note: How it was detected, if that is worth showing.
        has_stray_returns: Whether some lines, not all, end in a bare carriage return. (A line
            feed among carriage returns and line feeds is most likely within a cell.)
    """

    codec: str
    note: str | None = None
    has_stray_returns: bool = False


def find_encoding(file: BinaryIO, said: str | None = None) -> FoundEncoding:
    """Read all of `file` and return its encoding, or check the one that is given as `said`.

    Raises:
        FileRefused: It is empty, not text, or its encoding cannot be detected.
        InvalidValue: There is no encoding of the given name.
    """
    head = file.read(_HEAD_BYTES)
    _refuse_foreign(head)
    codec = _codec(said) if said else _encoding_of_head(head)
    if not codec.startswith(_WIDE):
        _refuse_binary(head)
    if codec == "utf-8" and not said:
        return _utf_8_or_1252(file)
    has_returns = _check_all(file, codec, _TRY_ANOTHER if said else _SAY_ENCODING)
    note = f"encoding {codec}" if codec not in {"utf-8", "utf-8-sig"} else None
    return FoundEncoding(codec, note, has_returns)


def _codec(said: str) -> str:
    try:
        b"a".decode(said, "ignore")
        codec = codecs.lookup(said)
    except LookupError:
        raise InvalidValue(
            f"no such encoding: {said}", hint="utf-8, utf-16, cp1252, iso-8859-2, ..."
        ) from None
    # A mark is no part of the first cell, whether it is there or not.
    return "utf-8-sig" if codec.name == "utf-8" else codec.name


def refuse_packed(head: bytes) -> None:
    """Refuse what begins like an archive, a document or a database.

    Raises:
        FileRefused: With what it is, and the command that turns it into lines.
    """
    for magic, what, hint in _FOREIGN:
        if head.startswith(magic):
            raise FileRefused(f"this is {what}, not CSV or JSON Lines", hint=hint)


def _refuse_foreign(head: bytes) -> None:
    if not head.removeprefix(codecs.BOM_UTF8).strip(b" \t\r\n\x1a"):
        raise FileRefused("the file is empty")
    refuse_packed(head)
    if _HTML.match(head):
        raise FileRefused("this looks like HTML or XML, not CSV or JSON Lines")


def _refuse_binary(head: bytes) -> None:
    """Refuse what no encoding makes text of, so that none is asked for."""
    if len(_CONTROLS.findall(head)) > _MANY_CONTROLS * len(head):
        raise FileRefused("this is a binary file, not CSV or JSON Lines", hint="export it as CSV")


def _encoding_of_head(head: bytes) -> str:
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > _MOSTLY * len(head) / 2 and not even:
        return "utf-16-le"
    if even > _MOSTLY * len(head) / 2 and not odd:
        return "utf-16-be"
    return "utf-8"


def _utf_8_or_1252(file: BinaryIO) -> FoundEncoding:
    try:
        return FoundEncoding("utf-8", None, _check_all(file, "utf-8"))
    except FileRefused as refused:
        if _holds_utf_8(file) or _is_cut_short(file):
            raise
        return _as_1252(file, refused)


def _as_1252(file: BinaryIO, refused: FileRefused) -> FoundEncoding:
    line_number, line = next((number, line) for number, line in _lines(file) if not line.isascii())
    unknown = FileRefused(
        "neither UTF-8 nor Windows-1252", where=refused.where, hint="use --encoding"
    )
    file.seek(0)
    for chunk in _chunks(file):
        if _NOT_WESTERN.search(chunk):
            raise unknown
    try:
        has_returns = _check_all(file, "cp1252")
    except FileRefused:
        raise unknown from None
    sample = line.decode("cp1252").strip()[:_MAX_SAMPLE]
    note = f"encoding Windows-1252, as it is not UTF-8: line {line_number} reads {sample}"
    return FoundEncoding("cp1252", note, has_returns)


def _check_all(file: BinaryIO, codec: str, hint: str = _SAY_ENCODING) -> bool:
    """Decode all of it; return whether some lines, not all, end in a bare carriage return."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    has_feeds = has_returns = False
    try:
        for chunk in _chunks(file):
            decoder.decode(chunk)
            _refuse_endless(chunk)
            has_feeds |= b"\n" in chunk
            has_returns |= chunk.count(b"\r") > chunk.count(b"\r\n")
        decoder.decode(b"", final=True)
    except UnicodeError:
        _refuse_undecodable(file, codec, hint)
    return has_feeds and has_returns and not codec.startswith(_WIDE)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk + file.read(1) if chunk.endswith(b"\r") else chunk


def _refuse_endless(chunk: bytes) -> None:
    if len(chunk) >= CHUNK_BYTES and b"\n" not in chunk and b"\r" not in chunk:
        raise FileRefused("a line is longer than 1 MiB: this is not a list of contacts")


def _refuse_undecodable(file: BinaryIO, codec: str, hint: str) -> None:
    if not codec.startswith(_WIDE):
        for number, line in _lines(file):
            try:
                line.decode(codec)
            except UnicodeDecodeError as error:
                raise FileRefused(
                    f"line {number}, byte {error.start + 1}: 0x{line[error.start]:02X} is not "
                    f"{codec.upper()}",
                    where=str(number),
                    hint=hint,
                ) from None
    raise FileRefused(f"the file is not {codec.upper()}, or it is truncated", hint=hint)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    file.seek(0)
    yield from enumerate(file, start=1)


def _holds_utf_8(file: BinaryIO) -> bool:
    """Return whether some of it is UTF-8: then it is damaged, not in another encoding."""
    file.seek(0)
    return any(not chunk.decode("utf-8", "ignore").isascii() for chunk in _chunks(file))


def _is_cut_short(file: BinaryIO) -> bool:
    """Return whether all of it is UTF-8 but for an incomplete last character."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(file):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True
