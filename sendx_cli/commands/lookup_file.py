"""Options of lookup that go with `--from FILE`: those about where its addresses are."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

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
    overrides_of,
    refuse_without_file,
)
from sendx_cli.commands.sections import COLUMNS, FILE

if TYPE_CHECKING:
    from sendx_cli.runs.lookup import LookupFile


class FileToLookUp(NamedTuple):
    """Addresses from a file, one a row."""

    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Look up the addresses of a CSV, JSON Lines, .xlsx or .ods file; - is standard "
            "input.",
            rich_help_panel=FILE,
        ),
    ] = None
    skip_invalid: Annotated[
        bool,
        typer.Option(
            "--skip-invalid", help="Skip bad rows and look up the rest.", rich_help_panel=FILE
        ),
    ] = False
    map_: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="COLUMN=email",
            help="Map the column that has the addresses.",
            rich_help_panel=COLUMNS,
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

    def refuse_without_file(self) -> None:
        """Refuse these options if there is no `--from`.

        Raises:
            UsageError: One of them was given.
        """
        refuse_without_file(self)

    def value(self) -> "LookupFile":
        """Return what they say together.

        Raises:
            InvalidValue: One of them cannot be.
        """
        from sendx_cli.runs.lookup import LookupFile

        maps = () if self.map_ is None else (self.map_,)
        return LookupFile(
            path=self.from_ or "",
            overrides=overrides_of(self, (text.rpartition("=")[::2] for text in maps)),
            maps=maps,
            skip_invalid=self.skip_invalid,
        )
