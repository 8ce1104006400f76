"""The rows of CSV and TSV."""

from collections.abc import Iterable, Iterator

from sendx_cli.core.mapping.source_rows import RowError, SourceRow
from sendx_cli.files.layout import Layout
from sendx_cli.files.records import read_records

_END_OF_FILE_MARK = ("\x1a",)
"""What DOS programs write behind the last line."""


def read_delimited(lines: Iterable[str], layout: Layout) -> Iterator[SourceRow | RowError]:
    """Yield each row below the header, or why it cannot be read; rows of empty cells are left out.

    Args:
        lines: The file's lines from `layout.first_line` on.
        layout: How the file is laid out.
    """
    width = len(layout.header)
    for record in read_records(lines, layout.dialect, layout.first_line):
        if isinstance(record, RowError):
            yield record
            continue
        cells = record.cells
        if not any(cells) or cells == _END_OF_FILE_MARK:
            continue
        if len(cells) == width:
            yield record
        elif layout.takes_ragged and not any(cells[width:]):
            yield SourceRow(record.line, (*cells[:width], *[""] * (width - len(cells))))
        else:
            yield _ragged(record, width)


def _ragged(record: SourceRow, width: int) -> RowError:
    count = len(record.cells)
    return RowError(
        record.line,
        f"{count} cell{'s' * (count != 1)}, the header has {width}",
        hint="does an unquoted cell contain the delimiter?"
        if count > width
        else "use --ragged if cells at the end may be missing",
        cells=record.cells,
    )
