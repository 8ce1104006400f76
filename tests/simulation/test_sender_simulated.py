import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf

import pytest

from sendx_cli.api.requests import Call
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.replies.answers import Answer, TransportFailure
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.retry import RetryPolicy
from sendx_cli.delivery.attempts import attempt_at
from sendx_cli.delivery.rows import Row
from tests.simulation.simulated_exchange import SimulatedReply
from tests.simulation.simulated_run import LOST, OK, THROTTLED, TROUBLE, UNREACHED, simulate
from tests.simulation.turns import decided_in

CLOSED = Answer(503, {"retry-after": "3"}, b"")
TIMEOUT = TransportFailure("timeout", "no answer", may_have_arrived=True)
REJECTED = Answer(422, {}, b'{"message":"no"}')
PARTIAL = Answer(200, {}, b'{"status":"partial"}')
NOT_THERE = Answer(404, {}, b"")
TO_COME = {Outcome.SKIPPED, Outcome.FAILED}


def contact(number: int, old: int, new: int, kind: int) -> Contact:
    """One of a few people, by either spelling: a plain row, or one that may not come twice."""
    email = f"{'Pp'[number % 2]}{old}@example.com"
    if kind == 0:
        return Track(email=email, add_tags=(str(number),))
    return Identify(
        email=email,
        new_email=f"p{new}@example.com" if kind == 1 else None,
        first_name=str(number),
        fields=(("visits", "++1"),) if kind == 2 else (),
    )


def numbers_in(body: bytes) -> list[int]:
    """The rows that a call carries."""
    value = json.loads(body)
    contacts = value if isinstance(value, list) else [value]
    return [int(one["firstName"] if "firstName" in one else one["addTags"][0]) for one in contacts]


class BadDay:
    """A service that fails in all ways; it notes whom it told that they are accepted."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._trouble = draw.choice((0.05, 0.2, 0.5, 0.8))
        self._outage = draw.choice(((0.0, 0.0), (0.0, 0.0), (1.0, 100.0), (1.0, 1200.0)))
        self._has_bulk = draw.random() < 0.8
        self.accepted: set[int] = set()

    def decide(self, call: Call, now: float) -> SimulatedReply:
        numbers = numbers_in(call.body)
        assert self.accepted.isdisjoint(numbers), "sent again although it was accepted"
        reply, is_applied = self._reply(now, is_batch=len(numbers) > 1)
        if reply is OK:
            self.accepted.update(numbers)
        latency_s = 30.0 if reply is TIMEOUT else self._draw.random()
        return SimulatedReply(latency_s, reply, is_applied)

    def _reply(self, now: float, *, is_batch: bool) -> tuple[Answer | TransportFailure, bool]:
        if is_batch and not self._has_bulk:
            return NOT_THERE, False
        since, until = self._outage
        if since < now < until:
            return UNREACHED, False
        if self._draw.random() >= self._trouble:
            return OK, True
        doubts = (TROUBLE, LOST, TIMEOUT, PARTIAL) if is_batch else (TROUBLE, LOST, TIMEOUT)
        plain = (THROTTLED, CLOSED, UNREACHED, REJECTED)
        reply = self._draw.choice((*doubts, *plain, NOT_THERE) if is_batch else (*doubts, *plain))
        return reply, reply in doubts and self._draw.random() < 0.5


def acted_on(rows: Sequence[Row], bodies: Iterable[bytes]) -> dict[str, list[int]]:
    """The rows that the service acted on, in its order, for each contact that they concern."""
    queues: dict[str, list[int]] = defaultdict(list)
    for number in (number for body in bodies for number in numbers_in(body)):
        for key in attempt_at(rows[number], joins=False).keys:
            queues[key].append(number)
    return queues


@pytest.mark.parametrize("seed", range(200))
def test_each_contact_gets_its_rows_in_order_whatever_goes_wrong(seed: int) -> None:
    """Also in batches, across retries, and when what was left undone is sent in a second run."""
    draw = random.Random(seed)
    people = draw.randint(1, 12)
    rows = [
        Row(n, contact(n, draw.randrange(people), draw.randrange(people), draw.randrange(9)))
        for n in range(draw.randint(1, 80))
    ]
    service = BadDay(draw)
    to_come, applied = rows, list[bytes]()
    for stop_at in (draw.choice((0.4, 3.0, inf, inf)), inf):
        sender, exchange, _ = simulate(
            service.decide,
            concurrency=draw.randint(1, 12),
            policy=RetryPolicy(retries=draw.randint(0, 4)),
            jitter=draw.random,
            has_breaker=True,
            batch=draw.randint(1, 25),
            stop_at=stop_at,
        )
        decided = list(decided_in(sender.run(iter(to_come))))
        outcomes = {one.row.number: one.outcome for one in decided}
        assert len(outcomes) == len(decided)
        if stop_at == inf and sender.stopped_by is None:
            assert len(decided) + sender.left_behind == len(to_come)
        assert service.accepted >= {n for n, o in outcomes.items() if o is Outcome.ACCEPTED}
        applied += exchange.applied
        to_come = [row for row in to_come if outcomes.get(row.number, Outcome.FAILED) in TO_COME]
    for order in acted_on(rows, applied).values():
        assert all(earlier <= later for earlier, later in pairwise(order)), order
    acted = [number for body in applied for number in numbers_in(body)]
    once = [row.number for row in rows if not row.contact.is_repeatable]
    assert all(acted.count(number) <= 1 for number in once)
