"""A row being sent: how many attempts were made, since when, and the verdict on the last one."""

from typing import NamedTuple

from sendx_cli.api.requests import Call, batch_call, encode_payload, single_call
from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.rows import Decided, Row


class Attempt:
    """A row with the attempts made to send it.

    Args:
        row: The row.
        keys: The keys of the contacts it concerns, without duplicates.
        may_join: Whether it may share a call with other rows.
        body: Its payload as JSON; if empty, it is encoded when the row is first sent.
    """

    __slots__ = ("began_at", "body", "count", "counted", "keys", "may_join", "row", "verdict")

    def __init__(self, row: Row, keys: tuple[str, ...], *, may_join: bool, body: bytes) -> None:
        self.row = row
        self.keys = keys
        self.may_join = may_join
        self.body = body
        self.began_at = 0.0
        """When it was first sent."""
        self.count = 0
        """How often it was sent."""
        self.counted = 0
        """Attempts that count towards the retry policy's limit: none does during an outage."""
        self.verdict: Verdict | None = None
        """The verdict on its last attempt."""

    def sent(self, now: float) -> None:
        """Record an attempt that starts at `now`."""
        if not self.count:
            self.began_at = now
        self.count += 1

    def begin_alone(self, verdict: Verdict | None) -> None:
        """Record the `verdict` on its batch; from now on it is sent in a call of its own."""
        self.verdict = verdict
        self.may_join = False

    def interrupted(self, now: float) -> Decided:
        """Its outcome when the run ends before it could be retried."""
        in_doubt = (
            self.verdict is not None
            and self.verdict.kind is Kind.AMBIGUOUS
            and not self.row.contact.is_repeatable
        )
        return self.decided(Outcome.UNKNOWN if in_doubt else Outcome.SKIPPED, now)

    def decided(self, outcome: Outcome, now: float) -> Decided:
        """Its outcome, decided at `now`."""
        return Decided(self.row, outcome, self.verdict, self.count, now - self.began_at)


class CallInFlight(NamedTuple):
    """A call that was sent and not yet answered.

    Args:
        attempts: The rows that it carries: one, or those of a batch.
        sent_at: When it was sent.
    """

    attempts: list[Attempt]
    sent_at: float


def attempt_at(row: Row, *, joins: bool) -> Attempt:
    """Return the attempt for a new `row`; `joins` where rows are sent in batches."""
    keys = row.contact.contact_keys
    if len(keys) > 1:
        keys = tuple(dict.fromkeys(keys))
    return Attempt(row, keys, may_join=joins and _may_join(row), body=row.body)


def call_of(attempts: list[Attempt], base_url: str) -> Call:
    """Return the call that carries these rows."""
    for attempt in attempts:
        if not attempt.body:
            attempt.body = encode_payload(attempt.row.contact.payload)
    if len(attempts) == 1:
        return single_call(attempts[0].row.contact, attempts[0].body, base_url)
    return batch_call([attempt.body for attempt in attempts], base_url)


def _may_join(row: Row) -> bool:
    """Whether the row may go in a batch, all of whose rows are sent again if one of them fails.

    A change of address must not: once it is made, there is no contact at the old address.
    """
    contact = row.contact
    return isinstance(contact, Identify) and contact.is_repeatable and contact.new_email is None
