"""Reading and checking a file: rows for the journal, and all of them into the plan."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from sendx_cli.core.account.catalogue import Catalogue
from sendx_cli.core.account.rules import ContactRules, NoRules
from sendx_cli.core.contact.chains import WHOLE_FILE, Share
from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.source_rows import OptedOut, RowError
from sendx_cli.core.plan.plan import Plan, PlanBuilder
from sendx_cli.delivery.rows import Row
from sendx_cli.files.chains import read_chains
from sendx_cli.files.contact_rows import determine_mapping
from sendx_cli.files.row_checker import CheckedRow, RowChecker, check_rows
from sendx_cli.files.source import Source, open_source
from sendx_cli.journal.rows import LeftOut, LeftOutKind
from sendx_cli.runs.options import RunSpec
from sendx_cli.runtime import Runtime

_BATCH_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Reading:
    """A file whose columns are mapped, before its rows are read.

    Args:
        source: The file.
        mapping: What its columns are for.
        checker: Makes contacts of its rows.
        catalogue: What the account holds, if its plan is compared with one.
        share: The contacts whose rows are sent.
    """

    source: Source
    mapping: ColumnMapping
    checker: RowChecker
    catalogue: Catalogue | None = None
    share: Share = WHOLE_FILE

    def rows(self, builder: PlanBuilder) -> Iterator[CheckedRow | RowError | OptedOut]:
        """Yield each row of the shard, checked; the builder counts those of the whole file."""
        return check_rows(self.source, self.checker, builder, self.share)

    def builder(self) -> PlanBuilder:
        """Return a builder of the file's plan, without any rows yet."""
        notes = self.source.layout.notes
        return PlanBuilder(self.mapping, self.source.name, notes, self.catalogue, self.share.shard)

    def under(self, rules: ContactRules, catalogue: Catalogue | None = None) -> "Reading":
        """Return the same file, its rows checked by the rules of an account as well.

        Raises:
            InvalidValue: The account does not take what the options say of every row.
            AccountUnread: They need a part of the account that could not be read.
        """
        return replace(self, checker=self.checker.under(rules), catalogue=catalogue)


@contextmanager
def open_reading(
    runtime: Runtime,
    spec: RunSpec,
    spool_folder: Path | None = None,
    *,
    must_be_plain: bool = False,
) -> Iterator[Reading]:
    """Open a run's file, and map its columns. Its rows are not checked by an account yet.

    Args:
        runtime: The streams and the clock.
        spec: The options that name the file and its columns.
        spool_folder: As for `open_source`.
        must_be_plain: As for `open_source`.

    Raises:
        InputError: It cannot be read as contacts, or a column cannot be mapped.
    """
    with open_source(
        spec.path,
        spec.overrides,
        stdin_of(runtime),
        spool_folder,
        must_be_plain=must_be_plain,
    ) as source:
        yield reading_of(runtime, spec, source)


def reading_of(runtime: Runtime, spec: RunSpec, source: Source) -> Reading:
    """Map the columns of a run's file.

    Raises:
        InputError: A column cannot be mapped, or what the options say cannot be sent.
    """
    mapping = determine_mapping(source, spec.columns)
    checker = unruled_checker(runtime, spec, mapping)
    return Reading(source, mapping, checker, share=_share(spec, source, mapping))


def _share(spec: RunSpec, source: Source, mapping: ColumnMapping) -> Share:
    if spec.shard.is_whole:
        return WHOLE_FILE
    return Share(spec.shard, read_chains(source, mapping))


def unruled_checker(runtime: Runtime, spec: RunSpec, mapping: ColumnMapping) -> RowChecker:
    """Return what checks rows before the account is read.

    Raises:
        InputError: What the options say cannot be sent, or nothing names a tag to track.
    """
    today = runtime.clock.today()
    return RowChecker(mapping, spec.defaults, today=today, rules=NoRules())


class NumberedRows:
    """Splits checked rows into those to send, numbered in the file's order, and those left out.

    Args:
        checked: The checked rows.
    """

    def __init__(self, checked: Iterator[CheckedRow | RowError | OptedOut]) -> None:
        self._checked = checked
        self._count = 0

    def batches(self) -> Iterator[tuple[list[Row], list[LeftOut]]]:
        """Yield `_BATCH_ROWS` rows at a time: those to send, and those left out."""
        while batch := list(islice(self._checked, _BATCH_ROWS)):
            yield self._numbered(batch), [left_out(row) for row in batch if not _is_sent(row)]

    def _numbered(self, batch: Iterable[CheckedRow | RowError | OptedOut]) -> list[Row]:
        rows = [
            Row(number, row.contact, row.line, original=row.original)
            for number, row in enumerate(
                (row for row in batch if isinstance(row, CheckedRow)), start=self._count
            )
        ]
        self._count += len(rows)
        return rows


def stdin_of(runtime: Runtime) -> BinaryIO:
    """Return standard input as bytes."""
    stream = getattr(runtime.stdin, "buffer", None)
    if stream is not None:
        return cast("BinaryIO", stream)
    return io.BytesIO(runtime.stdin.read().encode())


def dry_plan(reading: Reading) -> Plan:
    """Check all rows, and return the plan without keeping any."""
    builder = reading.builder()
    for _row in reading.rows(builder):
        pass
    return builder.plan()


def _is_sent(row: CheckedRow | RowError | OptedOut) -> bool:
    return isinstance(row, CheckedRow)


def left_out(row: CheckedRow | RowError | OptedOut) -> LeftOut:
    """Return what is recorded of a row that is not sent."""
    if isinstance(row, OptedOut):
        return LeftOut(row.line, LeftOutKind.HELD_BACK, row.email, row.reason)
    assert isinstance(row, RowError)
    message = f"{row.column}: {row.message}" if row.column else row.message
    if row.is_undecided:
        message += f" ({row.hint})"
    return LeftOut(row.line, LeftOutKind.BAD, row.email, message)
