"""What became of a run, as Markdown for the page of a build server's job."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sendx_cli.core.totals.totals import Failure, Totals
from sendx_cli.output.next_command import NextCommand
from sendx_cli.output.safe import safe
from sendx_cli.output.summary import example_text, latency_text, reason_text, throughput_text

_MAX_TEXT = 300
_MAX_FAILURES = 50


class BadRowsShown(NamedTuple):
    """Rows that cannot be sent.

    Args:
        rows: How many they are.
        first: The first of them: `file:line:column`, and why.
    """

    rows: int = 0
    first: Sequence[tuple[str, str]] = ()


class StepSummary(NamedTuple):
    """The contents of the page.

    Args:
        title: What was to be done, such as `identify people.csv`.
        ending: The exit code with its meaning, in words of our own.
        why: What ended it, and what to do about it; empty where its rows say it all.
        heading: How many rows in what time; empty if none was sent.
        counts: A word, the count, a remark.
        totals: The run's numbers, if there was one.
        bad: The file's bad rows.
        next_commands: What to type next.
    """

    title: str
    ending: str
    why: Sequence[str] = ()
    heading: str = ""
    counts: Sequence[tuple[str, int, str]] = ()
    totals: Totals | None = None
    bad: BadRowsShown = BadRowsShown()
    next_commands: Sequence[NextCommand] = ()

    def markdown(self) -> str:
        """Return GitHub's Markdown, of a size that does not grow with the file.

        Text from elsewhere is shown as it is: it makes no link, no image and no table of its own.
        """
        totals = self.totals
        numbers = [] if totals is None else [*throughput_text(totals), latency_text(totals)]
        parts = [
            [f"### sendx {_literal(self.title)}"],
            [f"**{self.ending}**"],
            # Two spaces at its end keep a line a line.
            [f"{_literal(line)}  " for line in self.why],
            [self.heading],
            _table("outcome", "rows", _counted(self.counts)),
            [", ".join(filter(None, numbers))],
            [] if totals is None else _failure_table(totals.failures),
            self._bad_table(),
            *(part for command in self.next_commands for part in _next(command)),
        ]
        return "\n\n".join("\n".join(part) for part in parts if any(part)) + "\n"

    def _bad_table(self) -> list[str]:
        bad = self.bad
        lines = _table("bad row", "why", ((_literal(a), _literal(b)) for a, b in bad.first))
        further = bad.rows - len(bad.first)
        if lines and further > 0:
            lines.append(f"| and {further:,} more | |")
        if lines:
            lines[1] = "| --- | --- |"
        return lines


def _counted(counts: Sequence[tuple[str, int, str]]) -> Iterator[tuple[str, str]]:
    for word, count, remark in counts:
        yield word, f"{count:,}{remark}"


def _table(first: str, second: str, rows: Iterator[tuple[str, str]]) -> list[str]:
    lines = [f"| {one} | {other} |" for one, other in rows]
    return [f"| {first} | {second} |", "| --- | ---: |", *lines] if lines else []


def _failure_table(failures: Sequence[Failure]) -> list[str]:
    if not failures:
        return []
    rows = [
        f"| {_literal(reason_text(one))} | {one.count:,} | {_literal(example_text(one))} |"
        for one in failures[:_MAX_FAILURES]
    ]
    return ["| failure | rows | such as |", "| --- | ---: | --- |", *rows]


def _literal(text: str) -> str:
    """Write ASCII punctuation as character references, which never are markup (CommonMark 2.5)."""
    cut = text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 3]}..."
    return "".join(
        f"&#{ord(character)};"
        if character.isascii() and not character.isalnum() and character != " "
        else character
        for character in safe(cut)
    )


def _next(command: NextCommand) -> tuple[list[str], list[str]]:
    """Return what has to be done before, and the command: code of its own, to be copied."""
    # Indented code has no end mark that a command could hold.
    return [_literal(command.lead)], [f"    {safe(command.command)}"]
