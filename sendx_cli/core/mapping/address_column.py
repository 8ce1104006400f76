"""Which column of a file holds the addresses, where nothing else of the file matters."""

from collections.abc import Iterable, Sequence

from sendx_cli.core.mapping.column_overrides import column_overrides
from sendx_cli.core.mapping.presets import find_preset
from sendx_cli.core.mapping.spellings import Target, column_key, is_email_name
from sendx_cli.errors import ColumnsRefused

_HINT = "choose one: --map 'COLUMN=email'"


def address_column(header: Sequence[str], maps: Iterable[str]) -> int:
    """Return the position of the column that holds the addresses, from 0.

    Args:
        header: The columns' names.
        maps: `--map`, as typed; only `COLUMN=email` matters.

    Raises:
        ColumnsRefused: There is no such column, or more than one.
    """
    overrides = column_overrides(header, maps, (), ())
    named = [place - 1 for place, one in overrides.items() if one.target is Target.EMAIL]
    preset = find_preset({column_key(name) for name in header})
    by_preset = [
        place
        for place, name in enumerate(header)
        if preset.targets.get(column_key(name)) is Target.EMAIL
    ]
    spelled = [place for place, name in enumerate(header) if is_email_name(name)]
    found = named or by_preset or spelled
    if not found:
        raise ColumnsRefused("no column contains addresses", hint=_HINT)
    if len(found) > 1:
        names = ", ".join(header[place] for place in found)
        raise ColumnsRefused(f"more than one column may contain addresses: {names}", hint=_HINT)
    return found[0]
