"""What the sender does in which order, and what it may spend on retries."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import pytest

from sendx_cli.api.exchange import Reply
from sendx_cli.api.requests import Call
from sendx_cli.core.contact.contact import Contact, Identify, Track
from sendx_cli.core.pacing.pacer import Pacer
from sendx_cli.core.replies.answers import Answer
from sendx_cli.core.replies.outcome import Outcome
from sendx_cli.core.replies.retry import RetryPolicy
from sendx_cli.delivery.circuit_breaker import CircuitBreaker
from sendx_cli.delivery.rows import Decided, Row
from sendx_cli.delivery.sender import MAX_HELD_BACK, Sender, Turn
from tests.clocks import HandClock
from tests.simulation.simulated_exchange import SimulatedExchange, SimulatedReply
from tests.simulation.simulated_run import (
    LOST,
    OK,
    THROTTLED,
    TROUBLE,
    UNREACHED,
    people,
    simulate,
)
from tests.simulation.turns import decided_in

Event = tuple[str, list[str]]
KEY_REFUSED = Answer(401, {}, b'{"message":"not valid"}')
USED_UP = Answer(429, {}, b'{"message":"Email sending limit exceeded. Please upgrade your plan."}')


def tracks(count: int) -> list[Contact]:
    return [Track(email=f"p{n}@example.com", add_tags=("x",)) for n in range(count)]


class NotedExchange(SimulatedExchange):
    """Notes each call that is handed in and each reply that comes."""

    events: list[Event]

    def submit(self, ticket: int, call: Call) -> None:
        value = json.loads(call.body)
        contacts = value if isinstance(value, list) else [value]
        self.events.append(("submit", [contact["email"][:2] for contact in contacts]))
        super().submit(ticket, call)

    def wait(self, timeout_s: float | None) -> list[Reply]:
        replies = super().wait(timeout_s)
        self.events += [("reply", []) for _ in replies]
        return replies


class NotedJournal:
    """Notes what a journal is told, and when."""

    def __init__(self, events: list[Event]) -> None:
        self._events = events

    def mark_sending(self, rows: Sequence[Row]) -> None:
        self._note("mark", rows)

    def put_back(self, rows: Sequence[Row]) -> None:
        self._note("put back", rows)

    def record(self, rows: Sequence[Decided]) -> None:
        self._note("settle", [one.row for one in rows])

    def _note(self, what: str, rows: Sequence[Row]) -> None:
        if rows:
            self._events.append((what, [row.contact.email[:2] for row in rows]))


def events_of(
    contacts: Sequence[Contact],
    decide: Callable[[Call, float], SimulatedReply],
    *,
    concurrency: int = 1,
    batch: int = 1,
    stop_at: float = 1e9,
    policy: RetryPolicy | None = None,
) -> list[Event]:
    """Send a run's rows; return all that happened, in its order, and what was told of each row."""
    events: list[Event] = []
    clock = HandClock()
    exchange = NotedExchange(clock, decide, interrupted_at=stop_at)
    exchange.events = events
    pacer = Pacer(concurrency=concurrency, now=0.0)
    sender = Sender(
        exchange=exchange,
        pacer=pacer,
        clock=clock,
        jitter=lambda: 0.5,
        policy=policy or RetryPolicy(),
        base_url="https://api.example.com",
        batch=batch,
        journal=NotedJournal(events),
        breaker=CircuitBreaker(pacer, lambda: 0.5, 0.0),
    )
    exchange.on_interrupt = sender.stop
    events.extend(
        (f"tell {decided.outcome}", [decided.row.contact.email[:2]])
        for decided in decided_in(sender.run(map(Row, range(len(contacts)), contacts)))
    )
    return events


def test_a_row_is_marked_then_sent_then_settled_then_told() -> None:
    """One after the other, and each row so."""
    assert events_of(tracks(2), lambda _c, _t: SimulatedReply(0.1, OK, True)) == [
        ("mark", ["p0"]),
        ("submit", ["p0"]),
        ("reply", []),
        ("settle", ["p0"]),
        ("tell accepted", ["p0"]),
        ("mark", ["p1"]),
        ("submit", ["p1"]),
        ("reply", []),
        ("settle", ["p1"]),
        ("tell accepted", ["p1"]),
    ]


def test_rows_that_begin_together_are_all_marked_before_the_first_is_sent() -> None:
    """Also those of a batch, whose outcome is decided as one before any is told."""
    joined = events_of(
        people(4), lambda _c, _t: SimulatedReply(0.1, OK, True), concurrency=2, batch=2
    )
    assert joined == [
        ("mark", ["p0", "p1", "p2", "p3"]),
        ("submit", ["p0", "p1"]),
        ("submit", ["p2", "p3"]),
        ("reply", []),
        ("settle", ["p0", "p1"]),
        ("tell accepted", ["p0"]),
        ("tell accepted", ["p1"]),
        ("reply", []),
        ("settle", ["p2", "p3"]),
        ("tell accepted", ["p2"]),
        ("tell accepted", ["p3"]),
    ]


@pytest.mark.parametrize("reply", [UNREACHED, THROTTLED])
def test_a_row_that_surely_did_not_arrive_is_put_back_and_marked_again(reply: Answer) -> None:
    """A crash while it waits finds it to come, not unknown."""
    replies = [reply, OK]
    assert events_of(tracks(1), lambda _c, _t: SimulatedReply(0.1, replies.pop(0), True)) == [
        ("mark", ["p0"]),
        ("submit", ["p0"]),
        ("reply", []),
        ("put back", ["p0"]),
        ("mark", ["p0"]),
        ("submit", ["p0"]),
        ("reply", []),
        ("settle", ["p0"]),
        ("tell accepted", ["p0"]),
    ]


