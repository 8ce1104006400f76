"""Options of identify and track that go with `--from FILE`."""

from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from sendx_cli.commands.layout_options import (
    ColumnNames,
    Delimiter,
    Encoding,
    Format,
    HiddenRowsChoice,
    Quote,
    Ragged,
    SheetName,
    TitleLines,
    one_of,
    overrides_of,
    refuse_without_file,
)
from sendx_cli.commands.options import Show
from sendx_cli.commands.sections import COLUMNS, FILE
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.errors import UsageError

if TYPE_CHECKING:
    from sendx_cli.core.contact.shards import Shard
    from sendx_cli.core.mapping.columns import ColumnOptions
    from sendx_cli.files.layout import Overrides
    from sendx_cli.runs.options import RunSpec

MIN_BATCH = 2
MAX_BATCH = 25
"""Contacts that the bulk endpoint takes in one call."""


def yes_option(section: str) -> Any:  # noqa: ANN401 - Typer's declarations have no type
    """Return the option `--yes` for a section of the help."""
    return typer.Option(
        "--yes", "-y", help="Send without asking for confirmation.", rich_help_panel=section
    )


def report_option(section: str) -> Any:  # noqa: ANN401 - as above
    """Return the option `--report` for a section of the help."""
    return typer.Option(
        "--report",
        metavar="FILE",
        help="Also write each row's result to this file (.jsonl or .csv).",
        rich_help_panel=section,
    )


def code_quality_option(section: str) -> Any:  # noqa: ANN401 - as above
    """Return the option `--code-quality` for a section of the help."""
    return typer.Option(
        "--code-quality",
        metavar="FILE",
        help="Also write bad and rejected rows to this file, for GitLab (see `sendx help ci`).",
        rich_help_panel=section,
    )


def keep_going_option(section: str) -> Any:  # noqa: ANN401 - as above
    """Return the option `--keep-going` for a section of the help."""
    return typer.Option(
        "--keep-going",
        help="Continue after 1,000 rejections in a row for the same reason.",
        rich_help_panel=section,
    )


