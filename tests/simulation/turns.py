"""What a sender decided, whichever turn it was in."""

from collections.abc import Iterable, Iterator

from sendx_cli.delivery.rows import Decided
from sendx_cli.delivery.sender import Turn


def decided_in(turns: Iterable[Turn]) -> Iterator[Decided]:
    """Yield the rows that were decided."""
    for turn in turns:
        yield from turn.decided
