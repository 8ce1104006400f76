"""Options about how a file is laid out, which every command that reads one has."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from sendx_cli.commands.sections import COLUMNS, FILE
from sendx_cli.errors import UsageError

if TYPE_CHECKING:
    from sendx_cli.files.layout import Overrides

Format = Annotated[
    str | None,
    typer.Option(metavar="csv|jsonl", help="Format of the file.", rich_help_panel=FILE),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Encoding of the file, such as cp1252.",
        rich_help_panel=FILE,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        metavar="CHARACTER",
        help="Delimiter between cells, such as ; or tab.",
        rich_help_panel=FILE,
    ),
]
Quote = Annotated[
    str | None,
    typer.Option(
        metavar="CHARACTER",
        help="Quotation mark around cells; none if cells are not quoted.",
        rich_help_panel=FILE,
    ),
]
TitleLines = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        help="Skip N lines before the header, 0 or more.",
        rich_help_panel=FILE,
    ),
]
ColumnNames = Annotated[
    str | None,
    typer.Option(
        metavar="NAME,...",
        help="Name the columns of a file without a header.",
        rich_help_panel=COLUMNS,
    ),
]
Ragged = Annotated[
    bool,
    typer.Option(
        "--ragged", help="Accept rows that are shorter than the header.", rich_help_panel=FILE
    ),
]
SheetName = Annotated[
    str | None,
    typer.Option(
        "--sheet",
        metavar="NAME",
        help="Sheet of a workbook. Default: the first one.",
        rich_help_panel=FILE,
    ),
]
HiddenRowsChoice = Annotated[
    str | None,
    typer.Option(
        "--hidden-rows",
        metavar="include|skip",
        help="What to do with rows that a sheet hides, such as by a filter.",
        rich_help_panel=FILE,
    ),
]


class LayoutOptions(Protocol):
    """The members that a group with these options has."""

    @property
    def format(self) -> str | None: ...  # noqa: D102 - see the options above
    @property
    def encoding(self) -> str | None: ...  # noqa: D102
    @property
    def delimiter(self) -> str | None: ...  # noqa: D102
    @property
    def quote(self) -> str | None: ...  # noqa: D102
    @property
    def title_lines(self) -> int | None: ...  # noqa: D102
    @property
    def columns(self) -> str | None: ...  # noqa: D102
    @property
    def ragged(self) -> bool: ...  # noqa: D102
    @property
    def sheet(self) -> str | None: ...  # noqa: D102
    @property
    def hidden_rows(self) -> str | None: ...  # noqa: D102


def overrides_of(options: LayoutOptions, targets: Iterable[tuple[str, str]]) -> "Overrides":
    """Return what the options say of a file's layout.

    Args:
        options: A group with the options above.
        targets: Columns that options name, each with its target.

    Raises:
        UsageError: A choice is none.
    """
    from sendx_cli.files.layout import FileFormat, HiddenRows, Overrides

    found = one_of("--format", options.format, [str(one) for one in FileFormat])
    hidden = one_of("--hidden-rows", options.hidden_rows, [str(one) for one in HiddenRows])
    names = options.columns.split(",") if options.columns else ()
    return Overrides(
        format=FileFormat(found) if found else None,
        encoding=options.encoding,
        delimiter=options.delimiter,
        quote=options.quote,
        title_lines=options.title_lines,
        columns=tuple(name.strip() for name in names),
        email_columns=tuple(name for name, target in targets if target == "email"),
        takes_ragged=options.ragged,
        sheet=options.sheet,
        hidden_rows=HiddenRows(hidden) if hidden else None,
    )


def refuse_without_file(group: Any) -> None:  # noqa: ANN401 - a group of options
    """Refuse the options of a group if there is no `--from`.

    Raises:
        UsageError: One of them was given.
    """
    for member, usual in group._field_defaults.items():
        if getattr(group, member) != usual:
            name = member.rstrip("_").replace("_", "-")
            raise UsageError(f"--{name} requires --from FILE")


def one_of(option: str, text: str | None, choices: Sequence[str]) -> str | None:
    """Return an option's text.

    Raises:
        UsageError: It is none of the choices.
    """
    if text is not None and text not in choices:
        raise UsageError(f"{option}: no such choice: {text}", hint=f"one of {', '.join(choices)}")
    return text
