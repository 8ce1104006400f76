"""The survivors that stand, each with its reason, from `equivalents.toml`."""

import tomllib
from pathlib import Path

from tests.mutation.mutants import Change

TABLE = Path(__file__).with_name("equivalents.toml")


def reasons() -> dict[Change, str]:
    """Why no test has to notice a change."""
    table = tomllib.loads(TABLE.read_text())
    return {
        Change(file, entry["was"], entry["now"]): entry["why"]
        for file, entries in table.items()
        for entry in entries
    }
