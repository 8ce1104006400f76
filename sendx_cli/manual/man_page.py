"""The man page: the commands' help and all topics, in roff."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sendx_cli import __version__
from sendx_cli.manual.blocks import Block, Lines, Paragraph, Rows
from sendx_cli.manual.topics import TOPICS, blocks_of


class CommandPage(NamedTuple):
    """The help of one command.

    Args:
        name: All its words, such as `sendx runs show`.
        usage: What follows them.
        text: Its paragraphs.
        examples: Whole command lines.
        sections: Its arguments and options, or commands.
    """

    name: str
    usage: str
    text: str
    examples: Sequence[str]
    sections: Sequence[Rows]


def man_page(pages: Sequence[CommandPage]) -> str:
    """Return the man page.

    Args:
        pages: The help of `sendx` itself, then of each command.
    """
    return "".join(f"{line}\n" for line in _without_idle_breaks(_page(pages)))


def _without_idle_breaks(lines: Iterator[str]) -> Iterator[str]:
    """Leave out a new paragraph right below a heading, where one begins anyway."""
    before = ""
    for line in lines:
        if line != ".PP" or before[:3] not in {".SH", ".SS", ".PP"}:
            yield line
        before = line


def _page(pages: Sequence[CommandPage]) -> Iterator[str]:
    own, *commands = pages
    yield f'.TH SENDX 1 "" "sendx {__version__}" "User Commands"'
    yield from (".nh", ".ad l")
    yield from (".SH NAME", r"sendx \- the command line for SendX\(aqs contact API")
    yield ".SH SYNOPSIS"
    yield from (f".B {_escaped(own.name)}", _escaped(own.usage))
    yield from (".SH DESCRIPTION", *_paragraphs(own.text))
    below, *options = own.sections
    yield from (".SH COMMANDS", *_rows(below), ".SH OPTIONS")
    for section in options:
        yield from _rows(section)
    yield from (".SH EXAMPLES", *_verbatim(own.examples))
    for page in commands:
        yield from _command(page)
    for topic in TOPICS:
        yield f".SH {_escaped(topic.upper().replace('-', ' '))}"
        for block in blocks_of(topic):
            yield from _block(block)


def _command(page: CommandPage) -> Iterator[str]:
    yield f".SH {_escaped(page.name.upper())}"
    yield from (f".B {_escaped(page.name)}", _escaped(page.usage))
    yield from (".PP", *_paragraphs(page.text))
    if page.examples:
        yield from (".SS Examples", *_verbatim(page.examples))
    for section in page.sections:
        yield from _block(section)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield from (".PP", _escaped(block.text))
        return
    if block.title:
        yield f".SS {_escaped(block.title)}"
    yield from _verbatim(block.lines) if isinstance(block, Lines) else _rows(block)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        yield from map(_escaped, paragraph.splitlines())


def _rows(block: Rows) -> Iterator[str]:
    for name, text in block.rows:
        yield from (".TP", f"\\fB{_escaped(name)}\\fR", _escaped(text))


def _verbatim(lines: Sequence[str]) -> Iterator[str]:
    yield from (".PP", ".nf", ".RS 4")
    yield from (_escaped(line) or ".sp" for line in lines)
    yield from (".RE", ".fi")


def _escaped(text: str) -> str:
    r"""Return text that roff shows as it is.

    A hyphen that is to be copied is `\-`; a quote at the ends of words would be curled; a point
    or a quote that begins a line would make a request of it.
    """
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    text = text.replace("`", r"\(ga").replace("^", r"\(ha").replace("~", r"\(ti")
    return f"\\&{text}" if text[:1] == "." else text
