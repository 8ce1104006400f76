"""Failed rows as a file like the one they came from: to be mended, and sent again as it is.

Behind the input's own columns stand `_sendx_line`, `_sendx_code` and `_sendx_error`, which are
ignored on the way in.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sendx_cli.core.contact.shards import WHOLE, Shard
from sendx_cli.errors import PassingTrouble, reason_of
from sendx_cli.files.failed_lines import FoundRow, LinesWriter, lines_writer
from sendx_cli.files.layout import FileFormat
from sendx_cli.files.source import Source
from sendx_cli.settings.passing_file import create_passing
from sendx_cli.settings.storage import keep_for_owner, sync_file

_MARK = ".failed"
_PACKED = ".gz"


class FailedRow(NamedTuple):
    """Why a row of a source failed.

    Args:
        line: The line it begins on.
        code: A stable word, such as `rejected`.
        message: For people; any text.
    """

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file of failed rows.

    Args:
        path: Where it is.
        rows: How many it holds.
    """

    path: Path
    rows: int


def failed_path(source: Source, working_directory: Path, shard: Shard = WHOLE) -> Path:
    """Return where failed rows go unless something else is said: `people.failed.csv`.

    It is beside the source, as a workbook if that is one, and never packed; for standard input, a
    pipe or a device in the working directory. The rows of a file of failed rows that fail again go
    beside it, under the same name with a number. Each shard has a file of its own:
    `people.2-of-8.failed.csv`.
    """
    layout = source.layout
    if source.is_spooled:
        text = "jsonl" if layout.format is FileFormat.JSON_LINES else "csv"
        return working_directory / f"standard-input{shard.mark}{_MARK}.{layout.workbook or text}"
    path = source.path
    if layout.workbook is not None:
        path = path.with_suffix(f".{layout.workbook}")
    elif source.contents is not None and path.suffix.lower() == _PACKED:
        path = path.with_suffix("")
    stem, mark, number = path.stem.rpartition(_MARK)
    is_failed_file = bool(mark) and (not number or number.removeprefix("-").isdecimal())
    name = stem if is_failed_file else path.stem
    return path.with_name(f"{name}{shard.mark}{_MARK}{path.suffix}")


def write_failed_rows(
    source: Source, failures: Iterable[tuple[int, str, str]], path: Path
) -> FailedFile | None:
    """Write the rows of `source` that failed, found again by their lines in a second pass.

    The file is new, and only its owner may read it (mode 0600): where `path` is taken, even by a
    symbolic link, a number is put behind the name. Rows that cannot be taken apart stand in it as
    they do in the source; they say what is wrong with them when they are read again.

    Args:
        source: What the rows came from.
        failures: Line, code and message of each (`FailedRow`), in the order of the lines.
        path: Where to write them, as of `failed_path`.

    Returns:
        The file, or None where nothing failed.

    Raises:
        PassingTrouble: It cannot be written; nothing of it is left.
        FileRefused: The source is not what it was when its rows were read first, so that a line
            may hold another row by now; nothing is left of the file either.
    """
    rows = _failed(source, iter(failures))
    try:
        first = next(rows, None)
        return None if first is None else _write_new(path, source, first, rows)
    except OSError as error:
        reason = reason_of(error)
        raise PassingTrouble(
            f"failed rows could not be written: {reason}", where=str(path)
        ) from None


_Found = tuple[FoundRow, FailedRow]


def _failed(source: Source, failures: Iterator[tuple[int, str, str]]) -> Iterator[_Found]:
    failure = next(failures, None)
    if failure is None:
        return
    for row in source.rows(may_have_grown=True):  # to its end: only then is it known to be the same
        while failure is not None and failure[0] < row.line:
            failure = next(failures, None)
        if failure is not None and failure[0] == row.line:
            yield row, FailedRow(*failure)


def _write_new(path: Path, source: Source, first: _Found, others: Iterator[_Found]) -> FailedFile:
    """Write them under a passing name first: half of them would be taken for all that failed."""
    descriptor, passing = create_passing(path, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            keep_for_owner(descriptor)
            written = _write(file, source, chain((first,), others))
            if sys.platform != "win32":
                return FailedFile(_take_free_name(passing, path), written)
        return FailedFile(_take_free_name(passing, path), written)
    finally:
        passing.unlink(missing_ok=True)


def _write(file: BinaryIO, source: Source, rows: Iterable[_Found]) -> int:
    written = 0
    with _writer(file, source) as writer:
        for row, failure in rows:
            writer.write(row, failure.line, failure.code, failure.message)
            written += 1
    file.flush()
    sync_file(file.fileno())
    return written


def _writer(file: BinaryIO, source: Source) -> AbstractContextManager[LinesWriter]:
    if source.layout.workbook is None:
        return _text_writer(file, source)
    from sendx_cli.files.failed_sheets import sheet_writer

    return sheet_writer(file, source.layout)


@contextmanager
def _text_writer(file: BinaryIO, source: Source) -> Iterator[LinesWriter]:
    text = TextIOWrapper(file, encoding=source.layout.encoding, newline="")
    yield lines_writer(text, source)
    text.detach()


def _take_free_name(passing: Path, path: Path) -> Path:
    """Give a file this name, or the first numbered one that is free."""
    for number in count(1):
        numbered = path.with_stem(f"{path.stem}-{number}") if number > 1 else path
        try:
            _name(passing, numbered)
        except FileExistsError:
            continue
        return numbered
    raise AssertionError("count() never ends")


def _name(passing: Path, path: Path) -> None:
    """Give a file a name that is free.

    Raises:
        FileExistsError: It is taken, even by a symbolic link.
    """
    if sys.platform == "win32":
        passing.rename(path)  # which replaces nothing there
        return
    try:
        path.hardlink_to(passing)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: the name is taken first, by an empty file
        path.touch(0o600, exist_ok=False)
        passing.replace(path)