@pytest.mark.parametrize("reply", [LOST, TROUBLE])
def test_a_row_that_may_have_arrived_is_not_put_back(reply: Answer) -> None:
    """A crash while it waits for the repetition that was asked for finds it unknown."""
    replies = [reply, OK]
    events = events_of(
        tracks(1),
        lambda _c, _t: SimulatedReply(0.1, replies.pop(0), True),
        policy=RetryPolicy(retry_unknown=True),
    )
    assert [what for what, _ in events] == [
        "mark", "submit", "reply", "mark", "submit", "reply", "settle", "tell accepted",
    ]  # fmt: skip


def test_what_a_stop_leaves_open_is_settled_before_it_is_told() -> None:
    """A call that hangs, and a row that waits for its repetition: unknown, both of them."""

    def decide(call: Call, _now: float) -> SimulatedReply:
        return (
            SimulatedReply(0.1, TROUBLE, True)
            if b"p0@" in call.body
            else SimulatedReply(60.0, OK, True)
        )

    events = events_of(
        tracks(2),
        decide,
        concurrency=2,
        stop_at=0.2,
        policy=RetryPolicy(retry_unknown=True),
    )
    assert events == [
        ("mark", ["p0", "p1"]),
        ("submit", ["p0"]),
        ("submit", ["p1"]),
        ("reply", []),
        ("settle", ["p1", "p0"]),
        ("tell unknown", ["p1"]),
        ("tell unknown", ["p0"]),
    ]


def test_the_first_reason_to_stop_is_the_one_that_is_told() -> None:
    """What the calls under way bring afterwards does not hide it."""

    def decide(call: Call, _now: float) -> SimulatedReply:
        is_first = b"p0@" in call.body
        return SimulatedReply(0.1 if is_first else 0.2, KEY_REFUSED if is_first else USED_UP, False)

    sender, _, _ = simulate(decide, concurrency=2, has_breaker=True)
    list(decided_in(sender.run(map(Row, range(9), people(9)))))
    assert sender.stopped_by is not None
    assert sender.stopped_by.code == "key_refused"


def test_rows_that_wait_for_others_are_read_ahead_to_a_bound() -> None:
    """A file with a million rows of one contact does not end in memory."""
    read = 0

    def rows() -> Iterator[Row]:
        nonlocal read
        contact = Identify(email="busy@example.com")
        for number in range(3 * MAX_HELD_BACK):
            read += 1
            yield Row(number, contact)

    sender, _, _ = simulate(lambda _c, _t: SimulatedReply(0.1, OK, True), has_breaker=True)
    next(decided_in(sender.run(rows())))
    assert (MAX_HELD_BACK, read) == (20_000, 20_001)


def retried_at_once(exchange: SimulatedExchange) -> tuple[int, int]:
    """How many retries there were, and how many followed their first attempts at once."""
    moments: dict[bytes, list[float]] = defaultdict(list)
    for at, body in exchange.calls:
        moments[body].append(at)
    gaps_s = [second - first for first, second in (at for at in moments.values() if len(at) == 2)]
    return len(gaps_s), sum(gap_s < 0.1 for gap_s in gaps_s)


def run_of_failing(count: int) -> tuple[SimulatedExchange, list[Turn]]:
    """A service that fails each row's first attempt but every tenth's: no outage, many retries."""
    seen: set[bytes] = set()

    def decide(call: Call, _now: float) -> SimulatedReply:
        is_first = call.body not in seen
        seen.add(call.body)
        number = int(json.loads(call.body)["email"][1:].partition("@")[0])
        fails = is_first and number % 10
        return SimulatedReply(0.01, TROUBLE if fails else OK, not fails)

    sender, exchange, _ = simulate(decide, concurrency=8, has_breaker=True, jitter=lambda: 0.0)
    return exchange, list(sender.run(map(Row, range(count), people(count))))


def test_retries_beyond_a_hundred_and_a_tenth_have_to_wait() -> None:
    """Of 900 wanted, 100 and a tenth of the 1,000 first attempts go at once, the rest later."""
    exchange, turns = run_of_failing(1_000)
    assert {one.outcome for one in decided_in(iter(turns))} == {Outcome.ACCEPTED}
    retries, at_once = retried_at_once(exchange)
    assert retries == 900
    assert 195 <= at_once <= 230


def test_a_wait_for_the_budget_is_told_as_long_as_it_is() -> None:
    """Not as the back-off alone, which is none here."""
    _, turns = run_of_failing(1_000)
    told = [pause.seconds for turn in turns for pause in turn.pauses]
    assert min(told) == 0.0
    assert 4.0 < max(told) <= 5.0


def test_named_contacts_have_no_budget() -> None:
    """A single call's retries go by its back-off alone."""
    replies = [TROUBLE] * 4 + [OK]
    sender, exchange, _ = simulate(
        lambda _c, _t: SimulatedReply(0.0, replies.pop(0), True), jitter=lambda: 0.0
    )
    (decided,) = decided_in(sender.run(iter([Row(0, people(1)[0])])))
    assert (decided.attempts, [at for at, _ in exchange.calls]) == (5, [0.0] * 5)
