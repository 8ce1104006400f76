"""Sample values of a file's columns, for whoever has to say what they are for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sendx_cli.core.mapping.column import Column
from sendx_cli.core.mapping.opt_out_scan import tells_opt_out
from sendx_cli.core.mapping.source_rows import MemberRow, RowError, SourceRow
from sendx_cli.core.mapping.spellings import EDGES
from sendx_cli.files.live import LiveSource
from sendx_cli.files.source import Source

_MOST = 3
_ROWS_LOOKED_AT = 1000


@dataclass(slots=True)
class Samples:
    """A few values of a column, all different.

    Args:
        column: The column.
        texts: The values, as they are in the file.
        has_opt_out: Whether one of them means an opt-out; it is then the first.
    """

    column: Column
    texts: list[str] = field(default_factory=list)
    has_opt_out: bool = False

    def add(self, text: str) -> None:
        """Take another value, if there is room for it or it means an opt-out."""
        if not text or text in self.texts:
            return
        if not self.has_opt_out and tells_opt_out(self.column, text):
            self.has_opt_out = True
            self.texts = [text, *self.texts[: _MOST - 1]]
        elif len(self.texts) < _MOST:
            self.texts.append(text)


def samples_of(source: Source | LiveSource, columns: Iterable[Column]) -> dict[int, Samples]:
    """Return samples of columns, by their places, from the first rows of a file.

    Of a stream there are none: its rows come only once.
    """
    found = {column.position: Samples(column) for column in columns}
    if isinstance(source, Source):
        names = source.layout.header
        for row in islice(source.rows(), _ROWS_LOOKED_AT):
            for position, samples in found.items():
                samples.add(_value(row, position, names))
    return found


def _value(row: SourceRow | MemberRow | RowError, position: int, names: Sequence[str]) -> str:
    if isinstance(row, RowError):
        return ""
    if isinstance(row, SourceRow):
        return row.cells[position - 1].strip(EDGES)
    value = row.members.get(names[position - 1])
    return "" if value is None else str(value).strip(EDGES)
