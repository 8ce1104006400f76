"""Rows that cannot be sent: the first of them as they are, all of them by kind."""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from sendx_cli.core.mapping.source_rows import RowError
from sendx_cli.errors import RowsRefused

MAX_LISTED = 20
_MAX_KINDS = 50
_MAX_MESSAGE_LENGTH = 300
_OTHER = "other reasons"
_DIGITS = re.compile(r"\d+")


class BadRowKind(NamedTuple):
    """Rows that are bad for the same reason in the same column.

    Args:
        message: The reason, without the value.
        column: The column at fault, if it is one.
        rows: How many they are.
        line: The first one's line.
    """

    message: str
    column: str | None
    rows: int
    line: int


@dataclass(frozen=True, slots=True)
class BadRows:
    """A source's bad rows.

    Args:
        count: How many they are.
        first: The first twenty, without their cells.
        kinds: All of them by kind, the most frequent first.
        is_structural: Whether the rows behind one of them are in doubt as well.
    """

    count: int = 0
    first: tuple[RowError, ...] = ()
    kinds: tuple[BadRowKind, ...] = ()
    is_structural: bool = False

    def and_(self, others: "BadRows") -> "BadRows":
        """Return these and other rows of the same source together."""
        kinds = {(kind.column, kind.message): kind for kind in self.kinds}
        for kind in others.kinds:
            key = (kind.column, kind.message)
            same = kinds.get(key, kind._replace(rows=0))
            rows, line = same.rows + kind.rows, min(same.line, kind.line)
            kinds[key] = kind._replace(rows=rows, line=line)
        first = sorted((*self.first, *others.first), key=lambda error: error.line)
        return BadRows(
            self.count + others.count,
            tuple(first[:MAX_LISTED]),
            tuple(sorted(kinds.values(), key=_order)),
            self.is_structural or others.is_structural,
        )

    @property
    def shared_hint(self) -> str | None:
        """The option for all of them, where several are bad for the same reason."""
        hints = {error.hint for error in self.first if error.hints_at_option}
        return hints.pop() if self.count > 1 and len(self.kinds) == len(hints) == 1 else None


NO_BAD_ROWS = BadRows()


class BadRowsSeen:
    """Collects bad rows, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self._count = 0
        self._first: list[RowError] = []
        self._kinds: dict[tuple[str | None, str], BadRowKind] = {}
        self._is_structural = False

    def add(self, error: RowError) -> None:
        """Record one bad row."""
        self._count += 1
        self._is_structural |= error.is_structural
        if len(self._first) < MAX_LISTED:
            message = error.message[:_MAX_MESSAGE_LENGTH]
            self._first.append(replace(error, message=message, cells=(), text=""))
        self._add_kind(error)

    def result(self) -> BadRows:
        """Return what was collected."""
        kinds = sorted(self._kinds.values(), key=_order)
        return BadRows(self._count, tuple(self._first), tuple(kinds), self._is_structural)

    def _add_kind(self, error: RowError) -> None:
        # Messages end in the value that is wrong: `not a list id: abc`.
        message, column = error.message[:_MAX_MESSAGE_LENGTH].partition(": ")[0], error.column
        key = (column, _DIGITS.sub("0", message))
        if key not in self._kinds and len(self._kinds) >= _MAX_KINDS:
            message, column, key = _OTHER, None, (None, _OTHER)
        first = self._kinds.get(key) or BadRowKind(message, column, 0, error.line)
        self._kinds[key] = first._replace(rows=first.rows + 1)


def _order(kind: BadRowKind) -> tuple[int, int]:
    return -kind.rows, kind.line


def refuse_bad_rows(bad: BadRows, *, rows: int, where: str, skip_invalid: bool = False) -> None:
    """Refuse a source with bad rows before anything is sent.

    Args:
        bad: Its bad rows.
        rows: How many rows it has.
        where: The source's name.
        skip_invalid: Whether the other rows are to be sent all the same.

    Raises:
        InputError: There are bad rows; or, with `skip_invalid`, one that leaves the rows behind
            it in doubt.
    """
    if not bad.count or (skip_invalid and not bad.is_structural):
        return
    hint = "fix the file, or use --skip-invalid to send the other rows"
    if bad.shared_hint:
        hint = f"{bad.shared_hint}; or {hint}"
    if bad.is_structural:
        hint = "fix its quotes first: it is unclear where rows end"
    raise RowsRefused(
        f"{bad.count:,} of {rows:,} rows {'is' if bad.count == 1 else 'are'} bad: nothing was sent",
        where=where,
        hint=hint,
    )
