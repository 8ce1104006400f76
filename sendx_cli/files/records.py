"""Reading records of delimited text by `csv`, with errors for malformed ones that it accepts."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sendx_cli.core.mapping.source_rows import RowError, SourceRow
from sendx_cli.files.layout import Dialect

_NUL = "\0"
_MAX_TEXT = 2000


def read_records(
    lines: Iterable[str], dialect: Dialect, first_line: int = 1
) -> Iterator[SourceRow | RowError]:
    r"""Yield each record (no cells: a blank line), or why it cannot be read.

    Python's `csv` accepts quotes within an unquoted cell, and NULs; both are errors here. After an
    error it continues with the next line.

    Args:
        lines: Lines with their ends, cut at `\n`, `\r\n` and `\r` only.
        dialect: The delimiter and quote of its cells.
        first_line: The number of the first of `lines`.
    """
    taken: list[str] = []
    reader = csv.reader(_remembered(lines, taken), **_csv_options(dialect))
    start, quote = first_line, dialect.quote
    while True:
        try:
            for cells in reader:
                end = start + len(taken)
                text = taken[0] if end == start + 1 else "".join(taken)
                taken.clear()
                if _NUL in text or (quote and quote in text and quote in "".join(cells)):
                    yield _checked(cells, _Span(start, end, text), dialect)
                else:
                    yield SourceRow(start, tuple(cells))
                start = end
        except csv.Error as error:
            span = _Span(start, start + len(taken), "".join(taken))
            taken.clear()
            yield _unreadable(str(error), span)
            start = span.end
        else:
            return


@dataclass(frozen=True, slots=True)
class _Span:
    """The lines of one record: from `start` to before `end`."""

    start: int
    end: int
    text: str


def _remembered(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    for line in lines:
        taken.append(line)
        yield line


def _checked(cells: list[str], span: _Span, dialect: Dialect) -> SourceRow | RowError:
    if _NUL in span.text:
        return _broken(span, "a NUL character", is_structural=False)
    quote = dialect.quote
    if not _well_quoted(dialect).fullmatch(span.text):
        return _broken(
            span,
            "a quote within a cell that does not begin with one",
            f"quote the cell and double the quotes within it "
            f"({quote}5{quote}{quote} pipe{quote}), or use --quote none",
        )
    return SourceRow(span.start, tuple(cells))


def _csv_options(dialect: Dialect) -> dict[str, Any]:
    if not dialect.quote:
        return {"delimiter": dialect.delimiter, "quoting": csv.QUOTE_NONE, "strict": True}
    return {
        "delimiter": dialect.delimiter,
        "quotechar": dialect.quote,
        "skipinitialspace": dialect.skips_space,
        "strict": True,
    }


@lru_cache(maxsize=8)
def _well_quoted(dialect: Dialect) -> re.Pattern[str]:
    """A record whose quotes are at its cells' ends, or doubled within (RFC 4180, 2.5 to 2.7)."""
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    space = " *" if dialect.skips_space else ""
    cell = (
        rf"{space}(?:{quote}(?:[^{quote}]|{quote}{quote})*+{quote}(?!{quote})"
        rf"|[^{quote}{delimiter}\r\n]*+)"
    )
    return re.compile(rf"{cell}(?:{delimiter}{cell})*+[\r\n]*")


def _unreadable(message: str, span: _Span) -> RowError:
    if message.startswith("field larger"):
        return _broken(
            span, "a cell is longer than 128 KiB: its closing quote is most likely missing"
        )
    if message.startswith("unexpected end"):
        return _broken(span, "a quote is never closed")
    return _broken(span, "text after a closing quote", "double the quotes within a cell")


def _broken(
    span: _Span, message: str, hint: str | None = None, *, is_structural: bool = True
) -> RowError:
    last_line = span.end - 1 if span.end - 1 > span.start else None
    return RowError(
        span.start,
        message,
        hint=hint,
        last_line=last_line,
        text=span.text[:_MAX_TEXT],
        is_structural=is_structural,
    )
