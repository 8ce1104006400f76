"""Sending the contacts named on the command line, with their outcomes in the order given."""

from collections.abc import Iterator, Sequence

from sendx_cli.core.contact.contact import Contact
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Verdict
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.delivery.sender import Sender, Turn

MAX_AT_ONCE = 8
"""Calls in flight at most: enough to hide the service's latency, few enough not to burden it."""


def send_all(sender: Sender, contacts: Sequence[Contact]) -> Iterator[Turn]:
    """Send all contacts; yield what happens turn by turn, their outcomes in the order given."""
    rows = [Row(number, contact) for number, contact in enumerate(contacts)]
    known: dict[int, Decided] = {}
    next_number = 0
    for turn in sender.run(iter(rows)):
        known.update((decided.row.number, decided) for decided in turn.decided)
        in_order: list[Decided] = []
        while next_number in known:
            in_order.append(known.pop(next_number))
            next_number += 1
        yield turn._replace(decided=in_order)
    left = rows[next_number:]
    yield Turn([known.get(row.number) or _not_sent(row, sender.stopped_by) for row in left])


def _not_sent(row: Row, reason: Verdict | None) -> Decided:
    return Decided(row, Outcome.SKIPPED, reason)
