"""One column of a file, explained."""

from dataclasses import dataclass

from sendx_cli.core.mapping.column_overrides import NAMED
from sendx_cli.core.mapping.opt_outs import OptOutRule
from sendx_cli.core.mapping.spellings import Target


@dataclass(frozen=True, slots=True)
class Column:
    """One column, explained.

    Args:
        position: Its place, from 1.
        name: Its name in the header.
        target: What it is for; None: nothing explains it.
        why: What explains it, for people.
        field: The custom field's name, where it is one.
        opt_out: How it says who left, whatever else it is for.
    """

    position: int
    name: str
    target: Target | None
    why: str
    field: str | None = None
    opt_out: OptOutRule | None = None

    @property
    def target_text(self) -> str:
        """The target as `--map` writes it."""
        if self.target is Target.FIELD:
            return f"field:{self.field}"
        return "" if self.target is None else str(self.target)

    @property
    def is_named(self) -> bool:
        """Whether somebody named this very column, and so decided what becomes of its rows."""
        return self.why in NAMED
