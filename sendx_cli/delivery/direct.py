"""Contacts named on the command line: all sent, each one's fate told, in the order given."""

from collections.abc import Iterator, Sequence

from sendx_cli.core.contact.contact import Contact
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Verdict
from sendx_cli.delivery.rows import Row, Settled
from sendx_cli.delivery.sender import Sender

MAX_AT_ONCE = 8
"""Calls under way at most: enough to hide the service's latency, few enough to be polite."""


def send_all(sender: Sender, contacts: Sequence[Contact]) -> Iterator[Settled]:
    """Yield what became of each contact, in the order given, as soon as that is known."""
    rows = [Row(number, contact) for number, contact in enumerate(contacts)]
    decided: dict[int, Settled] = {}
    next_number = 0
    for settled in sender.run(iter(rows)):
        decided[settled.row.number] = settled
        while next_number in decided:
            yield decided.pop(next_number)
            next_number += 1
    for row in rows[next_number:]:
        yield decided.get(row.number) or _not_sent(row, sender.stopped_by)


def _not_sent(row: Row, reason: Verdict | None) -> Settled:
    return Settled(row, Outcome.SKIPPED, reason)
