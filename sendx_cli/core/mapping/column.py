"""One mapped column of a file."""

from dataclasses import dataclass

from sendx_cli.core.mapping.column_overrides import NAMED
from sendx_cli.core.mapping.opt_outs import OptOutRule
from sendx_cli.core.mapping.spellings import Target


@dataclass(frozen=True, slots=True)
class Column:
    """One column with its target.

    Args:
        position: Its position, from 1.
        name: Its name in the header.
        target: What it is mapped to; None: it is not mapped.
        why: Why it is mapped so, for people.
        field: The custom field's name, if it is one.
        opt_out: How its cells mark opt-outs, whatever else it is for; None: they do not.
    """

    position: int
    name: str
    target: Target | None
    why: str
    field: str | None = None
    opt_out: OptOutRule | None = None

    @property
    def target_text(self) -> str:
        """The target as it is written in `--map`."""
        if self.target is Target.FIELD:
            return f"field:{self.field}"
        return "" if self.target is None else str(self.target)

    @property
    def is_named(self) -> bool:
        """Whether the user named this very column, and so decided about its opt-outs."""
        return self.why in NAMED
