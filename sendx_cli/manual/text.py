"""Topics as plain text."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows

_INDENT = "  "
_MAX_NAME = 24
"""Columns for names: what is longer has a line of its own."""


def list_text(topics: Mapping[str, str], width: int) -> str:
    """Return the list of topics, each with what it is about."""
    use = Paragraph("sendx help TOPIC shows one; sendx COMMAND --help shows a command's options.")
    return text_of((Rows("Topics", [*topics.items()]), use), width)


def text_of(blocks: Sequence[Block], width: int) -> str:
    """Return blocks as lines no wider than `width`, but for lines that are shown as they are."""
    return "\n".join("\n".join(_lines(block, width)) + "\n" for block in blocks)


def _lines(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield from wrap(block.text, width, break_long_words=False, break_on_hyphens=False)
        return
    if block.title:
        yield f"{block.title}:"
    if isinstance(block, Lines):
        yield from (f"{_INDENT}{line}".rstrip() for line in block.lines)
    else:
        yield from _row_lines(block, width)


def _row_lines(block: Rows, width: int) -> Iterator[str]:
    column = min(max(len(name) for name, _ in block.rows), _MAX_NAME, width // 3)
    margin = _INDENT + " " * column + _INDENT
    for name, text in block.rows:
        first = f"{_INDENT}{name.ljust(column)}{_INDENT}"
        if len(name) > column:
            yield first.rstrip()
            first = margin
        yield from wrap(
            text,
            width,
            initial_indent=first,
            subsequent_indent=margin,
            break_long_words=False,
            break_on_hyphens=False,
        )
