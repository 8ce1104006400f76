"""Options of identify and track that go with `--from FILE`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sendx_cli.commands.options import Show
from sendx_cli.core.contact.members import ContactValues
from sendx_cli.errors import InvalidValue

if TYPE_CHECKING:
    from sendx_cli.core.mapping.columns import ColumnOptions
    from sendx_cli.files.layout import Overrides
    from sendx_cli.runs.options import RunSpec

MIN_BATCH = 2
MAX_BATCH = 25
"""Contacts that the bulk endpoint takes in one call."""


class FromFile(NamedTuple):
    """Contacts from a file, a row each."""

    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="CSV, TSV or JSON Lines; - is standard input."),
    ] = None
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.")] = False
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Send the other rows if some are bad.")
    ] = False
    include_departed: Annotated[
        bool, typer.Option("--include-departed", help="Send people who unsubscribed, too.")
    ] = False
    left_values: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD,...", help="Words that say somebody unsubscribed."),
    ] = None
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write each row's result (jsonl or csv).")
    ] = None
    show: Show = None
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=TARGET", help="Say what a column is for."),
    ] = None
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Do not send a column.")
    ] = None
    custom_fields: Annotated[
        bool, typer.Option("--custom-fields", help="Other columns are custom fields.")
    ] = False
    map_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take the mapping from a file.")
    ] = None
    save_map: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the mapping in a file.")
    ] = None
    date_order: Annotated[
        str | None, typer.Option(metavar="dmy|mdy|ymd", help="The order of dates.")
    ] = None
    tag_separator: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What stands between tags in a cell.")
    ] = None
    format: Annotated[str | None, typer.Option(metavar="csv|jsonl", help="What the file is.")] = (
        None
    )
    encoding: Annotated[str | None, typer.Option(metavar="NAME", help="Such as cp1252.")] = None
    delimiter: Annotated[
        str | None, typer.Option(metavar="CHARACTER", help="Such as ; or tab.")
    ] = None
    quote: Annotated[
        str | None, typer.Option(metavar="CHARACTER", help="Around cells; none where none is.")
    ] = None
    title_lines: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Lines before the header.")
    ] = None
    columns: Annotated[
        str | None, typer.Option(metavar="NAME,...", help="Names for a file without a header.")
    ] = None
    ragged: Annotated[
        bool, typer.Option("--ragged", help="Take rows that are shorter than the header.")
    ] = False
    batch: Annotated[
        int | None,
        typer.Option(metavar="N", help="Contacts in a call, 2 to 25 (identify only)."),
    ] = None
    stream: Annotated[
        bool, typer.Option("--stream", help="Send rows of standard input as they come.")
    ] = False
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Go on after 1,000 like rejections in a row.")
    ] = False
    max_outage: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1.0, help="Give up for now after so long."),
    ] = None

    def refuse_without_file(self) -> None:
        """Refuse these options if there is no `--from`.

        Raises:
            InvalidValue: One of them was given.
        """
        for member, usual in self._field_defaults.items():
            if getattr(self, member) != usual:
                name = member.rstrip("_").replace("_", "-")
                raise InvalidValue(f"--{name} goes with --from FILE")

    def spec(self, action: str, defaults: ContactValues, service: dict[str, str]) -> "RunSpec":
        """Return the options that are kept with the run.

        Args:
            action: `identify` or `track`.
            defaults: Values given as options, for every row.
            service: Options about the service, as they were typed.

        Raises:
            InvalidValue: The value of an option is invalid.
        """
        from sendx_cli.runs.options import RunSpec

        columns = self._columns(action)
        return RunSpec(
            action=action,
            path=self.from_ or "",
            defaults=defaults,
            overrides=self._overrides(columns),
            columns=columns,
            skip_invalid=self.skip_invalid,
            batch=self._batch(action),
            service=service,
        )

    def refuse_stream_of_file(self, *, is_dry: bool) -> None:
        """Refuse `--stream` where the rows are all there, or nothing is to be sent.

        Raises:
            InvalidValue: They are combined.
        """
        if self.stream and self.from_ != "-":
            raise InvalidValue("--stream goes with --from -", hint="a file's rows are all there")
        if self.stream and is_dry:
            raise InvalidValue("--dry-run shows a plan, and --stream has none: its rows come later")

    def _columns(self, action: str) -> "ColumnOptions":
        from sendx_cli.core.mapping.columns import ColumnOptions
        from sendx_cli.core.mapping.dates import DateOrder
        from sendx_cli.core.mapping.map_files import SavedMap
        from sendx_cli.runs.map_file import read_map

        saved = SavedMap() if self.map_file is None else read_map(self.map_file)
        order = _one_of("--date-order", self.date_order, [str(order) for order in DateOrder])
        return ColumnOptions(
            action=action,
            maps=tuple(self.map_ or ()),
            ignores=tuple(self.ignore or ()),
            file_maps=saved.columns,
            file_named=saved.named,
            left_values=(*saved.left_values, *self._left_values()),
            custom_fields=self.custom_fields,
            tag_separator=self.tag_separator or saved.tag_separator,
            date_order=DateOrder(order) if order else saved.date_order,
            include_departed=self.include_departed,
        )

    def _left_values(self) -> tuple[str, ...]:
        texts = ",".join(self.left_values or ()).split(",") if self.left_values else []
        return tuple(word for text in texts if (word := text.strip()))

    def _overrides(self, columns: "ColumnOptions") -> "Overrides":
        from sendx_cli.files.layout import FileFormat, Overrides

        names = [str(one) for one in FileFormat]
        found = _one_of("--format", self.format, names)
        mapped = [text.partition("=")[::2] for text in columns.maps]
        return Overrides(
            format=FileFormat(found) if found else None,
            encoding=self.encoding,
            delimiter=self.delimiter,
            quote=self.quote,
            title_lines=self.title_lines,
            columns=tuple(name.strip() for name in self.columns.split(",")) if self.columns else (),
            email_columns=tuple(
                name for name, target in (*mapped, *columns.file_maps) if target == "email"
            ),
            takes_ragged=self.ragged,
        )

    def _batch(self, action: str) -> int:
        if self.batch is None:
            return 1
        if action != "identify":
            raise InvalidValue("--batch goes with identify: the service tracks one contact a call")
        if not MIN_BATCH <= self.batch <= MAX_BATCH:
            raise InvalidValue(f"--batch is a number from {MIN_BATCH} to {MAX_BATCH}")
        return self.batch


def _one_of(option: str, text: str | None, choices: Sequence[str]) -> str | None:
    if text is not None and text not in choices:
        raise InvalidValue(f"{option}: no such choice: {text}", hint=f"one of {', '.join(choices)}")
    return text
