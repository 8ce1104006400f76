"""The parts of a workbook: a ZIP archive of XML, read in pieces and within limits."""

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, BinaryIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from sendx_cli.errors import FileRefused

_CHUNK_BYTES = 1 << 16
USUAL_BYTES = 16 << 20
MAX_RATIO = 200
"""People's names pack to a tenth; what packs better than this is made to fill a disk."""
MAX_PART_BYTES = 512 << 20
"""Of a part that is kept in memory, such as the texts of an Excel workbook."""
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""Of a sheet, in the programs that people have."""
SHEETS = "xl/worksheets/"
_STREAMED = (SHEETS, "content.xml")
_DAMAGED = "the workbook is damaged, or is not one"
_SAVE_AGAIN = "open it, and save it again"


class Package:
    """An open workbook.

    Args:
        archive: Its archive.
        open_parts: Closes the parts that are being read, however far they were.
    """

    def __init__(self, archive: zipfile.ZipFile, open_parts: ExitStack) -> None:
        self._archive = archive
        self._open_parts = open_parts
        self.names = frozenset(archive.namelist())

    def read(self, part: str) -> bytes:
        """Return a small part.

        Raises:
            FileRefused: It is too large to be kept in memory.
        """
        self._refuse_large(part)
        with self._open(part) as file:
            return file.read()

    def open(self, part: str) -> IO[bytes]:
        """Open a part, which is closed with the workbook.

        Raises:
            FileRefused: It unpacks to more than contacts do.
        """
        return self._open_parts.enter_context(self._open(part))

    def _open(self, part: str) -> IO[bytes]:
        part_info = self._archive.getinfo(part)
        if part_info.file_size > most_bytes(part_info.compress_size):
            raise too_large()
        return self._archive.open(part)

    def refuse_traps(self) -> None:
        """Refuse what would fill the memory of a reader that does not look for it.

        Raises:
            FileRefused: A part unpacks to more than contacts do, or has a document type, by which
                a few bytes can become many.
        """
        for part in self.names:
            if not part.startswith(_STREAMED):
                self._refuse_large(part)
            with self._open(part) as file:
                _refuse_document_type(file)

    def _refuse_large(self, part: str) -> None:
        if self._archive.getinfo(part).file_size > MAX_PART_BYTES:
            raise FileRefused("the workbook has too many texts", hint="save it as CSV")


def _refuse_document_type(file: IO[bytes]) -> None:
    """Refuse XML with a document type, which can only be before its first element."""
    has_begun = False

    def begin(*_: object) -> None:
        nonlocal has_begun
        has_begun = True

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = _refuse
    try:
        while not has_begun and (chunk := file.read(_CHUNK_BYTES)):
            parser.Parse(chunk)
        if not has_begun:
            parser.Parse(b"", True)  # noqa: FBT003 - since 2.6 expat defers what is before a long text
    except expat.ExpatError:
        return  # it is a picture, or damaged, as its reader will find


def most_bytes(packed: int) -> int:
    """Return how much a packed list of contacts may unpack to, in bytes."""
    return max(USUAL_BYTES, packed * MAX_RATIO)


def too_large() -> FileRefused:
    """Return the error for a file that unpacks to more than that."""
    return FileRefused(
        f"it unpacks to more than {MAX_RATIO} times its size: this is not a list of contacts",
        hint="save it as CSV, or unpack it yourself",
    )


@contextmanager
def open_package(file: BinaryIO) -> Iterator[Package]:
    """Open a workbook; whatever is wrong with it refuses the file.

    Raises:
        FileRefused: It cannot be read.
    """
    try:
        with zipfile.ZipFile(file) as archive, ExitStack() as open_parts:
            yield Package(archive, open_parts)
    except FileRefused:
        raise
    except RuntimeError as error:  # zipfile: an encrypted part
        raise FileRefused(f"the workbook cannot be read: {error}", hint=_SAVE_AGAIN) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        ET.ParseError,
        EOFError,
        LookupError,
        ValueError,
        NotImplementedError,
    ):
        raise FileRefused(_DAMAGED, hint=_SAVE_AGAIN) from None
    except OSError as error:
        # zipfile: a place before the archive's beginning; openpyxl: a workbook without a workbook
        if error.errno not in {errno.EINVAL, None}:
            raise
        raise FileRefused(_DAMAGED, hint=_SAVE_AGAIN) from None


def _refuse(*_: object) -> None:
    raise FileRefused(_DAMAGED, hint=_SAVE_AGAIN)


_ESCAPED = re.compile(r"_x(005F|00(?!00)[01][0-9A-F])_", re.IGNORECASE)


def unescaped(text: str) -> str:
    """Return a text of an Excel workbook, in which `_x000D_` is a character.

    Of texts that are apart from their cells, openpyxl has removed the mark of those that only look
    like that: only control characters, which nobody types, are taken for what they are then.
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
