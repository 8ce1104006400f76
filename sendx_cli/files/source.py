"""Opening a file of contacts or standard input: detecting its layout, and reading its rows."""

import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self, TextIO

from sendx_cli.core.mapping.source_rows import MemberRow, RowError, SourceRow
from sendx_cli.errors import FileRefused, reason_of
from sendx_cli.files.contents import Contents
from sendx_cli.files.delimited import read_delimited
from sendx_cli.files.encoding import FoundEncoding, find_encoding
from sendx_cli.files.header import find_header
from sendx_cli.files.jsonlines import member_names, read_json_lines
from sendx_cli.files.layout import FileFormat, Layout, Overrides
from sendx_cli.files.near_names import no_such_file
from sendx_cli.files.packed import contents_of
from sendx_cli.files.spool import Copy, spool
from sendx_cli.files.verified import (
    FileDigest,
    changed,
    digest_of,
    open_plain,
    open_verified,
)

STANDARD_INPUT = "-"
_JSON_ENDINGS = frozenset({".jsonl", ".ndjson", ".json"})
_ARRAY = re.compile(r"\[\s*(?:\{|\Z)")
_STRAY_RETURNS = "some lines end in a bare carriage return"


class RowSource(Protocol):
    """What rows are read from, a file or a stream."""

    @property
    def name(self) -> str:
        """Its name in messages."""

    @property
    def layout(self) -> Layout:
        """Its layout."""

    def rows(self) -> Iterator[SourceRow | MemberRow | RowError]:
        """Read the rows."""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that can be read repeatedly, without keeping them in memory.

    A context manager: at its end the copy of an input that could be read only once is deleted.

    Args:
        name: Its name in messages: the path given, or `standard input`.
        path: The file that is read: the one given, or the copy.
        layout: Its layout.
        digest: What it holds.
        is_spooled: Whether `path` is a copy.
        passing: The copy, if it is deleted when the source is closed.
        contents: What is in the file, if it is a workbook or an archive: rows are read from there.
    """

    name: str
    path: Path
    layout: Layout
    digest: FileDigest
    is_spooled: bool = False
    passing: Copy | None = None
    contents: Contents | None = None

    @property
    def file_name(self) -> str:
        """The file's own name, which can mark opt-outs; empty for standard input."""
        return "" if self.is_spooled else self.path.name

    def rows(self, *, may_have_grown: bool = False) -> Iterator[SourceRow | MemberRow | RowError]:
        """Read the rows, from the first on at each call.

        Args:
            may_have_grown: Whether rows may have been appended since; they are not read.

        Raises:
            FileRefused: After the last row, or before: the file has changed.
        """
        text_of = self.contents or self
        with open_verified(
            text_of.path,
            self.name,
            text_of.digest,
            encoding=self.layout.encoding,
            newline=_newline(self.layout.format),
            may_have_grown=may_have_grown,
        ) as text:
            if self.layout.workbook is not None:
                yield from self._sheet_rows(text)
                return
            lines = islice(text, self.layout.first_line - 1, None)
            if self.layout.format is FileFormat.JSON_LINES:
                yield from read_json_lines(lines, self.layout.first_line)
            else:
                yield from read_delimited(lines, self.layout)

    def _sheet_rows(self, lines: Iterable[str]) -> Iterator[SourceRow | RowError]:
        from sendx_cli.files.workbooks.sheet_copy import read_sheet_copy

        assert self.contents is not None
        return read_sheet_copy(lines, self.layout, self.contents.merges)

    def close(self) -> None:
        """Delete the copy of standard input, unless it is to be kept, and that of the contents."""
        if self.contents is not None:
            self.contents.copy.delete()
        if self.passing is not None:
            self.passing.delete()

    def __enter__(self) -> Self:
        """Return the source itself; no file is kept open between passes."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


def open_source(
    path: str,
    overrides: Overrides,
    stdin: BinaryIO,
    spool_folder: Path | None = None,
    *,
    must_be_plain: bool = False,
) -> Source:
    """Open a file, or standard input if `path` is `-`, and detect its layout.

    Args:
        path: The file, or `-`.
        overrides: The user's options about its layout.
        stdin: Standard input.
        spool_folder: Where an input that can be read only once is copied to, and kept for a
            resume; None: to a temporary file, which is deleted when the source is closed.
        must_be_plain: Whether a pipe or a device is refused: nothing waits for its end.

    Raises:
        FileRefused: It cannot be read, or not as contacts.
        InvalidValue: What was said of it cannot be.
    """
    name = "standard input" if path == STANDARD_INPUT else path
    is_spooled = not must_be_plain and (path == STANDARD_INPUT or not _is_regular(Path(path)))
    copy = _spooled(path, stdin, spool_folder) if is_spooled else None
    place = Path(path) if copy is None else copy.path
    try:
        digest = digest_of(place, name)  # first: what is found out later must be of the same bytes
        contents = contents_of(place, name, overrides)
        layout = _layout_of(place, name, overrides, digest, contents)
        passing = copy if spool_folder is None else None
        return Source(name, place, layout, digest, is_spooled, passing, contents)
    except FileRefused as refused:
        where = name if refused.where in {None, name} else f"{name}:{refused.where}"
        _drop(copy)
        raise FileRefused(refused.message, where=where, hint=refused.hint) from None
    except BaseException:
        _drop(copy)
        raise


def _layout_of(
    path: Path, name: str, overrides: Overrides, digest: FileDigest, contents: Contents | None
) -> Layout:
    if contents is None:
        return _find_layout(path, name, overrides, path.suffix)
    try:
        _refuse_changed(path, name, digest)
        if contents.layout is not None:
            return contents.layout
        return _find_layout(contents.path, name, overrides, Path(path.stem).suffix)
    except BaseException:
        contents.copy.delete()
        raise


def _refuse_changed(path: Path, name: str, digest: FileDigest) -> None:
    if digest_of(path, name) != digest:
        raise changed(name)


def _is_regular(path: Path) -> bool:
    """Return whether it can be read repeatedly; what cannot be had is told when it is opened."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _spooled(path: str, stdin: BinaryIO, folder: Path | None) -> Copy:
    if path == STANDARD_INPUT:
        return spool(stdin, folder)
    with _open_binary(Path(path), path) as stream:
        return spool(stream, folder)


