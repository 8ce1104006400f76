"""Bad rows as lines that editors and build servers know how to follow."""

from collections.abc import Collection, Iterator

from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.core.plan.bad_rows import BadRows
from sendx_cli.output.safe import safe

_MAX_KINDS = 20
_MAX_MESSAGE_LENGTH = 160


def bad_row_lines(bad: BadRows, source: str, shown: Collection[int] = ()) -> list[str]:
    """Return the first bad rows as `file:line:column: message (hint)`, then all by kind.

    The column is its name, where one is to blame. An option is hinted at once.

    Args:
        bad: The bad rows.
        source: The file as it was named.
        shown: Lines that are shown elsewhere.
    """
    # Behind this a name that a build server would take for a command means the same file.
    file = f"./{source}" if source.lstrip().startswith("::") else source
    told: set[str | None] = set()
    lines = []
    for error in bad.first:
        if error.line not in shown:
            lines.append(bad_row_text(error, file, has_hint=error.hint not in told))
            told |= {error.hint} if error.hints_at_option else set()
    if bad.count > len(bad.first):
        lines += _by_kind(bad)
    return [safe(line) for line in lines]


def bad_row_text(error: RowError, file: str, *, has_hint: bool = True) -> str:
    """Return a bad row as `file:line:column: message (hint)`.

    Args:
        error: The row.
        file: The source as it was named.
        has_hint: Whether its hint is told, if it has one.
    """
    place = f"{file}:{error.line}"
    if error.column:
        place += f":{error.column}"
    # Of rows that somebody has to decide about the ways are told once, at the end.
    hint = f" ({error.hint})" if has_hint and error.hint and not error.is_undecided else ""
    return f"{place}: {_cut(_said(error.message, error.column))}{hint}"


def _by_kind(bad: BadRows) -> Iterator[str]:
    yield f"{bad.count:,} bad rows in all, by kind:"
    width = len(f"{bad.kinds[0].rows:,}")
    for kind in bad.kinds[:_MAX_KINDS]:
        column = f"{kind.column}: " if kind.column else ""
        message = _cut(column + _said(kind.message, kind.column))
        yield f"  {kind.rows:>{width},}  {message} (first on line {kind.line})"
    others = sum(kind.rows for kind in bad.kinds[_MAX_KINDS:])
    if others:
        yield f"  {others:>{width},}  for other reasons"


def _said(message: str, column: str | None) -> str:
    """Return a message without the column that is named before it."""
    return message.removeprefix(f"{column} is ") if column else message


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_MESSAGE_LENGTH else f"{text[: _MAX_MESSAGE_LENGTH - 3]}..."
