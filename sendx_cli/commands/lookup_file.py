"""Options of lookup that go with `--from FILE`: those about where its addresses are."""

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from sendx_cli.commands.sections import COLUMNS, FILE
from sendx_cli.errors import InvalidValue

if TYPE_CHECKING:
    from sendx_cli.runs.lookup import LookupFile


class FileToLookUp(NamedTuple):
    """Addresses from a file, one a row."""

    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Look up the addresses of a CSV, TSV or JSON Lines file; - is standard input.",
            rich_help_panel=FILE,
        ),
    ] = None
    skip_invalid: Annotated[
        bool,
        typer.Option(
            "--skip-invalid", help="Skip bad rows and look up the others.", rich_help_panel=FILE
        ),
    ] = False
    map_: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="COLUMN=email",
            help="Say which column has the addresses.",
            rich_help_panel=COLUMNS,
        ),
    ] = None
    format: Annotated[
        str | None,
        typer.Option(
            metavar="csv|jsonl", help="Read the file as this format.", rich_help_panel=FILE
        ),
    ] = None
    encoding: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Read the file in this encoding, such as cp1252.",
            rich_help_panel=FILE,
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="CHARACTER",
            help="Split rows at this character, such as ; or tab.",
            rich_help_panel=FILE,
        ),
    ] = None
    quote: Annotated[
        str | None,
        typer.Option(
            metavar="CHARACTER",
            help="Use this quotation mark; none if cells are not quoted.",
            rich_help_panel=FILE,
        ),
    ] = None
    title_lines: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Skip N lines before the header, 0 or more.",
            rich_help_panel=FILE,
        ),
    ] = None
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Name the columns of a file without a header.",
            rich_help_panel=COLUMNS,
        ),
    ] = None
    ragged: Annotated[
        bool,
        typer.Option(
            "--ragged", help="Accept rows that are shorter than the header.", rich_help_panel=FILE
        ),
    ] = False

    def refuse_without_file(self) -> None:
        """Refuse these options if there is no `--from`.

        Raises:
            InvalidValue: One of them was given.
        """
        for member, usual in self._field_defaults.items():
            if getattr(self, member) != usual:
                name = member.rstrip("_").replace("_", "-")
                raise InvalidValue(f"--{name} goes with --from FILE")

    def value(self) -> "LookupFile":
        """Return what they say together.

        Raises:
            InvalidValue: One of them cannot be.
        """
        from sendx_cli.files.layout import FileFormat, Overrides
        from sendx_cli.runs.lookup import LookupFile

        formats = [str(one) for one in FileFormat]
        if self.format is not None and self.format not in formats:
            message = f"--format: no such choice: {self.format}"
            raise InvalidValue(message, hint=f"one of {', '.join(formats)}")
        maps = () if self.map_ is None else (self.map_,)
        mapped = [text.rpartition("=")[::2] for text in maps]
        overrides = Overrides(
            format=FileFormat(self.format) if self.format else None,
            encoding=self.encoding,
            delimiter=self.delimiter,
            quote=self.quote,
            title_lines=self.title_lines,
            columns=tuple(name.strip() for name in self.columns.split(",")) if self.columns else (),
            email_columns=tuple(name for name, target in mapped if target == "email"),
            takes_ragged=self.ragged,
        )
        return LookupFile(
            path=self.from_ or "",
            overrides=overrides,
            maps=maps,
            skip_invalid=self.skip_invalid,
        )