class FromFile(NamedTuple):
    """Contacts from a file, a row each."""

    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Send the rows of a CSV, JSON Lines, .xlsx or .ods file; - is standard input.",
            rich_help_panel=FILE,
        ),
    ] = None
    yes: Annotated[bool, yes_option(FILE)] = False
    skip_invalid: Annotated[
        bool,
        typer.Option(
            "--skip-invalid", help="Skip bad rows and send the rest.", rich_help_panel=FILE
        ),
    ] = False
    include_unsubscribed: Annotated[
        bool,
        typer.Option(
            "--include-unsubscribed",
            help="Also send rows of people who opted out.",
            rich_help_panel=FILE,
        ),
    ] = False
    opt_out_values: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD,...",
            help="Values of a cell that mean opted out; repeatable.",
            rich_help_panel=COLUMNS,
        ),
    ] = None
    report: Annotated[Path | None, report_option(FILE)] = None
    code_quality: Annotated[Path | None, code_quality_option(FILE)] = None
    show: Show = None
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=TARGET",
            help="Map a column to a target (see `sendx help columns`); repeatable.",
            rich_help_panel=COLUMNS,
        ),
    ] = None
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="Ignore this column; repeatable.", rich_help_panel=COLUMNS
        ),
    ] = None
    custom_fields: Annotated[
        bool,
        typer.Option(
            "--custom-fields",
            help="Send all other columns as custom fields.",
            rich_help_panel=COLUMNS,
        ),
    ] = False
    map_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Read the column mapping from this file.",
            rich_help_panel=COLUMNS,
        ),
    ] = None
    save_map: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the column mapping to this file.", rich_help_panel=COLUMNS
        ),
    ] = None
    date_order: Annotated[
        str | None,
        typer.Option(
            metavar="dmy|mdy|ymd",
            help="Order of day, month and year in dates.",
            rich_help_panel=COLUMNS,
        ),
    ] = None
    tag_separator: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="Separator between the tags of a cell.", rich_help_panel=COLUMNS
        ),
    ] = None
    format: Format = None
    encoding: Encoding = None
    delimiter: Delimiter = None
    quote: Quote = None
    title_lines: TitleLines = None
    columns: ColumnNames = None
    ragged: Ragged = False
    sheet: SheetName = None
    hidden_rows: HiddenRowsChoice = None
    stream: Annotated[
        bool,
        typer.Option(
            "--stream", help="Send rows from standard input as they arrive.", rich_help_panel=FILE
        ),
    ] = False
    keep_journal: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="With --stream, remove sent rows from the journal after this time, such as 30m, "
            "12h or 7d. Default: never (a row takes about 200 bytes).",
            rich_help_panel=FILE,
        ),
    ] = None
    keep_going: Annotated[bool, keep_going_option(FILE)] = False
    max_outage: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            min=1.0,
            help="Give up after an outage of this many seconds, 1 or more. Default: 900; with "
            "--stream: never, once a call has succeeded.",
            rich_help_panel=FILE,
        ),
    ] = None
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="K/N",
            help="Send the K-th of N parts of the file (see `sendx help shards`).",
            rich_help_panel=FILE,
        ),
    ] = None

    def refuse_without_file(self) -> None:
        """Refuse these options if there is no `--from`.

        Raises:
            UsageError: One of them was given.
        """
        refuse_without_file(self)

    def spec(
        self,
        action: str,
        defaults: ContactValues,
        service: dict[str, str],
        *,
        batch: int | None = None,
        takes_unknown: bool = False,
    ) -> "RunSpec":
        """Return the options that are kept with the run.

        Args:
            action: `identify` or `track`.
            defaults: Values given as options, for every row.
            service: Options about the service, as they were typed.
            batch: Contacts in one call; None: one.
            takes_unknown: Whether results of sendx whose outcome is unknown are to be sent.

        Raises:
            InvalidValue: The value of an option is invalid.
        """
        from sendx_cli.runs.options import RunSpec

        columns = replace(self._columns(action), takes_unknown=takes_unknown)
        return RunSpec(
            action=action,
            path=self.from_ or "",
            defaults=defaults,
            overrides=self._overrides(columns),
            columns=columns,
            skip_invalid=self.skip_invalid,
            shard=self.part(),
            batch=_checked_batch(batch),
            service=service,
        )

    def part(self) -> "Shard":
        """Return the shard of the file that is to be sent.

        Raises:
            UsageError: It is none.
        """
        from sendx_cli.core.contact.shards import WHOLE, Shard

        return WHOLE if self.shard is None else Shard.parse(self.shard)

    def keep_journal_s(self) -> float | None:
        """Return for how long the journal of a stream keeps what is decided; None: for ever.

        Raises:
            UsageError: It is no time, or there is no stream.
        """
        if self.keep_journal is None:
            return None
        if not self.stream:
            raise UsageError(
                "--keep-journal requires --stream",
                hint="`sendx runs forget` deletes the journal of a run that has ended",
            )
        if self.code_quality is not None:
            raise UsageError("--code-quality cannot be used with --keep-journal: it needs all rows")
        from sendx_cli.commands.durations import duration_s

        return duration_s("--keep-journal", self.keep_journal)

    def max_outage_s(self) -> float:
        """Return for how long an outage is waited for: a stream's input does not run away."""
        if self.max_outage is not None:
            return self.max_outage
        from sendx_cli.core.pacing.outage import MAX_OUTAGE_S

        return inf if self.stream else MAX_OUTAGE_S

    def refuse_stream_of_file(self, *, is_dry: bool) -> None:
        """Refuse `--stream` where the rows are all there, or nothing is to be sent.

        Raises:
            UsageError: They are combined.
        """
        if self.stream and self.from_ != "-":
            raise UsageError("--stream requires --from -", hint="a file needs no --stream")
        if self.stream and self.shard is not None:
            raise UsageError("--shard cannot be used with --stream: it needs the whole file")
        if self.stream and is_dry:
            raise UsageError(
                "--dry-run cannot be used with --stream: its rows are not known in advance"
            )

    def _columns(self, action: str) -> "ColumnOptions":
        from sendx_cli.core.mapping.columns import ColumnOptions
        from sendx_cli.core.mapping.dates import DateOrder
        from sendx_cli.core.mapping.map_files import SavedMap
        from sendx_cli.runs.map_file import read_map

        saved = SavedMap() if self.map_file is None else read_map(self.map_file)
        order = one_of("--date-order", self.date_order, [str(order) for order in DateOrder])
        return ColumnOptions(
            action=action,
            maps=tuple(self.map_ or ()),
            ignores=tuple(self.ignore or ()),
            file_maps=saved.columns,
            file_named=saved.named,
            opt_out_values=(*saved.opt_out_values, *self._opt_out_values()),
            custom_fields=self.custom_fields,
            tag_separator=self.tag_separator or saved.tag_separator,
            date_order=DateOrder(order) if order else saved.date_order,
            include_unsubscribed=self.include_unsubscribed,
        )

    def _opt_out_values(self) -> tuple[str, ...]:
        texts = ",".join(self.opt_out_values or ()).split(",") if self.opt_out_values else []
        return tuple(word for text in texts if (word := text.strip()))

    def _overrides(self, columns: "ColumnOptions") -> "Overrides":
        mapped = (text.partition("=")[::2] for text in columns.maps)
        return overrides_of(self, (*mapped, *columns.file_maps))


class Batching(NamedTuple):
    """Several rows in one call, which the service takes for identify alone."""

    batch: Annotated[
        int | None,
        typer.Option(
            "--batch",
            metavar="N",
            help=f"Send N contacts in one call, {MIN_BATCH} to {MAX_BATCH}.",
            rich_help_panel=FILE,
        ),
    ] = None


def _checked_batch(batch: int | None) -> int:
    if batch is None:
        return 1
    if not MIN_BATCH <= batch <= MAX_BATCH:
        raise UsageError(f"--batch must be a number from {MIN_BATCH} to {MAX_BATCH}")
    return batch
