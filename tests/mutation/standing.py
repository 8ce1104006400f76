"""The survivors that stand, each with its reason, from `equivalents.toml`."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutants import Change

TABLE = Path(__file__).with_name("equivalents.toml")


class Standing(NamedTuple):
    """A change, or several alike, that no test has to notice.

    Args:
        file: The file's path from the project's root.
        was: The line before it, or all lines if empty.
        now: The line after it, or what that begins with if `was` is empty.
        why: The reason.
    """

    file: str
    was: str
    now: str
    why: str

    def holds_for(self, change: Change) -> bool:
        """Whether it is about this change."""
        if self.file != change.file:
            return False
        if not self.was:
            return change.now.startswith(self.now)
        return (self.was, self.now) == (change.was, change.now)


def standing() -> list[Standing]:
    """All of them."""
    table = tomllib.loads(TABLE.read_text())
    return [
        Standing(file, entry.get("was", ""), entry["now"], entry["why"])
        for file, entries in table.items()
        for entry in entries
    ]
