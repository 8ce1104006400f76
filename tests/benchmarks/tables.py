"""How figures are shown: plain columns, a row as soon as it is known."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.machine import described


class MissingPeer(Exception):
    """Something to compare with cannot be had on this machine."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of fixed columns on standard output; a negative width aligns to the left."""

    title: str
    columns: Sequence[tuple[str, int]]

    def begin(self) -> None:
        """Show the title, the machine, and the columns' names."""
        say(f"\n{self.title}\n{described()}")
        self.row(*(name for name, _ in self.columns))

    def row(self, *cells: str) -> None:
        """Show a row."""
        widths = (width for _, width in self.columns)
        parts = (
            cell.ljust(-width) if width < 0 else cell.rjust(width)
            for cell, width in zip(cells, widths, strict=True)
        )
        say("  ".join(parts).rstrip())


def say(line: str) -> None:
    """Show a line at once, also where standard output is a file."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def skip(what: str, missing: MissingPeer) -> None:
    """Tell what is left out, and why."""
    say(f"skipped: {what}: {missing}")
