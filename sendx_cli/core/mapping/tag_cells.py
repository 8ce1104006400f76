"""Splitting several tags (or lists) in one cell, as each tool writes them."""

import csv
from enum import StrEnum

from sendx_cli.core.mapping.spellings import EDGES
from sendx_cli.errors import InvalidValue

_SEPARATORS = (",", ";", "|")


class TagStyle(StrEnum):
    """How a cell holds several values."""

    USUAL = "comma, semicolon or bar"
    """One of `,` `;` `|` or `||`; a cell that has two kinds of them is ambiguous."""
    QUOTED = "quoted, with commas"
    """CSV within the cell, as Mailchimp has it: `"VIP","Blog"`."""
    COMMA = "comma"
    SEMICOLON = "semicolon"
    DOUBLE_BAR = "||"
    LABELS = ":::"
    """Google's labels, `* myContacts ::: Navy`: a star marks Google's own, and `myContacts`,

    which every contact there has, is left out.
    """


_SEPARATOR_OF = {
    TagStyle.COMMA: ",",
    TagStyle.SEMICOLON: ";",
    TagStyle.DOUBLE_BAR: "||",
    TagStyle.LABELS: ":::",
}
_EVERYBODY = frozenset({"* mycontacts", "* my contacts"})


def split_tags(cell: str, style: TagStyle | str) -> tuple[str, ...]:
    """Return the values of one cell, without blanks at their ends and without empty ones.

    Args:
        cell: The cell's text.
        style: How it holds them; any other text is the separator itself (`--tag-separator`).

    Raises:
        InvalidValue: The cell can be read in more than one way, or its quotes do not match.
    """
    if style == TagStyle.QUOTED:
        return _trimmed(_within_quotes(cell, ","))
    if style == TagStyle.USUAL:
        return _trimmed(_usual(cell))
    try:
        separator = _SEPARATOR_OF.get(TagStyle(style), ",")
    except ValueError:
        separator = style
    tags = _trimmed(cell.split(separator))
    return _without_google_marks(tags) if style == TagStyle.LABELS else tags


def _usual(cell: str) -> list[str]:
    if cell.startswith('"'):
        return _within_quotes(cell, ",")
    if "||" in cell and "," not in cell and ";" not in cell:
        return cell.split("||")
    kinds = [separator for separator in _SEPARATORS if separator in cell]
    if len(kinds) > 1:
        raise InvalidValue(
            f'"{kinds[0]}" or "{kinds[1]}" could separate the tags: {cell}',
            hint="use --tag-separator",
        )
    return cell.split(kinds[0]) if kinds else [cell]


def _within_quotes(cell: str, separator: str) -> list[str]:
    try:
        records = list(csv.reader([cell], delimiter=separator, strict=True, skipinitialspace=True))
    except csv.Error:
        raise InvalidValue(f"quotes between the tags do not match: {cell}") from None
    return records[0] if records else []


def _trimmed(tags: list[str]) -> tuple[str, ...]:
    trimmed = (tag.strip(EDGES) for tag in tags)
    return tuple(tag for tag in trimmed if tag)


def _without_google_marks(tags: tuple[str, ...]) -> tuple[str, ...]:
    kept = (tag for tag in tags if tag.lower() not in _EVERYBODY)
    return tuple(tag.removeprefix("* ") for tag in kept)
