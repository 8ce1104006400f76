"""Which columns of a table fit a terminal, and how wide each may be. Pure: text and numbers."""

from collections.abc import Collection, Mapping

GAP = 2
"""Blanks between two columns."""

WHOLE = frozenset({"run", "id", "line", "setting", "state", "accepted"})
"""Never shortened: what people type, states and counts."""

_LEAST = 8
_LEAST_EMAIL = 24
_FAVOUR_EMAIL = 16
"""How much wider than others an address stays: it tells the rows apart."""
_LEFT_OUT_FIRST = (
    "birthday", "elapsed_ms", "attempts", "lists", "company", "lastName", "customFields",
    "firstName", "profile", "action", "source", "start",
)  # fmt: skip
"""What matters least where there is little room; then the columns from the right."""


def widths_within(
    room: int, natural: Mapping[str, int], whole: Collection[str] = ()
) -> dict[str, int]:
    """Return the columns that fit, and their widths.

    The widest are narrowed first. Where that is not enough, columns are left out; the first one
    stays, whatever its width.

    Args:
        room: The terminal's columns.
        natural: How wide each column would be, in the order of the table.
        whole: Those that are never narrowed, beside `WHOLE`.
    """
    least = {
        name: width if name in WHOLE or name in whole else min(width, _least_of(name))
        for name, width in natural.items()
    }
    names = list(natural)
    while len(names) > 1 and sum(least[name] for name in names) + _gaps(names) > room:
        names.remove(_least_wanted(names))
    widths = {name: max(least[name], min(natural[name], room)) for name in names}
    while sum(widths.values()) + _gaps(names) > room:
        narrowable = [name for name in names if widths[name] > least[name]]
        if not narrowable:
            break
        widths[max(narrowable, key=lambda name: widths[name] - _favour(name))] -= 1
    return widths


def _least_of(name: str) -> int:
    return _LEAST_EMAIL if name == "email" else _LEAST


def _favour(name: str) -> int:
    return _FAVOUR_EMAIL if name == "email" else 0


def _gaps(names: Collection[str]) -> int:
    return GAP * (len(names) - 1)


def _least_wanted(names: list[str]) -> str:
    return next((name for name in _LEFT_OUT_FIRST if name in names[1:]), names[-1])
