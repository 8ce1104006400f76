"""A row on its way: how often it was sent, since when, and what is known of it."""

from typing import NamedTuple

from sendx_cli.api.requests import Call, batch_call, encode_payload, single_call
from sendx_cli.core.contact.contact import Identify
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.verdict import Kind, Verdict
from sendx_cli.delivery.rows import Decided, Row


class Attempt:
    """A row that was read.

    Args:
        row: The row.
        keys: Whom it concerns, each once.
        may_join: Whether it may be one of several rows in a call.
        body: Its payload as JSON; empty: made when it is first sent.
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
        """Attempts that are held against it: in an outage, none is."""
        self.verdict: Verdict | None = None
        """What its last attempt came to."""

    def sent(self, now: float) -> None:
        """Record that it is sent."""
        if not self.count:
            self.began_at = now
        self.count += 1

    def begin_alone(self, verdict: Verdict | None) -> None:
        """Take it out of a batch, of which `verdict` is known: from now on it goes by itself."""
        self.verdict = verdict
        self.may_join = False

    def left(self, now: float) -> Decided:
        """What is known of it when the run ends before it could be repeated."""
        in_doubt = (
            self.verdict is not None
            and self.verdict.kind is Kind.AMBIGUOUS
            and not self.row.contact.is_repeatable
        )
        return self.decided(Outcome.UNKNOWN if in_doubt else Outcome.SKIPPED, now)

    def decided(self, outcome: Outcome, now: float) -> Decided:
        """Its outcome, decided at `now`."""
        return Decided(self.row, outcome, self.verdict, self.count, now - self.began_at)


class UnderWay(NamedTuple):
    """A call under way.

    Args:
        attempts: The rows that it carries: one, or those of a batch.
        sent_at: When it was sent.
    """

    attempts: list[Attempt]
    sent_at: float


def attempt_at(row: Row, *, joins: bool) -> Attempt:
    """Return `row` as one that was read; `joins` where rows are sent in batches."""
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
    """Whether it may be in a batch, whose rows are sent again wherever one of them fails.

    A change of address, made once, finds no contact at the old address the next time.
    """
    contact = row.contact
    return isinstance(contact, Identify) and contact.is_repeatable and contact.new_email is None
