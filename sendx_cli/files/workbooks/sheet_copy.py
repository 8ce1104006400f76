"""The rows of a sheet as a text that is read again as often as needed, quickly and in order.

A line is a JSON array: the row's number in the sheet, its cells, and those that cannot be sent.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from sendx_cli.core.mapping.source_rows import CellFault, RowError, SourceRow
from sendx_cli.errors import FileRefused
from sendx_cli.files.encoding import CHUNK_BYTES
from sendx_cli.files.header import HEAD_LINES, Header, find_sheet_header
from sendx_cli.files.layout import FileFormat, HiddenRows, Layout, Overrides, WorkbookKind
from sendx_cli.files.workbooks.sheet_row import Merge, Sheet, SheetRow, column_letters

_MAX_NAMES = 6


@dataclass(slots=True)
class _Hidden:
    """The rows below the header that the sheet does not show."""

    count: int = 0
    first: int = 0

    def add(self, number: int) -> None:
        self.count += 1
        self.first = self.first or number

    @property
    def text(self) -> str:
        if self.count == 1:
            return f"row {self.first} is hidden"
        return f"{self.count:,} rows are hidden, the first is row {self.first}"


def copy_sheet(
    sheet: Sheet, kind: WorkbookKind, overrides: Overrides, write: Callable[[str], None]
) -> tuple[Layout, tuple[Merge, ...]]:
    """Write the rows of a sheet, and return its layout and its merged cells.

    Raises:
        FileRefused: It has no header, or hidden rows that nobody has decided about.
    """
    rows = sheet.rows()
    head, rows = _head(rows)
    header = find_sheet_header([SourceRow(row.number, row.cells) for row in head], overrides)
    hidden = _Hidden()
    for row in rows:
        if row.number < header.first_row_line:
            continue
        if row.is_hidden:
            hidden.add(row.number)
            if overrides.hidden_rows is HiddenRows.SKIP:
                continue
        if sum(map(len, row.cells)) > CHUNK_BYTES:
            raise FileRefused("a row is longer than 1 MiB: this is not a list of contacts")
        write(json.dumps(row[:3], ensure_ascii=False, separators=(",", ":")) + "\n")
    if hidden.count and overrides.hidden_rows is None:
        raise FileRefused(
            hidden.text,
            where=str(hidden.first),
            hint="use --hidden-rows skip or --hidden-rows include",
        )
    notes = (*header.notes, *_notes(sheet, header, hidden, overrides))
    layout = Layout(
        format=FileFormat.DELIMITED,
        encoding="utf-8",
        header=header.names,
        titles=header.titles,
        takes_ragged=True,
        notes=notes,
        workbook=kind,
        sheet=sheet.name,
    )
    return layout, tuple(m for m in sheet.facts.merges if m.last_row >= header.first_row_line)


def _head(rows: Iterator[SheetRow]) -> tuple[list[SheetRow], Iterator[SheetRow]]:
    head: list[SheetRow] = []
    for row in rows:
        head.append(row)
        if row.number >= HEAD_LINES:
            break
    if not head:
        raise FileRefused("the sheet is empty")
    return [row for row in head if row.number <= HEAD_LINES], chain(head, rows)


def _notes(sheet: Sheet, header: Header, hidden: _Hidden, overrides: Overrides) -> Iterator[str]:
    if hidden.count and overrides.hidden_rows is not None:
        done = "skipped" if overrides.hidden_rows is HiddenRows.SKIP else "included"
        yield f"{hidden.text}: {done}"
    facts, names = sheet.facts, header.names
    unseen = [
        name or column_letters(column)
        for column, name in enumerate(names, start=1)
        if any(first <= column <= last for first, last in facts.hidden_columns)
    ]
    if unseen:
        more = f" and {len(unseen) - _MAX_NAMES} more" if len(unseen) > _MAX_NAMES else ""
        shown = ", ".join(unseen[:_MAX_NAMES])
        yield f"hidden columns are read like the others: {shown}{more}"
    if facts.formulas:
        count = "1 formula is" if facts.formulas == 1 else f"{facts.formulas:,} formulas are"
        yield f"{count} read by the values saved in the file"
    for (column, _), note in facts.notes.items():
        if column <= len(names):
            yield f"{names[column - 1] or column_letters(column)}: {note}"


@dataclass(slots=True)
class _OpenMerges:
    """The merged cells that a row can be part of, as rows come in their order."""

    merges: list[Merge]
    _open: list[Merge] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.merges = sorted(self.merges, reverse=True)

    def faults(self, number: int, width: int) -> Iterator[CellFault]:
        """Yield the cells of a row that another cell holds the value of."""
        while self.merges and self.merges[-1].first_row <= number:
            self._open.append(self.merges.pop())
        self._open = [merge for merge in self._open if merge.last_row >= number]
        for merge in self._open:
            is_first = merge.first_row == number
            for column in range(merge.first_column + is_first, min(merge.last_column, width) + 1):
                message = f"is merged with {merge.first_cell}, which holds the value"
                yield CellFault(column - 1, message)


def read_sheet_copy(
    lines: Iterable[str], layout: Layout, merges: Iterable[Merge]
) -> Iterator[SourceRow | RowError]:
    """Yield the rows of a copy that `copy_sheet` wrote."""
    width = len(layout.header)
    open_merges = _OpenMerges(list(merges))
    for line in lines:
        number, cells, faults = json.loads(line)
        found = tuple(CellFault(*fault) for fault in faults)
        found += tuple(open_merges.faults(number, width))
        if any(cells[width:]):
            yield _too_wide(number, cells, found, width)
        elif any(cells) or found:
            filled = (*cells[:width], *[""] * (width - len(cells)))
            yield SourceRow(number, filled, tuple(f for f in found if f.place < width))


def _too_wide(number: int, cells: list[str], faults: tuple[CellFault, ...], width: int) -> RowError:
    column = next(place for place, cell in enumerate(cells, start=1) if cell and place > width)
    return RowError(
        number,
        f"column {column_letters(column)} is not empty, but has no name in the header",
        hint="name it in the header, or delete its cells",
        cells=tuple(cells),
        faults=faults,
    )
