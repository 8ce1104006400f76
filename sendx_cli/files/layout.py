"""The layout of a file: the user's overrides, and what was detected."""

from dataclasses import dataclass
from enum import StrEnum

from sendx_cli.errors import InvalidValue

_DELIMITER_NAMES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "\\t": "\t",
    "pipe": "|",
    "bar": "|",
}
_QUOTE_NAMES = {"none": "", "double": '"', "single": "'"}


class FileFormat(StrEnum):
    """What a file is made of."""

    DELIMITED = "csv"
    """CSV and TSV."""
    JSON_LINES = "jsonl"


class WorkbookKind(StrEnum):
    """What kind of workbook a sheet is in: the ending of its name."""

    XLSX = "xlsx"
    ODS = "ods"


class HiddenRows(StrEnum):
    """What to do with rows that a sheet does not show."""

    INCLUDE = "include"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What was said of a file; None is found out.

    Args:
        format: CSV or JSON Lines.
        encoding: A codec's name.
        delimiter: One character, or its name, such as `tab`.
        quote: One character, or `none` where cells are never quoted.
        title_lines: Lines before the header.
        columns: The columns' names, for a file without a header.
        email_columns: Columns that `--map` says hold the address: they tell the header.
        takes_ragged: Whether a short row's missing cells are empty, and a long row's empty cells
            are dropped.
        sheet: The sheet of a workbook.
        hidden_rows: What to do with rows that a sheet does not show.
    """

    format: FileFormat | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    title_lines: int | None = None
    columns: tuple[str, ...] = ()
    email_columns: tuple[str, ...] = ()
    takes_ragged: bool = False
    sheet: str | None = None
    hidden_rows: HiddenRows | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are told apart.

    Args:
        delimiter: What stands between cells.
        quote: What stands around a cell that needs it; empty if nothing does.
        skips_space: Whether a blank stands between a delimiter and a quote.
    """

    delimiter: str = ","
    quote: str = '"'
    skips_space: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What was found of a file: enough to read it again, and to write rows like its own.

    Args:
        format: CSV or JSON Lines.
        encoding: Python's name of the codec; writing with it writes the mark as well.
        header: The columns' names as they stand there; for JSON Lines all members' names.
        dialect: For CSV.
        first_line: The line that the first row can begin on.
        titles: The lines before the header, which are left out.
        takes_ragged: As in `Overrides`.
        line_end: How its lines end, as the first one does.
        notes: What was found out and should be said.
        workbook: The kind of workbook, if it is a sheet.
        sheet: The sheet's name.
    """

    format: FileFormat
    encoding: str
    header: tuple[str, ...]
    dialect: Dialect = Dialect()
    first_line: int = 1
    titles: tuple[str, ...] = ()
    takes_ragged: bool = False
    line_end: str = "\n"
    notes: tuple[str, ...] = ()
    workbook: WorkbookKind | None = None
    sheet: str = ""


def parse_delimiter(text: str) -> str:
    """Return the delimiter of `--delimiter`.

    Raises:
        InvalidValue: It is not one character that can stand between cells.
    """
    delimiter = _DELIMITER_NAMES.get(text.lower(), text)
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise InvalidValue(
            f"a delimiter is one character: {text}", hint="comma, semicolon, tab, pipe, or itself"
        )
    return delimiter


def parse_quote(text: str) -> str:
    """Return the quote of `--quote`; empty for `none`.

    Raises:
        InvalidValue: It is not one character.
    """
    quote = _QUOTE_NAMES.get(text.lower(), text)
    if len(quote) > 1 or quote in set("\r\n "):
        raise InvalidValue(f"a quote is one character, or none: {text}")
    return quote
