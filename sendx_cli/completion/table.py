"""The commands and options as a table, made from the commands themselves by a test.

A line for each, its cells parted by tabs: the command; the names (`--output,-o`, `<run>` for an
argument, or a subcommand's name); what stands for its value, empty for a flag; one line of help.
"""

from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("commands.tsv")


class Entry(NamedTuple):
    """An option, argument or subcommand.

    Args:
        names: All its names, the first being the usual one.
        metavar: What stands for its value: `FILE`, `csv|jsonl`; empty if it takes none.
        help: One line.
    """

    names: tuple[str, ...]
    metavar: str
    help: str

    @property
    def is_option(self) -> bool:
        """Whether it begins with a dash."""
        return self.names[0].startswith("-")

    @property
    def is_argument(self) -> bool:
        """Whether it is told by its place."""
        return self.names[0].startswith("<")

    @property
    def is_repeatable(self) -> bool:
        """Whether an argument may be followed by more of its kind."""
        return self.metavar.endswith("...")


def read_table() -> dict[str, list[Entry]]:
    """Return the entries of each command by its words: `""` for `sendx` itself, `runs show`."""
    table: dict[str, list[Entry]] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        command, names, metavar, text = line.split("\t")
        table.setdefault(command, []).append(Entry(tuple(names.split(",")), metavar, text))
    return table