def _drop(copy: Copy | None) -> None:
    if copy is not None:
        copy.delete()


def _open_binary(path: Path, name: str) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise no_such_file(path, name) from None
    except IsADirectoryError:
        raise FileRefused("this is a directory", where=name) from None
    except OSError as error:
        raise FileRefused(f"cannot be read: {reason_of(error)}", where=name) from None


def _find_layout(path: Path, name: str, overrides: Overrides, ending: str) -> Layout:
    with open_plain(path, name) as file:
        found = find_encoding(file, overrides.encoding)
    first, line_end = _first_line(path, name, found.codec)
    layout_format = overrides.format or _format_of(ending, first)
    with _opened(path, name, found.codec, _newline(layout_format)) as text:
        if layout_format is FileFormat.JSON_LINES:
            names = member_names(text)
            return Layout(
                format=layout_format,
                encoding=found.codec,
                header=names,
                notes=_notes(found, layout_format),
            )
        header = find_header(text, overrides)
    return Layout(
        format=layout_format,
        encoding=found.codec,
        header=header.names,
        dialect=header.dialect,
        first_line=header.first_row_line,
        titles=header.titles,
        takes_ragged=overrides.takes_ragged,
        line_end=line_end,
        notes=(*header.notes, *_notes(found, layout_format)),
    )


def _notes(found: FoundEncoding, layout_format: FileFormat) -> tuple[str, ...]:
    has_returns = found.has_stray_returns and layout_format is FileFormat.DELIMITED
    return tuple(filter(None, (found.note, _STRAY_RETURNS if has_returns else None)))


def _format_of(ending: str, first: str) -> FileFormat:
    """JSON Lines begin with an object; an array is refused as such, whatever the file's name."""
    is_json = first.startswith("{") or _ARRAY.match(first) is not None
    return (
        FileFormat.JSON_LINES
        if is_json or ending.lower() in _JSON_ENDINGS
        else FileFormat.DELIMITED
    )


def _first_line(path: Path, name: str, codec: str) -> tuple[str, str]:
    """Return the first line that is not blank, and how the very first one ends."""
    with _opened(path, name, codec, "") as text:
        line = text.readline()
        end = next((end for end in ("\r\n", "\n", "\r") if line.endswith(end)), "\n")
        filled = (line for line in chain((line,), text) if not line.isspace())
        return next(filled, "").lstrip(" \t\ufeff"), end


def _newline(layout_format: FileFormat) -> str:
    # In JSON Lines only the line feed ends a line.
    return "\n" if layout_format is FileFormat.JSON_LINES else ""


@contextmanager
def _opened(path: Path, name: str, codec: str, newline: str) -> Iterator[TextIO]:
    try:
        with TextIOWrapper(open_plain(path, name), encoding=codec, newline=newline) as text:
            yield text
    except UnicodeError:  # all of it decoded a moment ago
        raise changed(name) from None
