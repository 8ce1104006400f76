"""What the sender tells of rows before and after they are sent, for whoever keeps a record."""

from collections.abc import Sequence
from typing import Protocol

from sendx_cli.delivery.rows import Row, Settled


class Journal(Protocol):
    """Notes each row before it is sent and after it is decided."""

    def sending(self, rows: Sequence[Row]) -> None:
        """Note that these rows are about to be sent."""

    def put_back(self, rows: Sequence[Row]) -> None:
        """Note that these rows, which surely did not arrive, wait to be sent again."""

    def settled(self, rows: Sequence[Settled]) -> None:
        """Note what became of these rows."""


class NoJournal:
    """For contacts named on the command line: their results are all there is to know."""

    def sending(self, rows: Sequence[Row]) -> None:
        """Note nothing."""

    def put_back(self, rows: Sequence[Row]) -> None:
        """Note nothing."""

    def settled(self, rows: Sequence[Settled]) -> None:
        """Note nothing."""
