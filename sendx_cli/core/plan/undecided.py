"""People who left in a column about which nobody decided: refused before anything is sent."""

from sendx_cli.core.mapping.columns import ColumnMapping
from sendx_cli.core.mapping.opt_out_scan import decision_hint
from sendx_cli.core.plan.name_counts import NameCounts
from sendx_cli.errors import RowsRefused
from sendx_cli.quantity import quantity

_MAX_NAMED = 5


def refuse_undecided(undecided: NameCounts, mapping: ColumnMapping, *, where: str) -> None:
    """Refuse a source in which people left and nobody said whether they are to be sent.

    Args:
        undecided: Rows that say so, by the column's name.
        mapping: What each column is for.
        where: The source's name.

    Raises:
        InputError: There are such rows.
    """
    if not undecided.total:
        return
    said = "; ".join(
        f'column "{name}" says that the person opted out in {quantity(count, "row")}'
        for name, count in undecided.names[:_MAX_NAMED]
    )
    first = undecided.names[0][0]
    column = next(column for column in mapping.columns if column.name == first)
    raise RowsRefused(f"{said}: nothing was sent", where=where, hint=decision_hint(column))
